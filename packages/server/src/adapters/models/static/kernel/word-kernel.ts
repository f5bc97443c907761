import { readFileSync } from 'node:fs'
import { CascadeError } from '#base'
import { CODES, WIDTH } from './layout.ts'

/** What the compiled kernel exports; see assembly/words.ts. */
interface WordKernel {
  compare(words: number, groups: number): void
}

const FILE = new URL('words.wasm', import.meta.url)
const PAGE_BYTES = 65536

let module: WebAssembly.Module | undefined

/** A kernel with memory of its own for the codes of so many words. */
export function openWordKernel(words: number): { readonly kernel: WordKernel; readonly memory: ArrayBufferLike } {
  const pages = Math.ceil((CODES + words * WIDTH) / PAGE_BYTES)
  // Shared, as the kernel is compiled for it; the pages are the system's until a word is written there.
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  module ??= new WebAssembly.Module(readFileSync(FILE))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  if (isKernel(exports)) return { kernel: exports, memory: memory.buffer }
  throw new CascadeError('INTERNAL', `${FILE.pathname} is not the kernel that compares words`)
}

const isKernel = (exports: object): exports is WordKernel => 'compare' in exports
