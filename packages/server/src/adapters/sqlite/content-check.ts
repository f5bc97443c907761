import { CascadeError, isUuid, messageOf, uuidBytes } from '#base'
import {
  addContents,
  type ContentCounts,
  type ContentSlice,
  contentFault,
  findContent,
  type Leaf,
  NO_CONTENTS,
  type StoredContent,
  type ToldContent,
  toldContent,
} from '#ledger'
import { ERASED } from './codes.ts'
import { decodeContent } from './content-codec.ts'
import type { Database } from './database.ts'
import { isStorageFailure } from './thread-errors.ts'

/** Characters of contents after which a slice ends: some milliseconds, in which a reader answers nobody else. */
const CHARACTERS_AT_ONCE = 1 << 20

/** A leaf that may tell of a version: canonical JSON sorts members, and no other digest of ours comes before this one. */
const TELLS = '"digests":{"content":"'

interface VersionRow {
  readonly status: number
  readonly is_away: number
  readonly digest_key: Uint8Array
  readonly title: string | null
  readonly content: string | Uint8Array
}

const VERSION = `SELECT c.status, c.segment IS NOT NULL AS is_away, v.digest_key, v.title, v.content
  FROM capsules c JOIN versions v ON v.capsule = c.key WHERE c.id = ? AND v.version = ?`

/**
 * Holds what versions say against the digests that entries tell of, from one entry on, until the contents are some.
 *
 * @throws CascadeError DATA_CORRUPT for an entry that is no JSON.
 */
export function checkContents(database: Database, from: number, limit: number): ContentSlice {
  let [next, left, counts] = [from, CHARACTERS_AT_ONCE, NO_CONTENTS]
  const sql = 'SELECT sequence, text FROM leaves WHERE sequence >= ? AND sequence < ? ORDER BY sequence'
  for (const { sequence, text } of database.iterate<{ sequence: number; text: string }>(sql, from, from + limit)) {
    next = sequence + 1
    const told = text.includes(TELLS) ? toldContent(parseLeaf(text, sequence)) : undefined
    if (!told) continue
    const found = readContent(database, told)
    if ('fault' in found) return { next, counts, ...contentFault(told, sequence, found.fault) }
    counts = addContents(counts, { ...NO_CONTENTS, [found.at]: 1 })
    left -= found.characters
    if (left <= 0) return { next, counts }
  }
  return { next: from + limit, counts }
}

type Found = { readonly at: keyof ContentCounts; readonly characters: number } | { readonly fault: string }

/** What is stored of a version that was told of, held against its digests. */
export function readContent(database: Database, told: ToldContent): Found {
  try {
    const stored = readStored(database, told)
    const found = findContent(told, stored)
    return 'fault' in found ? found : { ...found, characters: stored?.content.length ?? 0 }
  } catch (error) {
    // A number or a frame that nothing wrote. What says something of the disk alone is not for this check to tell.
    if (isStorageFailure(error) && !isStorageFailure(error, 'corrupt')) throw error
    return { fault: `cannot be read: ${messageOf(error)}` }
  }
}

function readStored(database: Database, { id, version }: ToldContent): StoredContent | undefined {
  const row = isUuid(id) ? database.get<VersionRow>(VERSION, uuidBytes(id), version) : undefined
  return row && toStored(row)
}

/** @throws Error when the bytes of a content are not those of a frame. */
const toStored = ({ status, is_away, digest_key, title, content }: VersionRow): StoredContent => ({
  content: decodeContent(content),
  title,
  digestKey: digest_key,
  gone: status === ERASED ? 'erased' : is_away === 1 ? 'archived' : undefined,
})

function parseLeaf(text: string, index: number): Leaf {
  try {
    // The writer of leaves wrote it; whether it is still what it wrote is for the walk along the log to say.
    return JSON.parse(text) as Leaf
  } catch (cause) {
    throw new CascadeError('DATA_CORRUPT', `entry ${index} of the log is not what was written`, { cause })
  }
}

/** How many versions there are, and the newest entry: each of them was told of by one up to it. */
export const countVersions = (database: Database): { readonly versions: number; readonly head: number } => ({
  versions: database.get<{ n: number }>('SELECT count(*) AS n FROM versions')?.n ?? 0,
  head: database.get<{ n: number }>('SELECT coalesce(max(sequence), -1) AS n FROM leaves')?.n ?? -1,
})
