import { type CascadeError, isCascadeError } from '#base'
import type {
  DeletedFile,
  FileKind,
  ImportItem,
  ImportSource,
  KnownFiles,
  PresentFile,
  SourcePoint,
} from '../../domain/capsules/import/index.ts'
import type { FileSelection, Selected } from './file-selection.ts'
import { FILE_BYTES_MAX } from './folder-source.ts'
import { GitBlobs } from './git-blobs.ts'
import { type HistoryChange, type HistoryStep, straighten } from './git-history.ts'
import { readTreeIgnores } from './git-ignores.ts'
import { type GitCommit, type GitEntry, isRegular, readGitLog } from './git-log.ts'
import { type Origin, readMainLine } from './git-main-line.ts'
import { type FoundMoves, followRenames } from './git-renames.ts'
import { type GitRepository, type OpenRepositoryOptions, openGitRepository } from './git-repository.ts'
import { type GitGap, isGap, readGitTree } from './git-tree.ts'
import type { IgnoreRules } from './ignore-rules.ts'
import { NewestTree, type TreeFile } from './newest-tree.ts'

export interface GitSourceOptions {
  readonly selection: FileSelection
  /** False: the newest state alone. */
  readonly history: boolean
  readonly fileBytesMax?: number
}

/** Reads a repository: what each commit made of its text files, and at the end the newest tree as it is. */
export async function openGitSource(
  path: string,
  options: GitSourceOptions,
  where: OpenRepositoryOptions,
): Promise<ImportSource> {
  return new GitSource(await openGitRepository(path, where), options)
}

/** A step is the number of a commit on the main line times this, plus the number of the change in it. */
const CHANGES_PER_STEP = 2 ** 20

/** Stands for a file where the history as a whole is what could not be read. */
const HISTORY = '(history)'

const unreadableHistory = ({ detail }: CascadeError): string =>
  `it cannot be read to its end (${detail}); files are as the newest commit has them`

class GitSource implements ImportSource {
  readonly kind = 'git'
  readonly root: string
  readonly #repository: GitRepository
  readonly #options: Required<GitSourceOptions>
  readonly #moves: FoundMoves = new Map()

  constructor(repository: GitRepository, { fileBytesMax = FILE_BYTES_MAX, ...options }: GitSourceOptions) {
    this.root = repository.root
    this.#repository = repository
    this.#options = { ...options, fileBytesMax }
  }

