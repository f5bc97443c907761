import type { Database } from '../database.ts'
import { buildSegment, readChanges } from './build-segment.ts'
import type { LexicalIndex } from './lexical-index.ts'
import { mergeSegments } from './merge-segments.ts'
import { PARTS } from './part.ts'
import type { Segment } from './segment.ts'
import type { BuiltSegment } from './segment-rows.ts'

/** When something is worth doing, and how much at once. */
export interface WorkRules {
  /** So many changes make a segment worth while; until then every reader keeps them in memory. */
  readonly buildFromChanges: number
  /** Segments of about one size that are merged into one. */
  readonly mergedTogether: number
  /** Documents of a segment that merging makes, at most: bounds the memory and the time of one merge. */
  readonly segmentDocumentsMax: number
  /** A segment is written anew without its dead from this share of them on. */
  readonly deadShare: number
  /** A segment joins those behind it if it is not larger than so many times all of them. */
  readonly joinRatio: number
}

/** While others write. */
export const BUSY: WorkRules = {
  buildFromChanges: 2048,
  mergedTogether: 8,
  segmentDocumentsMax: 2 ** 18,
  deadShare: 0.4,
  joinRatio: 0,
}
/** When nobody writes, more is worth while. */
export const IDLE: WorkRules = { ...BUSY, buildFromChanges: 512, joinRatio: 3 }

/** Segments to put into the store, in place of others or of changes. */
export interface IndexWork {
  readonly epoch: number
  /** Keys of the segments that they replace. */
  readonly replaced: readonly number[]
  /** The last change that is in a segment from now on. */
  readonly covered: number
  /** The key of the first; the others follow. */
  readonly firstKey: number
  readonly segments: readonly BuiltSegment[]
}

interface StateRow {
  readonly epoch: number
  readonly covered: number
  readonly next_segment: number
  readonly newest: number | null
}

const STATE = `SELECT epoch, covered, next_segment, (SELECT max(key) FROM lexical_changes) AS newest FROM lexical_state`

/**
 * The next thing to do for the index, done: a segment of changes that wait, or one in place of several. Nothing when
 * all is well. To be called within one read transaction.
 *
 * @param index brought to the segments of this transaction.
 */
export function doNextWork(database: Database, index: LexicalIndex, rules: WorkRules): IndexWork | undefined {
  const state = database.get<StateRow>(STATE)
  if (!state) return undefined
  const { epoch, covered, next_segment: firstKey } = state
  const waiting = (state.newest ?? covered) - covered
  if (waiting >= rules.buildFromChanges) {
    const changes = readChanges(database, covered)
    const segments = PARTS.flatMap((part) => buildSegment(database, changes, part) ?? [])
    return { epoch, replaced: [], covered: changes.at(-1)!.key, firstKey, segments }
  }
  for (const part of PARTS) {
    const { segments } = index.part(part)
    const run = chooseMerge(segments, rules)
    if (!run) continue
    const merged = mergeSegments(database, run, run[0] === segments[0])
    // Nothing is left of segments whose documents are all gone and that count nobody out.
    const isNothing = merged.versions.length + merged.gone.length + merged.pages.length === 0
    return { epoch, replaced: run.map(({ key }) => key), covered, firstKey, segments: isNothing ? [] : [merged] }
  }
  return undefined
}

/** Segments that follow each other and are to become one; the newest first, which are the smallest. */
function chooseMerge(segments: readonly Segment[], rules: WorkRules): readonly Segment[] | undefined {
  const sizes = segments.map(sizeOf)
  const run = tailRun(sizes, rules) ?? levelRun(sizes, rules)
  if (run) return segments.slice(run.from, run.to)
  const worst = segments.findIndex((segment) => segment.dead > rules.deadShare * segment.row.versions.length)
  return worst < 0 ? undefined : segments.slice(worst, worst + 1)
}

const sizeOf = ({ row }: Segment): number => row.versions.length + row.gone.length

interface Run {
  readonly from: number
  readonly to: number
}

/** So many neighbours of one level as are merged together. */
function levelRun(sizes: readonly number[], rules: WorkRules): Run | undefined {
  const { mergedTogether, buildFromChanges, segmentDocumentsMax } = rules
  const levelOf = (size: number): number =>
    Math.floor(Math.log(Math.max(1, size / buildFromChanges)) / Math.log(mergedTogether))
  for (let to = sizes.length; to >= mergedTogether; to--) {
    const from = to - mergedTogether
    const run = sizes.slice(from, to)
    const most = Math.max(...run.map(levelOf))
    if (run.every((size) => levelOf(size) === most) && sum(run) <= segmentDocumentsMax) return { from, to }
  }
  return undefined
}

/** The newest segments with the oldest that is not much larger than those behind it. */
function tailRun(sizes: readonly number[], { joinRatio, segmentDocumentsMax }: WorkRules): Run | undefined {
  const from = sizes.findIndex((size, at) => {
    const behind = sum(sizes.slice(at + 1))
    return behind > 0 && size <= joinRatio * behind && size + behind <= segmentDocumentsMax
  })
  return from < 0 ? undefined : { from, to: sizes.length }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
