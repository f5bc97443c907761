import { CascadeError, formatUuid, isUuid, uuidBytes } from '#base'
import { ERASED } from './codes.ts'
import type { Database, SqlValue } from './database.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

const COLUMNS = `key, id, owner, status, trust, effective_trust, unsettled, revision, head, version, type, identity, lane,
  fold, part_of, indexed, space, created_at, bytes, segment`

/** The capsule of an id; undefined also for what is no UUID. */
export function findCapsule(database: Database, id: string): CapsuleRow | undefined {
  return isUuid(id)
    ? database.get<CapsuleRow>(`SELECT ${COLUMNS} FROM capsules WHERE id = ?`, uuidBytes(id))
    : undefined
}

/** @throws CascadeError NOT_FOUND. */
export function requireCapsule(session: WriteSession, id: string): CapsuleRow {
  const row = findCapsule(session.database, id)
  if (!row) throw new CascadeError('NOT_FOUND', `there is no capsule ${id}`)
  return row
}

/** @throws CascadeError NOT_FOUND; ERASED and IN_ARCHIVE, for nothing changes what was erased or is away. */
export function requireLiving(session: WriteSession, id: string): CapsuleRow {
  const row = requireCapsule(session, id)
  if (row.status === ERASED) throw new CascadeError('ERASED', `the capsule ${id} was erased`)
  if (row.segment !== null)
    throw new CascadeError('IN_ARCHIVE', `the capsule ${id} lies in segment ${formatUuid(row.segment)} of the archive`)
  return row
}

export const getCapsule = (database: Database, key: number): CapsuleRow => {
  const row = database.get<CapsuleRow>(`SELECT ${COLUMNS} FROM capsules WHERE key = ?`, key)
  if (!row) throw new RangeError(`no capsule has the key ${key}`)
  return row
}

/** When the validity of a version ends, and when that is recorded. */
export interface VersionEnd {
  readonly at: number
  readonly recordedAt: number
}

/** The version ends, unless it has ended before that; never before it began. */
export function endVersion(database: Database, version: number, { at, recordedAt }: VersionEnd): void {
  database.run(
    `UPDATE versions SET valid_to = max(?, valid_from), ended_at = ?
     WHERE key = ? AND (valid_to IS NULL OR valid_to > max(?, valid_from))`,
    at,
    recordedAt,
    version,
    at,
  )
}

/** Sets columns of a capsule; every change of it that a reader can see raises its revision. */
export function updateCapsule(database: Database, key: number, columns: Readonly<Record<string, SqlValue>>): void {
  const names = Object.keys(columns)
  const assignments = names.map((name) => `${name} = ?`).join(', ')
  database.run(`UPDATE capsules SET ${assignments} WHERE key = ?`, ...Object.values(columns), key)
}
