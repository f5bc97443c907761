import type { Database } from '../database.ts'
import { GatheredPostings } from './gathered-postings.ts'
import { isLeave, type Part, partOf } from './part.ts'
import type { BuiltSegment } from './segment-rows.ts'

export interface ChangeRow {
  readonly key: number
  readonly version: number
  readonly effect: number
}

/** Changes that one segment takes up, at most: bounds the memory and the time of building it. */
export const CHANGES_PER_SEGMENT_MAX = 16_384

/** The oldest changes that no segment has taken up. */
export const readChanges = (database: Database, after: number, limit = CHANGES_PER_SEGMENT_MAX): ChangeRow[] =>
  database.all<ChangeRow>(
    'SELECT key, version, effect FROM lexical_changes WHERE key > ? ORDER BY key LIMIT ?',
    after,
    limit,
  )

interface NetChanges {
  readonly entered: number[]
  readonly left: number[]
}

/** What changes come to for one half of the index: entering and leaving again is nothing, and so is the reverse. */
export function netOf(changes: readonly ChangeRow[], part: Part): NetChanges {
  const net = new Map<number, number>()
  for (const { version, effect } of changes) {
    if (partOf(effect) !== part) continue
    const sum = (net.get(version) ?? 0) + (isLeave(effect) ? -1 : 1)
    if (sum === 0) net.delete(version)
    else net.set(version, sum)
  }
  const ascending = [...net].sort((left, right) => left[0] - right[0])
  const of = (wanted: number): number[] => ascending.flatMap(([version, sum]) => (sum === wanted ? version : []))
  return { entered: of(1), left: of(-1) }
}

interface StreamRow {
  readonly capsule: number
  readonly length: number
  readonly stream: Uint8Array
}

/** The segment that holds the changes; nothing when they come to nothing for this half. */
export function buildSegment(database: Database, changes: readonly ChangeRow[], part: Part): BuiltSegment | undefined {
  const { entered, left } = netOf(changes, part)
  if (entered.length + left.length === 0) return undefined
  const gathered = new GatheredPostings(newestTerm(database))
  const [capsules, lengths] = [new Uint32Array(entered.length), new Uint32Array(entered.length)]
  let netLength = 0
  for (const [ordinal, version] of entered.entries()) {
    const { capsule, length, stream } = readStream(database, version)
    capsules[ordinal] = capsule
    lengths[ordinal] = length
    netLength += length
    gathered.enter(ordinal, stream)
  }
  for (const version of left) {
    const { length, stream } = readStream(database, version)
    netLength -= length
    gathered.leave(stream)
  }
  return {
    part,
    firstChange: changes[0]!.key,
    lastChange: changes.at(-1)!.key,
    versions: Uint32Array.from(entered),
    capsules,
    lengths,
    gone: Uint32Array.from(left),
    netDocuments: entered.length - left.length,
    netLength,
    pages: gathered.pages(lengths),
  }
}

const newestTerm = (database: Database): number =>
  database.get<{ id: number | null }>('SELECT max(id) AS id FROM lexicon')?.id ?? 0

/** What a version says. Nothing where damage took its row away: `doctor` tells of it, and the rest is still found. */
export const readStream = (database: Database, version: number): StreamRow =>
  database.get<StreamRow>('SELECT capsule, length, stream FROM term_streams WHERE version = ?', version) ?? EMPTY

const EMPTY: StreamRow = { capsule: 0, length: 0, stream: new Uint8Array() }