  /**
   * Changes that the history has since last time, and the files of the newest tree that it says nothing about: at first
   * without a look at which files moved, which takes their contents.
   */
  async *totals(known: KnownFiles, signal: AbortSignal): AsyncGenerator<number, void, undefined> {
    const plan = await this.#plan(known, signal)
    const tree = await this.#readTree(plan, signal)
    yield await this.#total(plan, tree, this.#straighten(this.#commits(plan, signal), plan, signal))
    if (!plan.hasHistory) return
    await using blobs = new GitBlobs(this.#repository, this.#options.fileBytesMax, signal)
    yield await this.#total(plan, tree, this.#steps(plan, blobs, signal))
  }

  async #total(plan: Plan, tree: NewestTree, steps: AsyncIterable<HistoryStep>): Promise<number> {
    const met = new Set<string>()
    let turns = 0
    for await (const step of steps) {
      for (const turn of step.changes.flatMap((change) => this.#turn(change, plan) ?? [])) {
        turns++
        met.add(turn.kind === 'deleted' ? turn.path : turn.entry.path)
      }
    }
    return turns + tree.gaps.length + tree.files.filter(({ entry }) => !met.has(entry.path)).length
  }

  async *items(known: KnownFiles, signal: AbortSignal): AsyncGenerator<ImportItem, void, undefined> {
    await using blobs = new GitBlobs(this.#repository, this.#options.fileBytesMax, signal)
    const plan = await this.#plan(known, signal)
    const met = new Set<string>()
    let step = plan.firstStep
    try {
      for await (const { commit, changes } of this.#steps(plan, blobs, signal)) {
        for (const item of this.#toItems(changes, step + 1, plan, blobs)) {
          met.add(item.path)
          yield item
        }
        yield { kind: 'point', point: { commit: commit.id, step: ++step } }
      }
    } catch (error) {
      if (!isCascadeError(error) || signal.aborted) throw error
      yield { kind: 'skipped', path: HISTORY, reason: unreadableHistory(error) }
    }
    yield* this.#newest(known, plan, met, blobs, signal)
    // A history that was written anew is counted on from here: what is known of the old one keeps its place before it.
    const point = { commit: this.#repository.head, step: plan.isRewritten ? step + 1 : step }
    if (known.point?.commit !== point.commit) yield { kind: 'point', point }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#repository[Symbol.asyncDispose]())
  }

  async #plan({ point }: KnownFiles, signal: AbortSignal): Promise<Plan> {
    const mainLine = await readMainLine(this.#repository, signal)
    const ignores = await readTreeIgnores(this.#repository, signal)
    const isRewritten = point !== undefined && !mainLine.ids.has(point.commit)
    const hasHistory = this.#options.history && !isRewritten && point?.commit !== this.#repository.head
    return {
      point,
      isRewritten,
      hasHistory,
      mainLine: mainLine.ids,
      newest: mainLine.newest,
      ignores,
      firstStep: point?.step ?? -1,
    }
  }

  #steps(plan: Plan, blobs: GitBlobs, signal: AbortSignal): AsyncIterable<HistoryStep> {
    const options = {
      isWanted: (entry: GitEntry) => this.#selectFile(entry, plan) !== undefined,
      holds: (blob: string) => blobs.holds(blob),
      found: this.#moves,
    }
    const commits = followRenames(this.#repository, this.#commits(plan, signal), options, signal)
    return this.#straighten(commits, plan, signal)
  }

  async *#straighten(
    commits: AsyncIterable<GitCommit>,
    plan: Plan,
    signal: AbortSignal,
  ): AsyncGenerator<HistoryStep, void, undefined> {
    yield* straighten(commits, plan.mainLine, await this.#paths(plan, signal))
  }

  /** Every path of the tree from which the history goes on. */
  async #paths({ hasHistory, point }: Plan, signal: AbortSignal): Promise<Set<string>> {
    const paths = new Set<string>()
    if (!hasHistory || !point) return paths
    for await (const item of readGitTree(this.#repository, point.commit, signal)) if (!isGap(item)) paths.add(item.path)
    return paths
  }

  /** Commits since last time; none where the newest tree is all that is asked for. */
  async *#commits({ hasHistory, point }: Plan, signal: AbortSignal): AsyncGenerator<GitCommit, void, undefined> {
    if (hasHistory) yield* readGitLog(this.#repository, this.#repository.head, point?.commit, signal)
  }

  /** The newest tree against what is known by now: after the whole history nothing is left to do. */
  async *#newest(
    known: KnownFiles,
    plan: Plan,
    met: ReadonlySet<string>,
    blobs: GitBlobs,
    signal: AbortSignal,
  ): AsyncGenerator<ImportItem, void, undefined> {
    const tree = await this.#readTree(plan, signal)
    for (const { folder, reason } of tree.gaps) yield { kind: 'skipped', path: folder, reason }
    for (const { entry, selected } of tree.files) {
      if (met.has(entry.path) && known.digestAt(entry.path) === entry.blob) continue
      yield 'reason' in selected
        ? { kind: 'skipped', path: entry.path, reason: selected.reason }
        : present(entry, selected.kind, plan.newest, movedFrom(entry, known, tree), blobs)
    }
    for (const path of [...known.paths()]) if (!tree.mayHold(path)) yield { kind: 'deleted', path, at: plan.newest.at }
  }

  async #readTree(plan: Plan, signal: AbortSignal): Promise<NewestTree> {
    const [files, gaps]: [TreeFile[], GitGap[]] = [[], []]
    for await (const item of readGitTree(this.#repository, this.#repository.head, signal)) {
      if (isGap(item)) {
        if (!this.#isFolderOut(item.folder, plan)) gaps.push(item)
        continue
      }
      const selected = this.#select(item, plan)
      if (selected) files.push({ entry: item, selected })
    }
    return new NewestTree(files, gaps)
  }

  *#toItems(
    changes: readonly HistoryChange[],
    step: number,
    plan: Plan,
    blobs: GitBlobs,
  ): Generator<PresentFile | DeletedFile, void, undefined> {
    for (const [index, change] of changes.entries()) {
      const turn = this.#turn(change, plan)
      if (!turn) continue
      const at = { step: step * CHANGES_PER_STEP + Math.min(index, CHANGES_PER_STEP - 1) }
      yield turn.kind === 'deleted'
        ? { kind: 'deleted', path: turn.path, at: change.commit.at, ...at }
        : { ...present(turn.entry, turn.selected, change.commit, turn.previousPath, blobs), ...at }
    }
  }

  /** What a change means for the files that are taken in: a file that is one no longer counts as deleted. */
  #turn({ before, after }: HistoryChange, plan: Plan): Turn | undefined {
    const from = before && this.#selectFile(before, plan) ? before : undefined
    const kind = after && this.#selectFile(after, plan)
    if (!after || !kind) return from && { kind: 'deleted', path: from.path }
    if (from?.path === after.path && from.blob === after.blob) return undefined
    const previousPath = from && from.path !== after.path ? from.path : undefined
    return { kind: 'present', entry: after, selected: kind, previousPath }
  }

  #selectFile(entry: GitEntry, plan: Plan): FileKind | undefined {
    const selected = this.#select(entry, plan)
    return selected && 'kind' in selected ? selected.kind : undefined
  }

  /** @param folder with a slash at its end. */
  #isFolderOut(folder: string, { ignores }: Plan): boolean {
    return ignores.isIgnoredDeep(folder) || this.#options.selection.isBelowExcluded(folder)
  }

  #select(entry: GitEntry, { ignores }: Plan): Selected {
    const { path } = entry
    if (ignores.isIgnoredDeep(path)) return undefined
    const selected = this.#options.selection.selectDeep(path)
    if (!selected || isRegular(entry)) return selected
    return { reason: entry.mode === '160000' ? 'it is another repository (a submodule)' : 'it is a link' }
  }
}

