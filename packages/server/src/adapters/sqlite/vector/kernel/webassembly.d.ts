// The part of the WebAssembly JavaScript interface that Node has and that the kernel uses; TypeScript declares it only
// together with the browser's DOM. See https://webassembly.github.io/spec/js-api/.
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: boolean })
    readonly buffer: ArrayBuffer | SharedArrayBuffer
    /** Adds pages of 64 KiB and returns how many there were. @throws RangeError when there is no more. */
    grow(pages: number): number
  }
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
  function validate(bytes: Uint8Array): boolean
}
