import type { GitChange, GitCommit } from './git-log.ts'

/** One change, told by the commit it is from. */
export interface HistoryChange extends GitChange {
  readonly commit: GitCommit
}

/** A commit of the main line, with its changes as they are told: by those who made them, where that can be said. */
export interface HistoryStep {
  readonly commit: GitCommit
  readonly changes: readonly HistoryChange[]
}

/** Changes on branches that wait for their merge. Beyond this number they are told by the merge alone. */
export const WAITING_CHANGES_MAX = 200_000

interface Waiting {
  readonly commit: GitCommit
  readonly order: number
}

/**
 * Straightens a history: the main line (first parents) commit by commit, so that the last step leaves every file as the
 * newest commit has it. What came in by a merge is told by the commits of the branch where their changes of a file, one
 * upon the other, lead from the main line's file to the merged one; where both sides changed the file, or the merge
 * itself did, by the merge.
 *
 * @param commits parents before children.
 * @param paths those of the main line where the commits begin; they are kept up to date here.
 */
export async function* straighten(
  commits: AsyncIterable<GitCommit>,
  mainLine: ReadonlySet<string>,
  paths: Set<string> = new Set(),
): AsyncGenerator<HistoryStep, void, undefined> {
  const waiting = new Map<string, Waiting>()
  let [order, changes] = [0, 0]
  for await (const commit of commits) {
    if (!mainLine.has(commit.id)) {
      changes += commit.changes.length
      const kept = changes <= WAITING_CHANGES_MAX ? commit : { ...commit, changes: [] }
      waiting.set(commit.id, { commit: kept, order: order++ })
      continue
    }
    const branch = takeBranch(waiting, commit.parents.slice(1))
    for (const side of branch) changes -= side.changes.length
    yield { commit, changes: branch.length === 0 ? own(commit) : toldByBranch(commit, branch, paths) }
    goAlong(paths, commit)
  }
}

/** The main line's paths after the commit. */
function goAlong(paths: Set<string>, { changes }: GitCommit): void {
  for (const { before } of changes) if (before) paths.delete(before.path)
  for (const { after } of changes) if (after) paths.add(after.path)
}

const own = (commit: GitCommit): HistoryChange[] => commit.changes.map((change) => ({ ...change, commit }))

/** The waiting commits that lead to the merged parents, in their order; they wait no longer. */
function takeBranch(waiting: Map<string, Waiting>, parents: readonly string[]): readonly GitCommit[] {
  const taken: Waiting[] = []
  const queue = [...parents]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const found = waiting.get(id)
    if (!found) continue
    waiting.delete(id)
    taken.push(found)
    queue.push(...found.commit.parents)
  }
  return taken.sort((a, b) => a.order - b.order).map(({ commit }) => commit)
}

/** What happened to one file on a branch, change upon change. */
interface Thread {
  /** How the file was before the first of them. */
  readonly start: GitChange['before']
  readonly changes: readonly HistoryChange[]
  /** False when some change does not begin where the one before ended. */
  readonly isWhole: boolean
}

function toldByBranch(
  merge: GitCommit,
  branch: readonly GitCommit[],
  paths: ReadonlySet<string>,
): readonly HistoryChange[] {
  const threads = spin(branch)
  const deleted = new Map(
    merge.changes.flatMap((change) => (change.after ? [] : [[change.before?.path, change] as const])),
  )
  const told = new Set<GitChange>()
  const changes: HistoryChange[] = []
  for (const change of merge.changes) {
    const thread = threads.get(change.after?.path ?? change.before?.path ?? '')
    const source = thread && sourceOf(change, thread, deleted)
    if (!thread || !source || !leadsTo(thread, change, paths)) continue
    changes.push(...thread.changes)
    told.add(change).add(source)
  }
  const order = new Map(branch.map((commit, index) => [commit.id, index]))
  changes.sort((a, b) => (order.get(a.commit.id) ?? 0) - (order.get(b.commit.id) ?? 0))
  return [...changes, ...own(merge).filter((_, index) => !told.has(merge.changes[index]!))]
}

/** Follows each file through the branch: by the path it has at the end. */
function spin(branch: readonly GitCommit[]): ReadonlyMap<string, Thread> {
  const threads = new Map<string, Thread>()
  for (const commit of branch) {
    for (const change of commit.changes) {
      const from = change.before?.path ?? change.after?.path ?? ''
      const to = change.after?.path ?? from
      if (isTold(threads.get(to), commit, change)) continue
      threads.set(to, extend(threads.get(from), { ...change, commit }))
      if (from !== to) threads.delete(from)
    }
  }
  return threads
}

/** A merge within the branch brings what the commits before it have told. */
const isTold = (thread: Thread | undefined, { parents }: GitCommit, { after }: GitChange): boolean =>
  thread !== undefined && parents.length > 1 && isSame(thread.changes.at(-1)?.after, after)

function extend(thread: Thread | undefined, change: HistoryChange): Thread {
  if (!thread) return { start: change.before, changes: [change], isWhole: true }
  const last = thread.changes.at(-1)?.after
  const fits = last?.blob === change.before?.blob && last?.path === change.before?.path
  return { start: thread.start, changes: [...thread.changes, change], isWhole: thread.isWhole && fits }
}

/** The merge's own word for where the thread begins: the change itself, or a deletion that the branch calls a rename. */
function sourceOf(
  change: GitChange,
  { start }: Thread,
  deleted: ReadonlyMap<string | undefined, GitChange>,
): GitChange | undefined {
  if (isSame(change.before, start)) return change
  const gone = change.before === undefined && start ? deleted.get(start.path) : undefined
  return gone && isSame(gone.before, start) ? gone : undefined
}

/** It ends as the merge has it, and on the way it takes no path at which the main line has another file. */
function leadsTo({ start, changes, isWhole }: Thread, { after }: GitChange, paths: ReadonlySet<string>): boolean {
  const own = new Set([start?.path, after?.path])
  const isFree = (path: string): boolean => own.has(path) || !paths.has(path)
  return (
    isWhole &&
    isSame(changes.at(-1)?.after, after) &&
    changes.every((change) => !change.after || isFree(change.after.path))
  )
}

const isSame = (a: GitChange['before'], b: GitChange['before']): boolean =>
  a?.path === b?.path && a?.blob === b?.blob && a?.mode === b?.mode
