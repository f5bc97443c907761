import { CascadeError, isCascadeError } from '#base'
import type { GitEntry } from './git-log.ts'
import { GitObjects } from './git-objects.ts'
import { startGit, tokensOf } from './git-process.ts'
import type { GitRepository } from './git-repository.ts'

/** A folder of which nobody can say what is in it. */
export interface GitGap {
  /** With a slash at its end. */
  readonly folder: string
  readonly reason: string
}

export type GitTreeItem = GitEntry | GitGap

export const isGap = (item: GitTreeItem): item is GitGap => 'folder' in item

/** What is read of a tree where Git itself cannot list it. */
export const TREE_LIMITS = {
  /** Of one folder. */
  folderBytesMax: 64 * 1024 * 1024,
  /** So many folders that cannot be read are told one by one. */
  gapsMax: 10_000,
} as const
type TreeLimits = Readonly<Record<keyof typeof TREE_LIMITS, number>>

/**
 * Every file of the tree of a commit, in Git's order, and each folder that is missing or damaged.
 *
 * @throws CascadeError SOURCE_UNREADABLE when not even the commit's own folder can be read, or too many cannot.
 */
export async function* readGitTree(
  repository: GitRepository,
  commit: string,
  signal: AbortSignal,
  limits: TreeLimits = TREE_LIMITS,
): AsyncGenerator<GitTreeItem, void, undefined> {
  let given = 0
  try {
    for await (const entry of listTree(repository, commit, signal)) {
      given++
      yield entry
    }
  } catch (error) {
    if (!isCascadeError(error) || signal.aborted) throw error
    // Git ends at the first folder it cannot read; all before that came in the order in which they come again here.
    for await (const item of walkTree(repository, commit, { ...limits, signal })) if (given-- <= 0) yield item
  }
}

async function* listTree(
  { place }: GitRepository,
  commit: string,
  signal: AbortSignal,
): AsyncGenerator<GitEntry, void, undefined> {
  await using git = startGit(['ls-tree', '-r', '-z', '--full-tree', commit], place, signal)
  for await (const token of tokensOf(git.stdout)) {
    const tab = token.indexOf('\t')
    const [mode = '', , blob = ''] = token.slice(0, tab).split(' ')
    yield { path: token.slice(tab + 1), mode, blob }
  }
  await git.end()
}

/** Folder by folder, each an object of its own: slower, and past what cannot be read. */
async function* walkTree(
  repository: GitRepository,
  commit: string,
  { folderBytesMax, gapsMax, signal }: TreeLimits & { readonly signal: AbortSignal },
): AsyncGenerator<GitTreeItem, void, undefined> {
  await using trees = new GitObjects(repository, { type: 'tree', bytesMax: folderBytesMax }, signal)
  const shape = { idBytes: commit.length / 2, folderBytesMax }
  const read = (id: string, folder: string) => readFolder(trees, id, { folder, ...shape })
  const waiting: GitTreeItem[] = await read(`${commit}^{tree}`, '')
  let gaps = 0
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    if (isGap(item)) {
      if (item.folder === '') throw unreadable(commit, item.reason)
      if (++gaps > gapsMax) throw unreadable(commit, `more than ${gapsMax} of its folders cannot be read`)
      yield item
    } else if (item.mode === TREE_MODE) waiting.push(...(await read(item.blob, `${item.path}/`)))
    else yield item
  }
}

const unreadable = (commit: string, why: string): CascadeError =>
  new CascadeError('SOURCE_UNREADABLE', `Commit ${commit} cannot be read: ${why}.`)

const REASONS = {
  missing: () => 'the folder is not in the repository',
  damaged: () => 'the folder in the repository is damaged',
  'too-large': (bytesMax: number) => `the folder takes more than ${bytesMax} bytes`,
} as const

/** What is directly in a folder, the last first, or one gap. */
async function readFolder(
  trees: GitObjects,
  id: string,
  { folder, idBytes, folderBytesMax }: { readonly folder: string; readonly idBytes: number; folderBytesMax: number },
): Promise<GitTreeItem[]> {
  const found = await trees.read(id)
  if (found.kind !== 'bytes') return [{ folder, reason: REASONS[found.kind](folderBytesMax) }]
  return parseTree(found.bytes, folder, idBytes).reverse()
}

const TREE_MODE = '40000'
const [SPACE, NUL] = [0x20, 0]

/** Entries of a tree object: mode, a space, name, a NUL, the id in bytes. Git has checked the object against its id. */
function parseTree(bytes: Uint8Array, folder: string, idBytes: number): GitEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: GitEntry[] = []
  for (let at = 0; at < buffer.length; ) {
    const [space, end] = [buffer.indexOf(SPACE, at), buffer.indexOf(NUL, at)]
    if (space < 0 || end < space) break
    const [mode, name] = [buffer.toString('latin1', at, space), buffer.toString('utf8', space + 1, end)]
    at = end + 1 + idBytes
    entries.push({ path: folder + name, mode, blob: buffer.toString('hex', end + 1, at) })
  }
  return entries
}
