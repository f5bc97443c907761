/** A Rust package of which code is compiled into Cedar's WebAssembly module. */
interface Crate {
  readonly name: string
  /** One of those that its author lets choose from. */
  readonly licence: 'Apache-2.0' | 'MIT'
  readonly does: string
}

const apache = (does: string, ...names: readonly string[]): readonly Crate[] =>
  names.map((name) => ({ name, licence: 'Apache-2.0', does }))
const mit = (does: string, ...names: readonly string[]): readonly Crate[] =>
  names.map((name) => ({ name, licence: 'MIT', does }))

/** Those whose paths stand in the module, in the messages of their panics; each as its manifest on crates.io says. */
export const CEDAR_CRATES: readonly Crate[] = [
  ...mit('searches for several words at once', 'aho-corasick'),
  ...apache('lists with a fixed room', 'arrayvec'),
  ...apache('dates and times', 'chrono'),
  ...apache('allocates memory', 'dlmalloc'),
  ...apache('hash tables', 'hashbrown', 'indexmap', 'linked-hash-map'),
  ...apache('more iterators', 'itertools'),
  ...apache('writes integers', 'itoa'),
  ...apache('runs the parser', 'lalrpop-util'),
  ...apache('cuts text into tokens', 'logos'),
  ...mit('searches for bytes', 'memchr'),
  ...apache('reports errors', 'miette'),
  ...mit('lists that are not empty', 'nonempty'),
  ...mit('lays out text', 'pretty'),
  ...apache('regular expressions', 'regex', 'regex-automata', 'regex-syntax'),
  ...apache('reads escapes in literals', 'rustc-literal-escaper'),
  ...apache('version numbers', 'semver'),
  ...apache('serialises, also as JSON', 'serde', 'serde_core', 'serde_json'),
  ...apache('short strings', 'smol_str'),
  ...mit('keeps values of one type together', 'typed-arena'),
  ...apache('scripts and widths of characters', 'unicode-script', 'unicode-width'),
  ...apache('connects it to JavaScript', 'wasm-bindgen'),
  ...mit('writes floating-point numbers', 'zmij'),
]
