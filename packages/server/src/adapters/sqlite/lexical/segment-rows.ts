import type { Database } from '../database.ts'
import { packWords, unpackWords } from './bytes.ts'
import type { Part } from './part.ts'

/** A segment that was computed and is not in the store yet. */
export interface BuiltSegment {
  readonly part: Part
  /** The changes that it holds. */
  readonly firstChange: number
  readonly lastChange: number
  /** Its documents: key of the version, ascending, key of the capsule, length; by ordinal. */
  readonly versions: Uint32Array
  readonly capsules: Uint32Array
  readonly lengths: Uint32Array
  /** Versions that leave an older segment, ascending. */
  readonly gone: Uint32Array
  /** Documents and their length, less those that leave. */
  readonly netDocuments: number
  readonly netLength: number
  readonly pages: readonly { readonly first: number; readonly body: Uint8Array }[]
}

/** A segment without its pages. */
export interface SegmentRow extends Omit<BuiltSegment, 'pages'> {
  readonly key: number
  /** The first term of each page. */
  readonly firstTerms: Uint32Array
}

/** Pages of one segment, at most; page `p` of segment `s` has the key `s * PAGES_MAX + p`. */
export const PAGES_MAX = 2 ** 20

export const pageKey = (segment: number, page: number): number => segment * PAGES_MAX + page

interface Columns {
  readonly key: number
  readonly part: Part
  readonly first_change: number
  readonly last_change: number
  readonly net_documents: number
  readonly net_length: number
  readonly versions: Uint8Array
  readonly capsules: Uint8Array
  readonly lengths: Uint8Array
  readonly gone: Uint8Array
  readonly first_terms: Uint8Array
}

export function readSegment(database: Database, key: number): SegmentRow | undefined {
  const row = database.get<Columns>('SELECT * FROM lexical_segments WHERE key = ?', key)
  return (
    row && {
      key,
      part: row.part,
      firstChange: row.first_change,
      lastChange: row.last_change,
      netDocuments: row.net_documents,
      netLength: row.net_length,
      versions: unpackWords(row.versions),
      capsules: unpackWords(row.capsules),
      lengths: unpackWords(row.lengths),
      gone: unpackWords(row.gone),
      firstTerms: unpackWords(row.first_terms),
    }
  )
}

export function writeSegment(database: Database, segment: SegmentRow): void {
  database.run(
    `INSERT OR REPLACE INTO lexical_segments (key, part, first_change, last_change, net_documents, net_length, versions,
       capsules, lengths, gone, first_terms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    segment.key,
    segment.part,
    segment.firstChange,
    segment.lastChange,
    segment.netDocuments,
    segment.netLength,
    packWords(segment.versions),
    packWords(segment.capsules),
    packWords(segment.lengths),
    packWords(segment.gone),
    packWords(segment.firstTerms),
  )
}

/** The segments in the order of their changes. */
export const listSegments = (database: Database): { readonly key: number; readonly part: Part }[] =>
  database.all('SELECT key, part FROM lexical_segments ORDER BY last_change, key')

export const readPage = (database: Database, segment: number, page: number): Uint8Array | undefined =>
  database.get<{ body: Uint8Array }>('SELECT body FROM lexical_pages WHERE key = ?', pageKey(segment, page))?.body

export const writePage = (database: Database, segment: number, page: number, body: Uint8Array): void => {
  database.run('INSERT OR REPLACE INTO lexical_pages VALUES (?, ?)', pageKey(segment, page), body)
}
