import { readFileSync } from 'node:fs'
import { CascadeError } from '#base'

/** `relaxed` needs the relaxed SIMD instructions, `simd` only the standard ones; both give the same answers. */
export type KernelKind = 'relaxed' | 'simd'

/** What the compiled kernel exports; see assembly/kernel.ts. Addresses are byte offsets in the shared memory. */
export interface Kernel {
  filter(segment: number, words: number, scratch: number): number
  begin(scratch: number, width: number, limit: number, coarseStep: number, fineStep: number, slack: number): void
  scan(segment: number, firstSlot: number, from: number, end: number): void
  finish(): number
  ceilingNow(): number
  measure(width: number): number
  encode(segment: number, index: number, width: number): void
}

const FILES = {
  relaxed: new URL('kernel-relaxed.wasm', import.meta.url),
  simd: new URL('kernel-simd.wasm', import.meta.url),
} as const satisfies Record<KernelKind, URL>

const modules = new Map<KernelKind, WebAssembly.Module>()

/** The fastest kernel that this machine can run. */
export function detectKernel(): KernelKind {
  return WebAssembly.validate(readFileSync(FILES.relaxed)) ? 'relaxed' : 'simd'
}

/** A kernel of its own for the caller's thread, working on `memory`; compiled once a thread. */
export function openKernel(kind: KernelKind, memory: WebAssembly.Memory): Kernel {
  const module = modules.get(kind) ?? new WebAssembly.Module(readFileSync(FILES[kind]))
  modules.set(kind, module)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  if (isKernel(exports)) return exports
  throw new CascadeError('INTERNAL', `${FILES[kind].pathname} is not the vector search kernel`)
}

const isKernel = (exports: object): exports is Kernel =>
  ['filter', 'begin', 'scan', 'finish', 'ceilingNow', 'measure', 'encode'].every((name) => name in exports)
