import type { Embedding } from '#capsules'
import type { Database } from './database.ts'
import { toSlotFilter, toSlots } from './filter-slots.ts'
import { type ResolvedFilter, versionInPast } from './filter-sql.ts'
import { best, HEAD_COLUMNS, type Scored, type ScoredColumns, toScored, VERSION_COLUMNS } from './lexical-signal.ts'
import { assertFits, ROLES, SPACE_COLUMNS, type Space } from './spaces.ts'
import { assertVector, toVector } from './stored-vector.ts'
import { beginExact, SlotBitmap, searchExact, type VectorReader } from './vector/index.ts'

/** The space a query's vector lives in. */
export interface QuerySpace {
  readonly key: number
  readonly vector: Float32Array
}

/** Undefined while nothing is stored in the model's space. @throws CascadeError EMBEDDING_MISMATCH. */
export function findSpace(database: Database, { model, vector }: Embedding): QuerySpace | undefined {
  assertVector(vector)
  const space = database.get<Space>(`SELECT ${SPACE_COLUMNS} FROM spaces WHERE model = ?`, model)
  // A space that is being removed would answer with what happens to be left in it.
  if (!space || space.role === ROLES.retired) return undefined
  assertFits(space, vector)
  return { key: space.key, vector }
}

type RescoredRow = readonly [...ScoredColumns, vector: Uint8Array]

/** A search that others may be at already; disposed of, nothing of it goes on. */
export interface BegunVectors extends Disposable {
  /** What it found; once. */
  finish(): Scored[]
}

export interface VectorsAsked {
  readonly filter: ResolvedFilter
  readonly limit: number
  /** The heads that may pass the filter, where that is known already. */
  readonly allowed?: SlotBitmap | undefined
}

/**
 * The heads nearest to the query among those that pass the filter: found by their codes in memory, and each read from
 * its row, filtered and rescored there, so that a slot that is a moment behind the rows shows nothing it must not.
 */
export function beginVectors(
  database: Database,
  reader: VectorReader,
  space: QuerySpace,
  { filter, limit, allowed }: VectorsAsked,
): BegunVectors {
  const rows = new Map<number, RescoredRow>()
  const sql = `SELECT ${HEAD_COLUMNS}, e.vector FROM json_each(?) wanted
    CROSS JOIN capsules c ON c.key = wanted.value CROSS JOIN embeddings e ON e.version = c.head
    WHERE c.indexed = 1 AND e.space = ? AND ${filter.conditions.join(' AND ')}`
  const rescore = (slots: readonly number[]): readonly (number | undefined)[] => {
    const keys = JSON.stringify(slots.map((slot) => slot + 1))
    const scores = new Map<number, number>()
    for (const row of database.allArrays<RescoredRow>(sql, keys, space.key, ...filter.values)) {
      rows.set(row[0] - 1, row)
      scores.set(row[0] - 1, cosineOf(space.vector, row[6]))
    }
    return slots.map((slot) => scores.get(slot))
  }
  // Tags are what columns are slow to tell, and what helpers cannot.
  const slots =
    allowed && (filter.tags.length > 0 || filter.reach) ? { allow: allowed } : toSlotFilter(database, filter, reader)
  const begun = beginExact(reader, space.vector, slots, limit)
  return {
    finish() {
      let found = begun.finish(rescore)
      // Whether a capsule is a chunk is no column of a slot: rows decide, and where they refuse too many, they choose.
      if (!found.exact && filter.chunks !== undefined) {
        const chosen = SlotBitmap.of(slotsByChunk(database, space.key, filter.chunks))
        const { allow: reached, ...columns } = toSlotFilter(database, filter, reader)
        const allow = reached ? SlotBitmap.inAll([chosen, reached]) : chosen
        found = searchExact(reader, space.vector, { ...columns, allow }, limit, rescore)
      }
      return found.hits.map(({ slot, score }) => toScored(rows.get(slot)!, score))
    },
    [Symbol.dispose]: () => begun[Symbol.dispose](),
  }
}

/** The same for a moment in the past: every vector that was valid then is compared. */
export function searchVectorsInPast(
  database: Database,
  space: QuerySpace,
  filter: ResolvedFilter,
  limit: number,
): Scored[] {
  const past = versionInPast(filter)
  const rows = database.iterateArrays<RescoredRow>(
    `SELECT ${VERSION_COLUMNS}, e.vector FROM embeddings e
     CROSS JOIN versions v ON v.key = e.version CROSS JOIN capsules c ON c.key = v.capsule
     WHERE e.space = ? AND v.indexed = 1 AND ${past.condition} AND ${filter.conditions.join(' AND ')}`,
    space.key,
    ...past.values,
    ...filter.values,
  )
  let found: Scored[] = []
  for (const row of rows) {
    found.push(toScored(row, cosineOf(space.vector, row[6])))
    if (found.length >= limit * 8) found = best(found, limit)
  }
  return best(found, limit)
}

/** Cosines of versions that have a vector in the space. */
export function scoreVectors(
  database: Database,
  space: QuerySpace,
  versions: readonly number[],
): ReadonlyMap<number, number> {
  const rows = database.allArrays<readonly [version: number, vector: Uint8Array]>(
    `SELECT e.version, e.vector FROM json_each(?) wanted CROSS JOIN embeddings e ON e.version = wanted.value
     WHERE e.space = ?`,
    JSON.stringify(versions),
    space.key,
  )
  return new Map(rows.map((row) => [row[0], cosineOf(space.vector, row[1])]))
}

/** Cosine of the angle, -1 to 1, of a query and the bytes of a stored vector. */
function cosineOf(query: Float32Array, bytes: Uint8Array): number {
  const row = toVector(bytes)
  let dot = 0
  let queryLength = 0
  let rowLength = 0
  // Plain variables: taking pairs apart costs three times the arithmetic.
  for (let index = 0; index < row.length; index++) {
    const left = query[index]!
    const right = row[index]!
    dot += left * right
    queryLength += left * left
    rowLength += right * right
  }
  return Math.max(-1, Math.min(1, dot / Math.sqrt(queryLength * rowLength)))
}

const slotsByChunk = (database: Database, space: number, chunks: boolean): Uint32Array =>
  toSlots(
    database.all<{ key: number }>(
      `SELECT key FROM capsules WHERE (space = ? OR space IS NULL) AND part_of IS ${chunks ? 'NOT NULL' : 'NULL'}`,
      space,
    ),
  )
