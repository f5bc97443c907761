import { GitBlobs } from './git-blobs.ts'
import { isRegular } from './git-log.ts'
import type { GitRepository } from './git-repository.ts'
import { isGap, readGitTree } from './git-tree.ts'
import { IGNORE_FILE_BYTES_MAX, IgnoreRules } from './ignore-rules.ts'

const IGNORE_FILE = '.cascadeignore'
/** In one tree; further ones are not used. */
export const IGNORE_FILES_MAX = 1000

/**
 * What the newest tree's `.cascadeignore` files leave out, in all of the history. `.gitignore` does not count: what a
 * repository holds in spite of it is there on purpose.
 */
export async function readTreeIgnores(repository: GitRepository, signal: AbortSignal): Promise<IgnoreRules> {
  const found: { readonly folder: string; readonly blob: string }[] = []
  for await (const entry of readGitTree(repository, repository.head, signal)) {
    if (isGap(entry)) continue
    const folder = entry.path.slice(0, Math.max(0, entry.path.lastIndexOf('/')))
    const isOne = entry.path === IGNORE_FILE || entry.path.endsWith(`/${IGNORE_FILE}`)
    if (isOne && isRegular(entry) && found.length < IGNORE_FILES_MAX) found.push({ folder, blob: entry.blob })
  }
  let rules = new IgnoreRules()
  if (found.length === 0) return rules
  await using blobs = new GitBlobs(repository, IGNORE_FILE_BYTES_MAX, signal)
  // Outer folders first: the one that is added last is asked first.
  for (const { folder, blob } of found.sort((a, b) => a.folder.length - b.folder.length)) {
    const content = await blobs.read(blob)
    if ('text' in content) rules = rules.within(folder, [content.text])
  }
  return rules
}
