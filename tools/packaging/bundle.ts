import { isBuiltin } from 'node:module'
import { type OutputAsset, type OutputChunk, type Plugin, rolldown } from 'rolldown'

export interface BundleOptions {
  /** Root of the repository; module paths are told relative to it. */
  readonly root: string
  /** Entry's name → module. */
  readonly entries: Readonly<Record<string, string>>
  /** Folder that the JavaScript is written to. */
  readonly out: string
}

export interface Bundled {
  /** Absolute paths of the modules that went in. */
  readonly modules: readonly string[]
  /** Name → length in bytes of each file that was written. */
  readonly files: Readonly<Record<string, number>>
}

/** A module loads a package on first use through a `require` of its own making; the bundler knows only the plain one. */
const OWN_REQUIRE = /^const require = createRequire\(import\.meta\.url\)$/m

const plainRequire: Plugin = {
  name: 'plain-require',
  transform: (code, id) =>
    id.endsWith('.ts') && OWN_REQUIRE.test(code) ? { code: code.replace(OWN_REQUIRE, ''), moduleType: 'ts' } : null,
}

/** A call for something that is not in the bundle, as rolldown writes it. */
const OUTSIDE = /\b__require\("([^"]+)"\)/g
/** A wrapper for several loaders gets `require` as an argument: what it asks for is not seen, and is not in the bundle. */
const HANDED_ON = /\w\(__require,/

/**
 * Our modules and the packages they use as JavaScript, names kept: one file per entry and one per part that entries
 * share. Each module is introduced by a comment with its path, so that a line of a stack trace leads to its source.
 *
 * @throws Error when something in the result would be looked for outside of it.
 */
export async function bundle({ root, entries, out }: BundleOptions): Promise<Bundled> {
  const build = await rolldown({
    cwd: root,
    input: { ...entries },
    platform: 'node',
    // A main that wraps its modules for several loaders hides what it requires; beside it lies the same as ES modules.
    resolve: { mainFields: ['module', 'main'] },
    plugins: [plainRequire],
  })
  try {
    const { output } = await build.write({
      dir: out,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      cleanDir: true,
    })
    const chunks = output.filter((file) => file.type === 'chunk')
    const outside = chunks.flatMap((chunk) => outsideOf(chunk, new Set(output.map(({ fileName }) => fileName))))
    if (outside.length > 0) throw new Error(`the bundle would look for ${outside.join(', ')}`)
    const files = Object.fromEntries(output.map((file) => [file.fileName, bytesOf(file)]))
    return { modules: chunks.flatMap(({ moduleIds }) => moduleIds), files }
  } finally {
    await build.close()
  }
}

const bytesOf = (file: OutputChunk | OutputAsset): number =>
  Buffer.byteLength(file.type === 'chunk' ? file.code : file.source)

function outsideOf(chunk: OutputChunk, files: ReadonlySet<string>): readonly string[] {
  const imported = [...chunk.imports, ...chunk.dynamicImports].filter((name) => !files.has(name))
  const required = [...chunk.code.matchAll(OUTSIDE)].map((hit) => hit[1] ?? '')
  if (HANDED_ON.test(chunk.code)) return [`what a wrapped module requires (${chunk.fileName})`]
  return [...imported, ...required].filter((name) => !isBuiltin(name)).map((name) => `${name} (${chunk.fileName})`)
}
