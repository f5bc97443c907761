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
  for (const [name, path] of assets) cpSync(join(sources, path), join(out, name), { recursive: true })
  const copied = [...assets].flatMap(([name, path]) => sizesOf(name, join(sources, path)))
  return {
    modules,
    files: { ...files, ...Object.fromEntries(copied) },
    threads: workers.size,
    assets: assets.size,
  }
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
