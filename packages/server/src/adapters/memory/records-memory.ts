import { CascadeError, type Clock, messageOf } from '#base'
import {
  type CollectionDefinition,
  RECORD_KEY_LENGTH_MAX,
  RECORD_VALUE_BYTES_MAX,
  type RecordDelete,
  type RecordPage,
  type RecordPut,
  type Records,
  recordChanges,
  type StoredRecord,
} from '#store'
import type { MemoryState, RecordRow } from './memory-state.ts'
import type { UndoLog } from './undo-log.ts'

/** The collections over `state`. Undeclared collections and indexes are refused with UNPROCESSABLE. */
export function createRecords(state: MemoryState, definitions: readonly CollectionDefinition[], clock: Clock): Records {
  const living = (collection: string): RecordRow[] =>
    [...getCollection(state, collection).values()].filter((row) => isLiving(row, clock())).sort(byKey)

  return {
    async find<V>(collection: string, key: string) {
      const row = getCollection(state, collection).get(key)
      return row && isLiving(row, clock()) ? toRecord<V>(row) : undefined
    },
    async list<V>(collection: string, page: PageRequest) {
      return toPage(living(collection).map(toRecord<V>), page)
    },
    async listBy<V>(collection: string, index: string, value: string | number | boolean, page: PageRequest) {
      assertIndex(definitions, collection, index)
      // A record is any JSON; only an object has members.
      const matching = living(collection).filter((row) => JSON.parse(row.json)?.[index] === value)
      return toPage(matching.map(toRecord<V>), page)
    },
    ...recordChanges,
  }
}

/** @throws CascadeError REVISION_MISMATCH, or UNPROCESSABLE for a key or value that cannot be kept. */
export function applyRecordChange(
  state: MemoryState,
  undo: UndoLog,
  now: number,
  change: RecordPut | RecordDelete,
): void {
  const rows = getCollection(state, change.collection)
  const found = rows.get(change.key)
  const revision = found && isLiving(found, now) ? found.revision : 0
  if (change.expectedRevision !== undefined && change.expectedRevision !== revision) {
    throw new CascadeError(
      'REVISION_MISMATCH',
      `${change.collection}/${change.key} is at revision ${revision}, not ${change.expectedRevision}`,
    )
  }
  if (change.kind === 'record.delete') undo.delete(rows, change.key)
  else undo.set(rows, change.key, toRow(change, revision + 1))
}

interface PageRequest {
  readonly limit: number
  readonly after?: string
}

function toRow({ key, value, expiresAt }: RecordPut, revision: number): RecordRow {
  if (key.length < 1 || key.length > RECORD_KEY_LENGTH_MAX || !key.isWellFormed()) {
    throw new CascadeError('UNPROCESSABLE', `a key is 1-${RECORD_KEY_LENGTH_MAX} characters of well-formed text`)
  }
  return { key, revision, json: toJson(value), expiresAt }
}

function toJson(value: unknown): string {
  const json = writeJson(value)
  if (json === undefined) throw new CascadeError('UNPROCESSABLE', 'a value is JSON, not nothing')
  if (Buffer.byteLength(json) > RECORD_VALUE_BYTES_MAX) {
    throw new CascadeError('UNPROCESSABLE', `a value is at most ${RECORD_VALUE_BYTES_MAX} bytes of JSON`)
  }
  return json
}

function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new CascadeError('UNPROCESSABLE', `a value is JSON: ${messageOf(cause)}`, { cause })
  }
}

function getCollection(state: MemoryState, name: string): Map<string, RecordRow> {
  const rows = state.records.get(name)
  if (!rows) throw new CascadeError('UNPROCESSABLE', `the collection ${name} is not declared`)
  return rows
}

function assertIndex(definitions: readonly CollectionDefinition[], collection: string, index: string): void {
  if (definitions.find(({ name }) => name === collection)?.indexes.includes(index)) return
  throw new CascadeError('UNPROCESSABLE', `the collection ${collection} has no index on ${index}`)
}

const isLiving = (row: RecordRow, now: number): boolean => row.expiresAt === null || now < row.expiresAt

/** By code point, which is the order of the UTF-8 bytes. */
const byKey = (a: RecordRow, b: RecordRow): number => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))

const toRecord = <V>({ key, revision, json, expiresAt }: RecordRow): StoredRecord<V> => ({
  key,
  revision,
  // The caller names the type of what it put into the collection.
  value: JSON.parse(json) as V,
  expiresAt,
})

function toPage<V>(all: readonly StoredRecord<V>[], { limit, after }: PageRequest): RecordPage<V> {
  const last = after === undefined ? undefined : Buffer.from(after)
  const rest = last ? all.filter(({ key }) => Buffer.compare(Buffer.from(key), last) > 0) : all
  const items = rest.slice(0, limit)
  return { items, next: rest.length > items.length ? items.at(-1)!.key : undefined }
}
