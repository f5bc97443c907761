import type { Database } from './database.ts'
import { parseTagKeys } from './tag-keys.ts'
import type { SlotColumns } from './vector/index.ts'

/** Rows that are read at once: enough to be quick, few enough that their vectors are memory for a moment only. */
const ROWS_AT_ONCE = 128
/** Lists of tags that are remembered while the rows are read. */
const TAG_LISTS_MAX = 10_000

/** What the rows say about the head of one capsule. */
export interface StoredSlot {
  /** Key of the capsule. */
  readonly capsule: number
  /** Key of the space that the head's vector is to be in; null where it has none. */
  readonly space: number | null
  /** Float32 numbers, little-endian; undefined where there is none, be it that its row is missing. */
  readonly vector: Uint8Array | undefined
  readonly columns: SlotColumns
}

type SlotRow = readonly [
  capsule: number,
  space: number | null,
  status: number,
  trust: number,
  type: number,
  owner: number,
  identity: number | null,
  lane: number | null,
  fold: number | null,
  tags: string | null,
]

/** Vectors of one slice, one after the other, with the keys of their capsules in the same order. */
interface PackedVectors {
  readonly keys: string | null
  readonly vectors: Uint8Array | null
  readonly shortest: number | null
  readonly longest: number | null
}

/**
 * The indexed heads, slice by slice, in the order of their keys; behind them those that have a vector in the shadow, with
 * that one.
 */
export function* readSlots(database: Database, { active, shadow }: OwnSpaces): Generator<readonly StoredSlot[]> {
  const tagKeys = rememberTagKeys()
  yield* readPass(database, active, EVERY, tagKeys)
  if (shadow !== null) yield* readPass(database, shadow, OWN, tagKeys)
}

/** Keys of the store's own spaces. */
export interface OwnSpaces {
  readonly active: number | null
  readonly shadow: number | null
}

/** @param own the space of those whose vector no caller gave. */
function* readPass(
  database: Database,
  own: number | null,
  statements: Statements,
  tagKeys: typeof parseTagKeys,
): Generator<readonly StoredSlot[]> {
  for (let after = 0; ; ) {
    const rows = database.allArrays<SlotRow>(statements.columns, own, after)
    const last = rows.at(-1)?.[0]
    if (last === undefined) return
    const placed = rows.filter(([, space]) => space !== null)
    const vectors = readVectors(database, placed, { own, packed: statements.packed, after, last })
    let next = 0
    yield rows.map((row) => {
      const [capsule, space] = row
      return { capsule, space, vector: space === null ? undefined : vectors[next++], columns: columnsOf(row, tagKeys) }
    })
    after = last
  }
}

interface Statements {
  readonly columns: string
  readonly packed: string
}

const SPACE = 'coalesce(c.space, ?1)'
const INDEXED = 'c.indexed = 1'
const OF_OWN = `c.space IS NULL AND ${INDEXED}`

/** @param join of the vectors, where many capsules may have none. */
const columns = (condition: string, join = ''): string => `
  SELECT c.key, ${SPACE}, c.status, c.effective_trust, c.type, c.owner, c.identity, c.lane, c.fold, c.tags
  FROM capsules c ${join} WHERE ${condition} AND c.key > ?2 ORDER BY c.key LIMIT ${ROWS_AT_ONCE}`

// One value for many vectors: as a value of its own, each costs more to hand over than to read. Joining texts leaves
// bytes as they are where the file's encoding is UTF-8; the keys are joined in the same order, whatever that is.
const packed = (condition: string): string => `
  SELECT group_concat(key) AS keys, CAST(group_concat(vector, '') AS BLOB) AS vectors,
    min(length(vector)) AS shortest, max(length(vector)) AS longest
  FROM (
    SELECT c.key, e.vector FROM capsules c CROSS JOIN embeddings e ON e.version = c.head AND e.space = ${SPACE}
    WHERE ${condition} AND c.key > ?2 AND c.key <= ?3 ORDER BY c.key
  )`

const VECTOR_OF_HEAD = `CROSS JOIN embeddings e ON e.version = c.head AND e.space = ${SPACE}`
const EVERY: Statements = { columns: columns(INDEXED), packed: packed(INDEXED) }
/** While a shadow is being filled, most may have no vector in it yet. */
const OWN: Statements = { columns: columns(OF_OWN, VECTOR_OF_HEAD), packed: packed(OF_OWN) }

const SINGLE = `
  SELECT e.vector FROM capsules c ${VECTOR_OF_HEAD} WHERE c.key = ?2`

/** The vectors of the rows, in their order; nothing for a row whose vector is missing. */
function readVectors(
  database: Database,
  rows: readonly SlotRow[],
  { own, packed: sql, after, last }: { own: number | null; packed: string; after: number; last: number },
): readonly (Uint8Array | undefined)[] {
  if (rows.length === 0) return []
  const packed = database.get<PackedVectors>(sql, own, after, last)
  if (packed?.vectors && isEven(packed, rows)) return splitEvenly(packed.vectors, rows.length)
  // Models with other dimensions side by side, or damage: row by row, each as long as it is.
  return rows.map(([capsule]) => {
    const row = database.get<{ vector: Uint8Array }>(SINGLE, own, capsule)
    return row?.vector
  })
}

/** True when all vectors are there, each in its place. */
const isEven = ({ keys, vectors, shortest, longest }: PackedVectors, rows: readonly SlotRow[]): boolean =>
  shortest === longest &&
  vectors?.length === rows.length * (longest ?? 0) &&
  keys === rows.map(([capsule]) => capsule).join(',')

function splitEvenly(vectors: Uint8Array, count: number): Uint8Array[] {
  const each = vectors.length / count
  return Array.from({ length: count }, (_, index) => vectors.subarray(index * each, (index + 1) * each))
}

/** Many capsules bear the same tags: each list is parsed once. */
function rememberTagKeys(): typeof parseTagKeys {
  const known = new Map<string | null, number[]>()
  return (text) => {
    const keys = known.get(text) ?? parseTagKeys(text)
    if (known.size < TAG_LISTS_MAX) known.set(text, keys)
    return keys
  }
}

const columnsOf = (
  [, , status, trust, type, owner, identity, lane, fold, tags]: SlotRow,
  tagKeys: typeof parseTagKeys,
): SlotColumns => ({
  trust,
  type,
  status,
  owner,
  identity: identity ?? 0,
  lane: lane ?? 0,
  fold: fold ?? 0,
  tags: tagKeys(tags),
})
