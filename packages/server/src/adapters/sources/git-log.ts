import { startGit, tokensOf } from './git-process.ts'
import type { GitRepository } from './git-repository.ts'

/** A commit with what it changed against its first parent. */
export interface GitCommit {
  readonly id: string
  readonly parents: readonly string[]
  /** Time of the commit in milliseconds since 1970. */
  readonly at: number
  readonly author: string
  readonly changes: readonly GitChange[]
}

/** One path that a commit changed. `before` is absent where it came into being, `after` where it ended. */
export interface GitChange {
  readonly before: GitEntry | undefined
  readonly after: GitEntry | undefined
}

export interface GitEntry {
  readonly path: string
  /** `100644`, `100755` for files; `120000` links, `160000` submodules. */
  readonly mode: string
  readonly blob: string
}

export const isRegular = ({ mode }: GitEntry): boolean => mode === '100644' || mode === '100755'

/** In a header no field holds a NUL; this begins one, and no line of changes begins with it. */
const MARK = '\u0001'
const FORMAT = '--format=%x01%H%x00%P%x00%ct%x00%an'

/**
 * Renames are looked for among at most so many files in one commit; above that only those of equal content are found.
 */
const RENAME_LIMIT = '-l1000'

/**
 * All commits that lead to `head` and not to `since`, parents before children. A merge shows what it changed on the line
 * that it was merged into.
 */
export async function* readGitLog(
  { place }: GitRepository,
  head: string,
  since: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<GitCommit, void, undefined> {
  const shape = ['--reverse', '--topo-order', '--diff-merges=first-parent', '--raw', '-r', '-z', '-M', RENAME_LIMIT]
  const plain = [
    '--no-abbrev',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--no-notes',
    '--no-mailmap',
    '--encoding=UTF-8',
  ]
  const range = since === undefined ? [head] : [head, `^${since}`]
  await using git = startGit(['log', ...shape, ...plain, FORMAT, ...range, '--'], place, signal)
  yield* parseGitLog(tokensOf(git.stdout))
  await git.end()
}

/** Commits from the tokens that Git prints. */
export async function* parseGitLog(tokens: AsyncIterable<string>): AsyncGenerator<GitCommit, void, undefined> {
  const iterator = tokens[Symbol.asyncIterator]()
  const next = async (): Promise<string> => (await iterator.next()).value ?? ''
  let commit: (GitCommit & { changes: GitChange[] }) | undefined
  for (let { value, done } = await iterator.next(); !done; { value, done } = await iterator.next()) {
    const token = (value ?? '').replace(/^\n/, '')
    if (token.startsWith(MARK)) {
      if (commit) yield commit
      const [parents, seconds, author] = [await next(), await next(), await next()]
      const at = Number(seconds) * 1000
      commit = {
        id: token.slice(1),
        parents: parents === '' ? [] : parents.split(' '),
        at,
        author: author.replace(/\n$/, ''),
        changes: [],
      }
    } else if (token.startsWith(':')) {
      const change = await readChange(token, next)
      commit?.changes.push(change)
    }
  }
  if (commit) yield commit
}

const NOTHING = /^0+$/

/** `:100644 100644 <blob> <blob> M`, and then one path, or two for a rename. */
async function readChange(token: string, next: () => Promise<string>): Promise<GitChange> {
  const [oldMode = '', newMode = '', oldBlob = '', newBlob = '', status = ''] = token.slice(1).split(' ')
  const oldPath = await next()
  const newPath = status.startsWith('R') || status.startsWith('C') ? await next() : oldPath
  return {
    before: NOTHING.test(oldMode) ? undefined : { path: oldPath, mode: oldMode, blob: oldBlob },
    after: NOTHING.test(newMode) ? undefined : { path: newPath, mode: newMode, blob: newBlob },
  }
}

/** Every file of the tree of a commit. */
export async function* readGitTree(
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
