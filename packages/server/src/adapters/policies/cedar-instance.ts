import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as Cedar from '@cedar-policy/cedar-wasm'
import { lazy } from '#base'
import { limitMemory } from './limit-memory.ts'
import { parseLossless, stringifyLossless } from './lossless-json.ts'

/** What an instance may take, in pages of 64 KiB: 256 MiB. A thousand policies with a schema take a tenth. */
export const CEDAR_PAGES_MAX = 4096

/** Functions of the module that take their arguments as they are. */
type Call = Exclude<keyof typeof Cedar, 'policySetTextToParts' | 'preparsePolicySet' | 'preparseSchema'>
type Answer<Name extends Call> = ReturnType<(typeof Cedar)[Name]>

/** What wasm-bindgen exports beside them. */
interface Bindings {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly __wbindgen_malloc: (bytes: number, align: number) => number
  readonly __wbindgen_exn_store: (index: number) => void
  readonly __externref_table_alloc: () => number
  readonly __wbindgen_externrefs: { grow(by: number): number; set(index: number, value: unknown): void }
  readonly __wbindgen_start: () => void
}

type Exports = Readonly<Record<string, unknown>> & Bindings

/** In the sources the module lies in its package; compiled, beside the program. */
const COMPILED = import.meta.url.endsWith('.js')
const packaged = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs')), 'cedar_wasm_bg.wasm')
const sharedModule = lazy(() => {
  const bytes = readFileSync(COMPILED ? new URL('cedar_wasm_bg.wasm', import.meta.url) : packaged())
  return new WebAssembly.Module(limitMemory(bytes, CEDAR_PAGES_MAX))
})

/**
 * Cedar's WebAssembly module, with a memory of its own. The package's own loader holds one instance for each process, and one
 * that trapped is lost for good: here another is made in a few milliseconds. Integers beyond 2^53 pass as bigints.
 *
 * After a call that threw, the instance is not to be used again.
 */
export class CedarInstance {
  readonly #exports: Exports

  constructor() {
    const instance = new WebAssembly.Instance(sharedModule(), this.#imports())
    // Checked by name: the imports of another version of the package are refused.
    this.#exports = instance.exports as Exports
    this.#exports.__wbindgen_start()
  }

  /**
   * @param argument as the package declares it, but that its numbers may be bigints.
   * @throws unknown when the module trapped, or got what it does not take.
   */
  call<Name extends Call>(name: Name, argument: object | string): Answer<Name> {
    // The name is one of the module's own declarations.
    const run = this.#exports[name] as (argument: object | string) => Answer<Name>
    return run(argument)
  }

  /** Keeps a policy set for `statefulIsAuthorized`, in place of what had that name. */
  preparse(name: string, policies: object): Cedar.CheckParseAnswer {
    const bytes = Buffer.from(name)
    const at = this.#exports.__wbindgen_malloc(bytes.length, 1) >>> 0
    new Uint8Array(this.#exports.memory.buffer).set(bytes, at)
    // As its declaration says, with the text as a place and a length.
    const run = this.#exports.preparsePolicySet as (
      at: number,
      bytes: number,
      policies: unknown,
    ) => Cedar.CheckParseAnswer
    return run(at, bytes.length, policies)
  }

  #imports(): Record<string, Record<string, unknown>> {
    const found = WebAssembly.Module.imports(sharedModule())
    return { './cedar_wasm_bg.js': Object.fromEntries(found.map(({ name }) => [name, this.#importNamed(name)])) }
  }

  /** The hashes at the end of the names differ with each version. */
  #importNamed(name: string): unknown {
    const known: Readonly<Record<string, unknown>> = {
      __wbg_parse: (at: number, bytes: number) => this.#guard(() => parseLossless(this.#text(at, bytes))),
      __wbg_stringify: (value: unknown) => this.#guard(() => stringifyLossless(value)),
      __wbg___wbindgen_throw: (at: number, bytes: number) => {
        throw new TypeError(this.#text(at, bytes))
      },
      __wbg___wbindgen_string_get: (into: number, value: unknown) => this.#handText(into, value),
      __wbg___wbindgen_is_undefined: (value: unknown) => value === undefined,
      __wbindgen_init_externref_table: () => this.#prepareTable(),
    }
    const row = known[name.replace(/_[0-9a-f]{16}$/, '')]
    if (row === undefined) throw new TypeError(`The Cedar module asks for ${name}, which this version does not know.`)
    return row
  }

  #text(at: number, bytes: number): string {
    return Buffer.from(this.#exports.memory.buffer, at >>> 0, bytes).toString('utf8')
  }

  /** Writes where the text lies and its length, or 0 for what is no text. */
  #handText(into: number, value: unknown): void {
    const bytes = typeof value === 'string' ? Buffer.from(value) : undefined
    const at = bytes === undefined ? 0 : this.#exports.__wbindgen_malloc(bytes.length, 1) >>> 0
    if (bytes !== undefined) new Uint8Array(this.#exports.memory.buffer).set(bytes, at)
    const view = new DataView(this.#exports.memory.buffer)
    view.setInt32(into + 4, bytes?.length ?? 0, true)
    view.setInt32(into, at, true)
  }

  /** What JavaScript throws is handed to Rust, which turns it into an answer. */
  #guard(run: () => unknown): unknown {
    try {
      return run()
    } catch (error) {
      const index = this.#exports.__externref_table_alloc()
      this.#exports.__wbindgen_externrefs.set(index, error)
      this.#exports.__wbindgen_exn_store(index)
      return undefined
    }
  }

  /** The places of the table that generated code relies on. */
  #prepareTable(): void {
    const table = this.#exports.__wbindgen_externrefs
    const first = table.grow(4)
    for (const [index, value] of [undefined, null, true, false].entries()) table.set(first + index, value)
    table.set(0, undefined)
  }
}
