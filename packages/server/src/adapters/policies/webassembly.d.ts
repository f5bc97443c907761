// The part of the WebAssembly JavaScript interface that Node has and that Cedar's module uses; TypeScript declares it only
// together with the browser's DOM. See https://webassembly.github.io/spec/js-api/.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
    static imports(module: Module): readonly { readonly module: string; readonly name: string }[]
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
}
