import type { RecordDelete, RecordPut, Records } from './records.ts'

/** The mutating half of the port, the same for every adapter: each method only states its change as a value. */
export const recordChanges: Pick<Records, 'put' | 'delete'> = {
  put: (_grant, collection, key, value, { expectedRevision, expiresAt = null } = {}): RecordPut => ({
    kind: 'record.put',
    collection,
    key,
    value,
    expectedRevision,
    expiresAt,
  }),
  delete: (_grant, collection, key, { expectedRevision } = {}): RecordDelete => ({
    kind: 'record.delete',
    collection,
    key,
    expectedRevision,
  }),
}
