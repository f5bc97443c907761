import { CascadeError } from '#base'
import type { Database } from './database.ts'
import type { Reach } from './lineage-reach.ts'
import { type PackedNodes, UUID_CHARS } from './packed-lineage.ts'

const ID_BYTES = 16

/** The capsules of a walk in its order, and the keys of their head versions. */
export function readNodes(
  database: Database,
  { keys, depths }: Reach,
): { readonly nodes: PackedNodes; readonly heads: readonly number[] } {
  const row = readColumns(database, keys)
  if (row.ids.length !== keys.length * ID_BYTES) {
    throw new CascadeError('DATA_CORRUPT', 'an edge of the lineage leads to a capsule that is not there')
  }
  // The statement wrote each of these as an array of integers.
  const [heads, standings, createdAts] = [row.heads, row.standings, row.createdAts].map((text) => JSON.parse(text)) as [
    number[],
    number[],
    number[],
  ]
  const nodes = {
    ids: uuidText(row.ids),
    versions: row.versions,
    titles: row.titles,
    standings: new Uint32Array(standings),
    createdAts: new Float64Array(createdAts),
    depths: new Uint32Array(depths),
    byAge: sortByAge(createdAts, row.ids),
  }
  return { nodes, heads }
}

interface Columns {
  readonly ids: Uint8Array
  readonly heads: string
  readonly versions: string
  readonly titles: string
  readonly standings: string
  readonly createdAts: string
}

/** One value a column, whatever the number of rows: what the driver takes for each value is what a lineage costs. */
function readColumns(database: Database, keys: readonly number[]): Columns {
  const row = database.get<Columns>(
    `SELECT CAST(group_concat(CAST(c.id AS TEXT), '') AS BLOB) AS ids, json_group_array(c.head) AS heads,
       json_group_array(c.version) AS versions, json_group_array(c.title) AS titles,
       json_group_array((c.status << 16) | (c.trust << 8) | c.effective_trust) AS standings,
       json_group_array(c.created_at) AS createdAts
     FROM json_each(?) wanted CROSS JOIN capsules c ON c.key = wanted.value`,
    `[${keys.join(',')}]`,
  )
  if (!row) throw new CascadeError('INTERNAL', 'an aggregate has no row')
  return row
}

/** Places from the oldest to the youngest; of one age, in the order of their ids. */
function sortByAge(createdAts: readonly number[], ids: Uint8Array): Uint32Array {
  const words = new DataView(ids.buffer, ids.byteOffset, ids.byteLength)
  const compareIds = (a: number, b: number): number => {
    for (let byte = 0; byte < ID_BYTES; byte += 4) {
      const difference = words.getUint32(a * ID_BYTES + byte) - words.getUint32(b * ID_BYTES + byte)
      if (difference !== 0) return difference
    }
    return 0
  }
  const places = createdAts.map((_, place) => place)
  return new Uint32Array(places.sort((a, b) => createdAts[a]! - createdAts[b]! || compareIds(a, b)))
}

const DIGITS = new TextEncoder().encode('0123456789abcdef')
const HYPHEN = 0x2d
/** Bytes of a UUID before which its text has a hyphen. */
const isAfterHyphen = Array.from({ length: ID_BYTES }, (_, byte) => [4, 6, 8, 10].includes(byte))

/** The texts of UUIDs in ASCII, one after the other, from their bytes. */
function uuidText(ids: Uint8Array): Uint8Array {
  const text = new Uint8Array((ids.length / ID_BYTES) * UUID_CHARS)
  let to = 0
  for (let at = 0; at < ids.length; at++) {
    if (isAfterHyphen[at % ID_BYTES]) text[to++] = HYPHEN
    const byte = ids[at]!
    text[to++] = DIGITS[byte >> 4]!
    text[to++] = DIGITS[byte & 15]!
  }
  return text
}
