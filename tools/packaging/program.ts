import { cpSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Bundled, bundle } from './bundle.ts'
import { findPlaceUsers } from './place-users.ts'
import { findReached } from './source-files.ts'

export interface BundledProgram extends Bundled {
  readonly threads: number
  readonly assets: number
}

/**
 * Writes the program of the repository `root`, its threads and the files they read to the folder `out`, which is emptied.
 *
 * @param more entries beside it: name → module.
 * @throws Error when something in it would not be found from there.
 */
export async function bundleProgram(
  root: string,
  out: string,
  more: Readonly<Record<string, string>> = {},
): Promise<BundledProgram> {
  const sources = join(root, 'packages/server/src')
  const { workers, assets } = findReached(sources)
  const entries = [['main', 'main.ts'], ...workers].map(([name, path = '']) => [name, join(sources, path)])
  const { modules, files } = await bundle({ root, entries: { ...Object.fromEntries(entries), ...more }, out })
  const unread = findPlaceUsers(modules)
  if (unread.length > 0) throw new Error(unread.join('\n'))
  const places = [...assets].map(([name, path]) => [name, placeOf(root, name) ?? join(sources, path)] as const)
  for (const [name, place] of places) cpSync(place, join(out, name), { recursive: true })
  const copied = places.flatMap(([name, place]) => sizesOf(name, place))
  const taken = places.map(([name]) => placeOf(root, name)).filter((place) => place !== undefined)
  return {
    modules: [...modules, ...taken],
    files: { ...files, ...Object.fromEntries(copied) },
    threads: workers.size,
    assets: assets.size,
  }
}

/** Files of packages that are read as they are: in the sources at their place in the package, here beside the program. */
const OF_PACKAGES: Readonly<Record<string, string>> = {
  'cedar_wasm_bg.wasm': 'node_modules/@cedar-policy/cedar-wasm/nodejs/cedar_wasm_bg.wasm',
}

const placeOf = (root: string, name: string): string | undefined => {
  const path = OF_PACKAGES[name]
  return path === undefined ? undefined : join(root, path)
}

/** Name and length of the file, or of each below the folder. */
function sizesOf(name: string, path: string): readonly (readonly [name: string, bytes: number])[] {
  const stat = statSync(path)
  if (stat.isFile()) return [[name, stat.size]]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [join(name, relative(path, file)), statSync(file).size])
}
