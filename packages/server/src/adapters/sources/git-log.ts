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

/** Changes as they are, by nobody's configuration, and by ids alone: no content is read. */
const RAW = ['--raw', '-r', '-z', '--no-abbrev', '--no-color', '--no-ext-diff', '--no-textconv']
/** A file of the same content at another path moved there. */
const EQUAL_MOVES = '-M100%'

/**
 * All commits that lead to `head` and not to `since`, parents before children. A merge shows what it changed on the line
 * that it was merged into. A file is seen to have moved where its content stayed; see `followRenames` for the others.
 *
 * @throws CascadeError SOURCE_UNREADABLE after the last commit before the first whose tree, or whose parent, is missing.
 */
export async function* readGitLog(
  { place }: GitRepository,
  head: string,
  since: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<GitCommit, void, undefined> {
  const order = ['--reverse', '--topo-order', '--diff-merges=first-parent']
  const words = ['--no-notes', '--no-mailmap', '--encoding=UTF-8', FORMAT]
  const range = since === undefined ? [head] : [head, `^${since}`]
  await using git = startGit(['log', ...order, ...RAW, EQUAL_MOVES, ...words, ...range, '--'], place, signal)
  yield* parseGitLog(tokensOf(git.stdout))
  await git.end()
}

/** What differs between two trees, in these paths or in all; `shape` says which moves are looked for. */
export async function* readGitDiff(
  { place }: GitRepository,
  [from, to]: readonly [string, string],
  { shape, paths }: { readonly shape: readonly string[]; readonly paths: readonly string[] },
  signal: AbortSignal,
): AsyncGenerator<GitChange, void, undefined> {
  const args = ['--literal-pathspecs', 'diff-tree', ...RAW, ...shape, from, to, '--', ...paths]
  await using git = startGit(args, place, signal)
  const tokens = tokensOf(git.stdout)
  for await (const token of tokens) yield await readChange(token, async () => (await tokens.next()).value ?? '')
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
