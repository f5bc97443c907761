import { CascadeError } from '#base'
import type { Database } from './database.ts'
import { cutIds, UUID_CHARS } from './packed-lineage.ts'

/** What may be another with every state of the file. */
interface StandingRows {
  readonly keys: readonly number[]
  /** Keys of the head versions. */
  readonly heads: readonly number[]
  /** Status code, trust and effective trust, a byte each from the third byte down. */
  readonly standings: readonly number[]
}

/** All that lineages tell of capsules, in columns. */
export interface CapsuleRows extends StandingRows {
  readonly ids: readonly string[]
  readonly createdAts: readonly number[]
  readonly versions: readonly string[]
  readonly titles: readonly (string | null)[]
}

// One value a column, whatever the number of rows: what the driver takes for each value is what a lineage costs.
const STANDING = `json_group_array(c.key) AS keys, json_group_array(c.head) AS heads,
  json_group_array((c.status << 16) | (c.trust << 8) | c.effective_trust) AS standings`
const ALL = `${STANDING}, CAST(group_concat(CAST(c.id AS TEXT), '') AS BLOB) AS ids,
  json_group_array(c.created_at) AS createdAts, json_group_array(c.version) AS versions, json_group_array(c.title) AS titles`

/** The rows of these keys that are there, in any order, and perhaps of others between them. */
export function readStandings(database: Database, keys: readonly number[]): StandingRows {
  return parseStandings(readColumns<Texts<StandingRows>>(database, STANDING, keys))
}

/** As `readStandings`, with all columns. */
export function readCapsules(database: Database, keys: readonly number[]): CapsuleRows {
  const row = readColumns<Texts<Omit<CapsuleRows, 'ids'>> & { readonly ids: Uint8Array | null }>(database, ALL, keys)
  return {
    ...parseStandings(row),
    ids: row.ids ? uuidTexts(row.ids) : [],
    // The statement wrote each of these as an array of what the type says.
    createdAts: JSON.parse(row.createdAts) as number[],
    versions: JSON.parse(row.versions) as string[],
    titles: JSON.parse(row.titles) as (string | null)[],
  }
}

type Texts<Rows> = { readonly [Column in keyof Rows]: string }

const parseStandings = ({ keys, heads, standings }: Texts<StandingRows>): StandingRows => ({
  // The statement wrote each of these as an array of integers.
  keys: JSON.parse(keys) as number[],
  heads: JSON.parse(heads) as number[],
  standings: JSON.parse(standings) as number[],
})

/** From one capsule in so many on, reading all between the outermost is faster than looking up each. */
const DENSE = 2

function readColumns<Columns>(database: Database, columns: string, keys: readonly number[]): Columns {
  const [low, high] = [keys.reduce((a, b) => Math.min(a, b)), keys.reduce((a, b) => Math.max(a, b))]
  const row =
    high - low < keys.length * DENSE
      ? database.get<Columns>(`SELECT ${columns} FROM capsules c WHERE c.key BETWEEN ? AND ?`, low, high)
      : database.get<Columns>(
          `SELECT ${columns} FROM json_each(?) wanted CROSS JOIN capsules c ON c.key = wanted.value`,
          `[${keys.join(',')}]`,
        )
  if (!row) throw new CascadeError('INTERNAL', 'an aggregate has no row')
  return row
}

const ID_BYTES = 16
const DIGITS = new TextEncoder().encode('0123456789abcdef')
const HYPHEN = 0x2d
/** Bytes of a UUID before which its text has a hyphen. */
const isAfterHyphen = Array.from({ length: ID_BYTES }, (_, byte) => [4, 6, 8, 10].includes(byte))

/** The texts of UUIDs from their bytes, one after the other. */
function uuidTexts(ids: Uint8Array): string[] {
  const text = Buffer.alloc((ids.length / ID_BYTES) * UUID_CHARS)
  let to = 0
  for (let at = 0; at < ids.length; at++) {
    if (isAfterHyphen[at % ID_BYTES]) text[to++] = HYPHEN
    const byte = ids[at]!
    text[to++] = DIGITS[byte >> 4]!
    text[to++] = DIGITS[byte & 15]!
  }
  return cutIds(text.toString('latin1'))
}
