import { ACTIVE } from './codes.ts'
import type { Database } from './database.ts'
import { type ResolvedFilter, versionInPast } from './filter-sql.ts'

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

/** What a word counts in the title, the tags and the content. */
const WEIGHTS = '3.0, 2.0, 1.0'
/**
 * A broad filter is tried on so many times the wanted number before the whole index is filtered: more where trust has a
 * floor, which half of all may lie below.
 */
const OVERSAMPLING = 2
const OVERSAMPLING_OF_TRUST = 4

/** The best versions by BM25 among those that pass the filter. */
export function searchWords(database: Database, match: string, filter: ResolvedFilter, limit: number): Scored[] {
  if (filter.isPast)
    return best([...pastHeads(database, match, filter, limit), ...pastRest(database, match, filter, limit)], limit)
  const heads = filter.statuses.includes(ACTIVE) ? searchHeads(database, match, filter, limit) : []
  const others = filter.statuses.some((status) => status !== ACTIVE)
  return others ? best([...heads, ...restHeads(database, match, filter, limit)], limit) : heads
}

/**
 * Nearly everything passes a broad filter, so the best of all are taken first and looked at then; only when too many of
 * them fall away is the filter applied to every match. A narrow filter is always applied to every match, before ranking.
 */
function searchHeads(database: Database, match: string, filter: ResolvedFilter, limit: number): Scored[] {
  if (!filter.isBroad) return filteredHeads(database, match, filter, limit)
  const sample = limit * (filter.minTrust > 0 ? OVERSAMPLING_OF_TRUST : OVERSAMPLING)
  const rows = database.all<Scored & { readonly passes: number }>(
    `SELECT ${HEAD_COLUMNS}, f.score, ${filter.conditions.join(' AND ')} AS passes
     FROM (SELECT rowid AS capsule, -bm25(fts_head, ${WEIGHTS}) AS score FROM fts_head WHERE fts_head MATCH ?
           ORDER BY score DESC LIMIT ?) f
     CROSS JOIN capsules c ON c.key = f.capsule`,
    ...filter.values,
    match,
    sample,
  )
  const passing = rows.filter((row) => row.passes === 1)
  if (passing.length < limit && rows.length === sample) return filteredHeads(database, match, filter, limit)
  return best(passing, limit)
}

const filteredHeads = (database: Database, match: string, filter: ResolvedFilter, limit: number): Scored[] =>
  database.all<Scored>(
    `SELECT ${HEAD_COLUMNS}, -bm25(fts_head, ${WEIGHTS}) AS score
     FROM fts_head CROSS JOIN capsules c ON c.key = fts_head.rowid
     WHERE fts_head MATCH ? AND ${filter.conditions.join(' AND ')} ORDER BY score DESC, c.key LIMIT ?`,
    match,
    ...filter.values,
    limit,
  )

/** Heads that are not ACTIVE stand beside the old versions. */
const restHeads = (database: Database, match: string, filter: ResolvedFilter, limit: number): Scored[] =>
  database.all<Scored>(
    `SELECT ${HEAD_COLUMNS}, -bm25(fts_rest, ${WEIGHTS}) AS score
     FROM fts_rest CROSS JOIN versions v ON v.key = fts_rest.rowid CROSS JOIN capsules c ON c.key = v.capsule
     WHERE fts_rest MATCH ? AND c.head = v.key AND ${filter.conditions.join(' AND ')} ORDER BY score DESC LIMIT ?`,
    match,
    ...filter.values,
    limit,
  )

function pastHeads(database: Database, match: string, filter: ResolvedFilter, limit: number): Scored[] {
  const past = versionInPast(filter)
  return database.all<Scored>(
    `SELECT ${VERSION_COLUMNS}, -bm25(fts_head, ${WEIGHTS}) AS score
     FROM fts_head CROSS JOIN capsules c ON c.key = fts_head.rowid CROSS JOIN versions v ON v.key = c.head
     WHERE fts_head MATCH ? AND ${past.condition} AND ${filter.conditions.join(' AND ')} ORDER BY score DESC LIMIT ?`,
    match,
    ...past.values,
    ...filter.values,
    limit,
  )
}

function pastRest(database: Database, match: string, filter: ResolvedFilter, limit: number): Scored[] {
  const past = versionInPast(filter)
  return database.all<Scored>(
    `SELECT ${VERSION_COLUMNS}, -bm25(fts_rest, ${WEIGHTS}) AS score
     FROM fts_rest CROSS JOIN versions v ON v.key = fts_rest.rowid CROSS JOIN capsules c ON c.key = v.capsule
     WHERE fts_rest MATCH ? AND ${past.condition} AND ${filter.conditions.join(' AND ')} ORDER BY score DESC LIMIT ?`,
    match,
    ...past.values,
    ...filter.values,
    limit,
  )
}

export const best = (scored: readonly Scored[], limit: number): Scored[] =>
  scored.toSorted((left, right) => right.score - left.score || left.capsule - right.capsule).slice(0, limit)
