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

/** The columns of `Scored` but its score, of the head and of a version in the past. */
export const HEAD_COLUMNS = `c.key AS capsule, c.head AS version, c.id, c.version AS name, c.effective_trust AS trust, c.valid_from`
export const VERSION_COLUMNS = `c.key AS capsule, v.key AS version, c.id, v.version AS name, c.effective_trust AS trust, v.valid_from`

export interface WordParts {
  readonly database: Database
  /** Brought to the state of the open transaction. */
  readonly index: LexicalIndex
  /** The columns of all indexed heads. */
  readonly heads: VectorReader | undefined
}

/** So many times as many are looked for when too few of those that were found pass the filter. */
const WIDENING = 4

/**
 * The best versions by BM25 among those that pass the filter: the columns in memory say beforehand who may. What the
 * index brings up is read from its row and filtered there once more; where too many fall away, as for a moment in the
 * past, of which memory knows nothing, it is asked for more, until there are enough or no others.
 */
export function searchWords(
  { database, index, heads }: WordParts,
  terms: readonly number[],
  filter: ResolvedFilter,
  limit: number,
): Scored[] {
  const parts = partsOf(filter)
  const allowed = heads && allowedBy(database, heads, filter)
  const passing = new Map<number, Scored>()
  const refused = new Set<number>()
  for (let wanted = limit; ; wanted *= WIDENING) {
    const admits = (capsule: number, version: number): boolean =>
      (allowed === undefined || allowed.has(capsule - 1)) && !refused.has(version)
    const found = searchTerms(index, { terms, parts, limit: wanted, admits })
    const unread = found.filter(({ version }) => !passing.has(version))
    const scores = new Map(unread.map(({ version, score }) => [version, score]))
    for (const row of readRows(database, [...scores.keys()], filter)) {
      passing.set(row.version, { ...row, score: scores.get(row.version)! })
    }
    for (const { version } of unread) if (!passing.has(version)) refused.add(version)
    if (passing.size >= limit || found.length < wanted) return best([...passing.values()], limit)
  }
}

/** The heads that may pass; undefined where the columns cannot tell, or all do. */
function allowedBy(database: Database, heads: VectorReader, filter: ResolvedFilter): SlotBitmap | undefined {
  const isOpen =
    filter.isBroad && filter.minTrust === 0 && filter.statuses.length === 1 && filter.statuses[0] === ACTIVE
  return filter.isPast || isOpen ? undefined : heads.filterBitmap(toSlotFilter(database, filter))
}

/** The halves of the index that the filter's versions stand in. */
export function partsOf({ isPast, statuses }: ResolvedFilter): readonly Part[] {
  if (isPast) return [HEADS, REST]
  const heads: readonly Part[] = statuses.includes(ACTIVE) ? [HEADS] : []
  return statuses.some((status) => status !== ACTIVE) ? [...heads, REST] : heads
}

/** Those of the versions that pass the filter. */
function readRows(database: Database, versions: readonly number[], filter: ResolvedFilter): Omit<Scored, 'score'>[] {
  if (versions.length === 0) return []
  const past = versionInPast(filter)
  const [columns, moment, values] = filter.isPast
    ? [VERSION_COLUMNS, past.condition, past.values]
    : [HEAD_COLUMNS, 'c.head = v.key', []]
  return database.all(
    `SELECT ${columns} FROM json_each(?) wanted
     CROSS JOIN versions v ON v.key = wanted.value CROSS JOIN capsules c ON c.key = v.capsule
     WHERE ${moment} AND ${filter.conditions.join(' AND ')}`,
    JSON.stringify(versions),
    ...values,
    ...filter.values,
  )
}

export const best = (scored: readonly Scored[], limit: number): Scored[] =>
  scored.toSorted((left, right) => right.score - left.score || left.capsule - right.capsule).slice(0, limit)
