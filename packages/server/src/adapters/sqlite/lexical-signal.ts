import { ACTIVE } from './codes.ts'
import type { Database } from './database.ts'
import { toSlotFilter } from './filter-slots.ts'
import { type ResolvedFilter, versionInPast } from './filter-sql.ts'
import { HEADS, type LexicalIndex, type Part, REST, searchTerms } from './lexical/index.ts'
import type { SlotBitmap, VectorReader } from './vector/index.ts'

/** A capsule at one of its versions, by their keys, with what a signal says of it; higher is better. */
export interface Scored {
  readonly capsule: number
  readonly version: number
  /** The capsule's id, as its 16 bytes, and the name of the version. */
  readonly id: Uint8Array
  readonly name: string
  /** Effective trust of the capsule, and since when the version is valid: what ranking asks for beside the signals. */
  readonly trust: number
  readonly valid_from: number
  readonly score: number
}

/** A row of the columns below. */
export type ScoredColumns = readonly [
  capsule: number,
  version: number,
  id: Uint8Array,
  name: string,
  trust: number,
  validFrom: number,
]

/** What `Scored` says but its score, of the head and of a version in the past. */
export const HEAD_COLUMNS = 'c.key, c.head, c.id, c.version, c.effective_trust, c.valid_from'
export const VERSION_COLUMNS = 'c.key, v.key, c.id, v.version, c.effective_trust, v.valid_from'

/** Column by column: taking a list apart costs several times as much. */
export const toScored = (
  columns: ScoredColumns | readonly [...ScoredColumns, ...unknown[]],
  score: number,
): Scored => ({
  capsule: columns[0],
  version: columns[1],
  id: columns[2],
  name: columns[3],
  trust: columns[4],
  valid_from: columns[5],
  score,
})

export interface WordParts {
  readonly database: Database
  /** Brought to the state of the open transaction. */
  readonly index: LexicalIndex
  /** The heads that may pass, as far as columns in memory can tell; undefined where all may. */
  readonly allowed: SlotBitmap | undefined
  /** The capsules among which words are counted; undefined where all are. */
  readonly within: SlotBitmap | undefined
}

/** So many times as many are looked for when too few of those that were found pass the filter. */
const WIDENING = 4

/**
 * The best versions by BM25 among those that pass the filter: the columns in memory say beforehand who may. What the
 * index brings up is read from its row and filtered there once more; where too many fall away, as for a moment in the
 * past, of which memory knows nothing, it is asked for more, until there are enough or no others.
 */
export function searchWords(
  { database, index, allowed, within }: WordParts,
  terms: readonly number[],
  filter: ResolvedFilter,
  limit: number,
): Scored[] {
  const parts = partsOf(filter)
  const passing = new Map<number, Scored>()
  const refused = new Set<number>()
  for (let wanted = limit; ; wanted *= WIDENING) {
    const admits = (capsule: number, version: number): boolean =>
      (allowed === undefined || allowed.has(capsule - 1)) && !refused.has(version)
    const found = searchTerms(index, { terms, parts, limit: wanted, admits, within })
    const unread = found.filter(({ version }) => !passing.has(version))
    const scores = new Map(unread.map(({ version, score }) => [version, score]))
    for (const row of readRows(database, unread, filter)) {
      const score = scores.get(row[1])
      // Its capsule has another head by now: the index is a moment behind the rows.
      if (score !== undefined) passing.set(row[1], toScored(row, score))
    }
    for (const { version } of unread) if (!passing.has(version)) refused.add(version)
    if (passing.size >= limit || found.length < wanted) return best([...passing.values()], limit)
  }
}

/**
 * The heads that may pass; undefined where the columns cannot tell, or all do.
 *
 * @param heads the columns of all indexed heads.
 */
export function allowedBy(database: Database, heads: VectorReader, filter: ResolvedFilter): SlotBitmap | undefined {
  const isOpen =
    filter.isBroad && filter.minTrust === 0 && filter.statuses.length === 1 && filter.statuses[0] === ACTIVE
  return filter.isPast || isOpen ? undefined : heads.filterBitmap(toSlotFilter(database, filter, heads))
}

/** The halves of the index that the filter's versions stand in. */
export function partsOf({ isPast, statuses }: ResolvedFilter): readonly Part[] {
  if (isPast) return [HEADS, REST]
  const heads: readonly Part[] = statuses.includes(ACTIVE) ? [HEADS] : []
  return statuses.some((status) => status !== ACTIVE) ? [...heads, REST] : heads
}

/** Rows of the versions that pass the filter; where heads are asked for, of the heads of their capsules. */
function readRows(
  database: Database,
  found: readonly { readonly capsule: number; readonly version: number }[],
  filter: ResolvedFilter,
): ScoredColumns[] {
  if (found.length === 0) return []
  if (!filter.isPast)
    return database.allArrays(
      `SELECT ${HEAD_COLUMNS} FROM json_each(?) wanted CROSS JOIN capsules c ON c.key = wanted.value
       WHERE ${filter.conditions.join(' AND ')}`,
      JSON.stringify(found.map(({ capsule }) => capsule)),
      ...filter.values,
    )
  const past = versionInPast(filter)
  return database.allArrays(
    `SELECT ${VERSION_COLUMNS} FROM json_each(?) wanted
     CROSS JOIN versions v ON v.key = wanted.value CROSS JOIN capsules c ON c.key = v.capsule
     WHERE ${past.condition} AND ${filter.conditions.join(' AND ')}`,
    JSON.stringify(found.map(({ version }) => version)),
    ...past.values,
    ...filter.values,
  )
}

export const best = (scored: readonly Scored[], limit: number): Scored[] =>
  scored.toSorted((left, right) => right.score - left.score || left.capsule - right.capsule).slice(0, limit)
