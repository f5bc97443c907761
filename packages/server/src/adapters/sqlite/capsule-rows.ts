import { isUuid, uuidBytes } from '#base'
import type { Database, SqlValue } from './database.ts'
import type { CapsuleRow } from './write-session.ts'

const COLUMNS = `key, id, owner, status, trust, effective_trust, unsettled, revision, head, version, type, identity, lane,
  fold, part_of, indexed, space, created_at`

/** The capsule of an id; undefined also for what is no UUID. */
export function findCapsule(database: Database, id: string): CapsuleRow | undefined {
  return isUuid(id)
    ? database.get<CapsuleRow>(`SELECT ${COLUMNS} FROM capsules WHERE id = ?`, uuidBytes(id))
    : undefined
}

export const getCapsule = (database: Database, key: number): CapsuleRow => {
  const row = database.get<CapsuleRow>(`SELECT ${COLUMNS} FROM capsules WHERE key = ?`, key)
  if (!row) throw new RangeError(`no capsule has the key ${key}`)
  return row
}

/** Sets columns of a capsule; every change of it that a reader can see raises its revision. */
export function updateCapsule(database: Database, key: number, columns: Readonly<Record<string, SqlValue>>): void {
  const names = Object.keys(columns)
  const assignments = names.map((name) => `${name} = ?`).join(', ')
  database.run(`UPDATE capsules SET ${assignments} WHERE key = ?`, ...Object.values(columns), key)
}
