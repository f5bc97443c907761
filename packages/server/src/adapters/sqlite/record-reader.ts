import { CascadeError } from '#base'
import type { RecordPage, StoredRecord } from '#store'
import type { Database } from './database.ts'
import { indexValue } from './record-writer.ts'

interface RecordRow {
  readonly key: string
  readonly revision: number
  readonly value: string
  readonly expires_at: number | null
}

export interface RecordPageRequest {
  readonly limit: number
  readonly after?: string
}

const LIVING = '(r.expires_at IS NULL OR r.expires_at > ?)'

/** The reading half of the collections over one connection. Undeclared names are refused with UNPROCESSABLE. */
export class RecordReader {
  readonly #database: Database
  readonly #collections: ReadonlyMap<string, readonly string[]>

  constructor(database: Database, collections: ReadonlyMap<string, readonly string[]>) {
    this.#database = database
    this.#collections = collections
  }

  find(collection: string, key: string, now: number): StoredRecord | undefined {
    this.#indexesOf(collection)
    const row = this.#database.get<RecordRow>(
      `SELECT * FROM records r WHERE r.collection = ? AND r.key = ? AND ${LIVING}`,
      collection,
      key,
      now,
    )
    return row && toRecord(row)
  }

  list(collection: string, { limit, after = '' }: RecordPageRequest, now: number): RecordPage {
    this.#indexesOf(collection)
    const rows = this.#database.all<RecordRow>(
      `SELECT * FROM records r WHERE r.collection = ? AND r.key > ? AND ${LIVING} ORDER BY r.key LIMIT ?`,
      collection,
      after,
      now,
      limit + 1,
    )
    return toPage(rows, limit)
  }

  listBy(
    collection: string,
    index: string,
    value: string | number | boolean,
    { limit, after = '' }: RecordPageRequest,
    now: number,
  ): RecordPage {
    if (!this.#indexesOf(collection).includes(index)) {
      throw new CascadeError('UNPROCESSABLE', `the collection ${collection} has no index on ${index}`)
    }
    const rows = this.#database.all<RecordRow>(
      `SELECT r.* FROM record_index i CROSS JOIN records r ON r.collection = i.collection AND r.key = i.key
       WHERE i.collection = ? AND i.name = ? AND i.value = ? AND i.key > ? AND ${LIVING} ORDER BY i.key LIMIT ?`,
      collection,
      index,
      indexValue(value) ?? '',
      after,
      now,
      limit + 1,
    )
    return toPage(rows, limit)
  }

  #indexesOf(collection: string): readonly string[] {
    const indexes = this.#collections.get(collection)
    if (!indexes) throw new CascadeError('UNPROCESSABLE', `the collection ${collection} is not declared`)
    return indexes
  }
}

const toRecord = ({ key, revision, value, expires_at }: RecordRow): StoredRecord => ({
  key,
  revision,
  value: JSON.parse(value),
  expiresAt: expires_at,
})

function toPage(rows: readonly RecordRow[], limit: number): RecordPage {
  const items = rows.slice(0, limit).map(toRecord)
  return { items, next: rows.length > limit ? items.at(-1)!.key : undefined }
}