type Turn =
  | { readonly kind: 'deleted'; readonly path: string }
  | {
      readonly kind: 'present'
      readonly entry: GitEntry
      readonly selected: FileKind
      readonly previousPath: string | undefined
    }

interface Plan {
  readonly point: SourcePoint | undefined
  /** What was read last is no part of the history any more. */
  readonly isRewritten: boolean
  readonly hasHistory: boolean
  readonly mainLine: ReadonlySet<string>
  readonly newest: Origin
  readonly ignores: IgnoreRules
  readonly firstStep: number
}

const present = (
  { path, blob }: GitEntry,
  { type, structure, format }: FileKind,
  { id, at, author }: Origin,
  previousPath: string | undefined,
  blobs: GitBlobs,
): PresentFile => ({
  kind: 'present',
  path,
  type,
  structure,
  digest: blob,
  at,
  commit: id,
  author,
  ...(previousPath === undefined ? {} : { previousPath }),
  read: () => blobs.read(blob, format),
})

/** A path of the same text that is there no longer. */
function movedFrom({ path, blob }: GitEntry, known: KnownFiles, tree: NewestTree): string | undefined {
  if (known.digestAt(path) !== undefined) return undefined
  return known.pathsWith(blob).find((previous) => !tree.mayHold(previous) && known.digestAt(previous) === blob)
}
