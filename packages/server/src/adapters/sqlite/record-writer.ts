import { CascadeError } from '#base'
import { RECORD_KEY_LENGTH_MAX, RECORD_VALUE_BYTES_MAX, type RecordDelete, type RecordPut } from '#store'
import type { Database } from './database.ts'
import type { WriteSession } from './write-session.ts'

/** @throws CascadeError REVISION_MISMATCH; UNPROCESSABLE for a key or value that cannot be kept. */
export function applyRecordChange(session: WriteSession, change: RecordPut | RecordDelete): void {
  const indexes = session.settings.collections.get(change.collection)
  if (!indexes) throw new CascadeError('UNPROCESSABLE', `the collection ${change.collection} is not declared`)
  const revision = livingRevision(session, change)
  if (change.expectedRevision !== undefined && change.expectedRevision !== revision) {
    throw new CascadeError(
      'REVISION_MISMATCH',
      `${change.collection}/${change.key} is at revision ${revision}, not ${change.expectedRevision}`,
    )
  }
  if (change.kind === 'record.delete') removeRecord(session.database, change.collection, change.key, indexes)
  else putRecord(session.database, change, revision + 1, indexes)
}

/** Removes records that are past their time, a bounded number; returns how many. */
export function sweepRecords({ database, settings }: WriteSession, now: number, limit: number): number {
  const expired = database.all<{ collection: string; key: string }>(
    'SELECT collection, key FROM records WHERE expires_at <= ? LIMIT ?',
    now,
    limit,
  )
  for (const { collection, key } of expired) {
    removeRecord(database, collection, key, settings.collections.get(collection) ?? [])
  }
  return expired.length
}

/** Index rows follow the declared collections: one that is declared otherwise than last time is indexed anew. */
export function rebuildRecordIndexes(database: Database, collections: ReadonlyMap<string, readonly string[]>): void {
  for (const [collection, indexes] of collections) {
    const declared = JSON.stringify(indexes)
    const name = `index of ${collection}`
    const known = database.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)
    if (known?.value === declared) continue
    database.run('DELETE FROM record_index WHERE collection = ?', collection)
    const rows = database.all<{ key: string; value: string }>(
      'SELECT key, value FROM records WHERE collection = ?',
      collection,
    )
    for (const { key, value } of rows) indexRecord(database, collection, key, JSON.parse(value), indexes)
    database.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', name, declared)
  }
}

/** How an indexed member is written, so that `1` and `"1"` stay apart; undefined for what cannot be looked up. */
export function indexValue(value: unknown): string | undefined {
  return INDEXABLE.has(typeof value) ? `${typeof value}:${String(value)}` : undefined
}
const INDEXABLE: ReadonlySet<string> = new Set(['string', 'number', 'boolean'])

/** 0 where there is none, or none any more. */
function livingRevision({ database, now }: WriteSession, { collection, key }: RecordPut | RecordDelete): number {
  const row = database.get<{ revision: number }>(
    'SELECT revision FROM records WHERE collection = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)',
    collection,
    key,
    now,
  )
  return row?.revision ?? 0
}

function putRecord(database: Database, change: RecordPut, revision: number, indexes: readonly string[]): void {
  const { collection, key, value, expiresAt } = change
  if (key.length < 1 || key.length > RECORD_KEY_LENGTH_MAX || !key.isWellFormed()) {
    throw new CascadeError('UNPROCESSABLE', `a key is 1-${RECORD_KEY_LENGTH_MAX} characters of well-formed text`)
  }
  const json = JSON.stringify(value)
  if (json === undefined) throw new CascadeError('UNPROCESSABLE', 'a value is JSON, not nothing')
  if (Buffer.byteLength(json) > RECORD_VALUE_BYTES_MAX) {
    throw new CascadeError('UNPROCESSABLE', `a value is at most ${RECORD_VALUE_BYTES_MAX} bytes of JSON`)
  }
  removeRecord(database, collection, key, indexes)
  database.run('INSERT INTO records VALUES (?, ?, ?, ?, ?)', collection, key, revision, expiresAt, json)
  // Read back from its text, so that the index holds what a reader will see.
  indexRecord(database, collection, key, JSON.parse(json), indexes)
}

function indexRecord(
  database: Database,
  collection: string,
  key: string,
  value: unknown,
  indexes: readonly string[],
): void {
  for (const name of indexes) {
    const text = indexValue(memberOf(value, name))
    if (text !== undefined) database.run('INSERT INTO record_index VALUES (?, ?, ?, ?)', collection, name, text, key)
  }
}

function removeRecord(database: Database, collection: string, key: string, indexes: readonly string[]): void {
  if (indexes.length > 0) {
    const row = database.get<{ value: string }>(
      'SELECT value FROM records WHERE collection = ? AND key = ?',
      collection,
      key,
    )
    if (!row) return
    const value: unknown = JSON.parse(row.value)
    for (const name of indexes) {
      const text = indexValue(memberOf(value, name))
      if (text === undefined) continue
      const sql = 'DELETE FROM record_index WHERE collection = ? AND name = ? AND value = ? AND key = ?'
      database.run(sql, collection, name, text, key)
    }
  }
  database.run('DELETE FROM records WHERE collection = ? AND key = ?', collection, key)
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
