import { isCascadeError } from '#base'
import { type GitChange, type GitCommit, type GitEntry, readGitDiff } from './git-log.ts'
import type { GitRepository } from './git-repository.ts'

/** Moves by commit, so that reading a history twice compares contents once. */
export type FoundMoves = Map<string, readonly GitChange[]>

export interface RenameOptions {
  /** Files that are taken in: a move is looked for among them alone. */
  readonly isWanted: (entry: GitEntry) => boolean
  /** False when the content is not in the repository, so that nothing can be compared with it. */
  readonly holds: (blob: string) => Promise<boolean>
  readonly found: FoundMoves
}

/** Files on one side of a commit that are compared with those on the other; above that, equal content alone is a move. */
export const COMPARED_MAX = 1000
/** Commits whose moves are remembered. */
const FOUND_MAX = 100_000
/** Paths that fit into one command line, each of them `PATH_BYTES_MAX` long; above that the whole commit is compared. */
const PATHS_MAX = 400

/**
 * The same commits, in which a file that ended and one that came into being are one file that moved, where Git finds them
 * similar. Nothing is compared that the repository does not hold: it may be a partial clone, or damaged.
 */
export async function* followRenames(
  repository: GitRepository,
  commits: AsyncIterable<GitCommit>,
  options: RenameOptions,
  signal: AbortSignal,
): AsyncGenerator<GitCommit, void, undefined> {
  for await (const commit of commits) {
    const moves = options.found.get(commit.id) ?? (await findMoves(repository, commit, options, signal))
    yield moves.length === 0 ? commit : { ...commit, changes: withMoves(commit.changes, moves) }
  }
}

/** Paths of what ended and what came into being; none unless there are both. */
async function findComparable({ parents, changes }: GitCommit, options: RenameOptions): Promise<readonly string[]> {
  if (parents.length === 0) return []
  const ended = changes.flatMap(({ before, after }) => (before && !after && options.isWanted(before) ? [before] : []))
  const begun = changes.flatMap(({ before, after }) => (after && !before && options.isWanted(after) ? [after] : []))
  if (Math.min(ended.length, begun.length) === 0 || Math.max(ended.length, begun.length) > COMPARED_MAX) return []
  const [from, to] = [await held(ended, options), await held(begun, options)]
  return Math.min(from.length, to.length) === 0 ? [] : [...from, ...to]
}

async function held(entries: readonly GitEntry[], { holds }: RenameOptions): Promise<readonly string[]> {
  const answers = await Promise.all(entries.map(({ blob }) => holds(blob)))
  return entries.flatMap(({ path }, index) => (answers[index] ? [path] : []))
}

async function findMoves(
  repository: GitRepository,
  commit: GitCommit,
  options: RenameOptions,
  signal: AbortSignal,
): Promise<readonly GitChange[]> {
  const paths = await findComparable(commit, options)
  if (paths.length === 0) return []
  const moves = await compare(repository, commit, paths, signal)
  if (options.found.size < FOUND_MAX) options.found.set(commit.id, moves)
  return moves
}

async function compare(
  repository: GitRepository,
  { id, parents: [parent = ''] }: GitCommit,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly GitChange[]> {
  const moves: GitChange[] = []
  const compared = paths.length > PATHS_MAX ? [] : paths
  try {
    const shape = ['-M', `-l${COMPARED_MAX}`]
    for await (const change of readGitDiff(repository, [parent, id], { shape, paths: compared }, signal))
      if (change.before && change.after && change.before.path !== change.after.path) moves.push(change)
  } catch (error) {
    // What is damaged cannot be compared: a file that ended and another that came into being is true as well.
    if (!isCascadeError(error) || signal.aborted) throw error
    return []
  }
  return moves
}

/** A move stands where the new path came into being. */
function withMoves(changes: readonly GitChange[], moves: readonly GitChange[]): readonly GitChange[] {
  const byTarget = new Map(moves.map((move) => [move.after?.path, move]))
  const sources = new Set(moves.map(({ before }) => before?.path))
  return changes.flatMap((change) => {
    if (!change.after) return sources.has(change.before?.path) ? [] : [change]
    return [change.before ? change : (byTarget.get(change.after.path) ?? change)]
  })
}
