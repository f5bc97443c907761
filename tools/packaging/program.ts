import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { findPlaceUsers } from './place-users.ts'
import { findReached } from './source-files.ts'

export interface BundledProgram {
  /** Absolute paths of the modules that went in. */
  readonly modules: readonly string[]
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
  const modules = await bundle({ root, entries: { ...Object.fromEntries(entries), ...more }, out })
  const unread = findPlaceUsers(modules)
  if (unread.length > 0) throw new Error(unread.join('\n'))
  for (const [name, path] of assets) cpSync(join(sources, path), join(out, name), { recursive: true })
  return { modules, threads: workers.size, assets: assets.size }
}
