import { CascadeError } from '#base'
import { assertFollows, type StoredCheckpoint } from '#ledger'
import type { Database } from './database.ts'

/** Checkpoints of an origin that stay: the newest is what a start compares the log with, the others tell how it went. */
const CHECKPOINTS_KEPT = 1000

interface CheckpointRow {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly note: string
}

export function readCheckpoint(database: Database, origin: string): StoredCheckpoint | undefined {
  return database.get<CheckpointRow>(
    'SELECT origin, size, root, note FROM checkpoints WHERE origin = ? ORDER BY size DESC LIMIT 1',
    origin,
  )
}

/**
 * @throws CascadeError INTERNAL for one that is not larger than the last: it would say something else of the same log;
 *   CONFLICT where the last has another size than `after`.
 */
export function keepCheckpoint(
  database: Database,
  { origin, size, root, note }: StoredCheckpoint,
  after?: number,
): void {
  database.transaction(() => {
    const last = readCheckpoint(database, origin)
    assertFollows(last, after)
    if (last && last.size >= size)
      throw new CascadeError('INTERNAL', `a checkpoint of ${size} leaves came after one of ${last.size}`)
    database.run('INSERT INTO checkpoints VALUES (?, ?, ?, ?)', origin, size, root, note)
    database.run(
      `DELETE FROM checkpoints WHERE origin = ?1 AND size <=
       (SELECT size FROM checkpoints WHERE origin = ?1 ORDER BY size DESC LIMIT 1 OFFSET ?2)`,
      origin,
      CHECKPOINTS_KEPT,
    )
  })
}
