import { dirname, join } from 'node:path'
import { CascadeError, createUuidV7, isErrno, makeFolder, messageOf, systemRandom, toRfc3339 } from '#base'
import { sealBackup } from './backup.ts'
import type { Database } from './database.ts'

export interface UpgradeBackup {
  /** The file of the store. */
  readonly file: string
  /** Folder for backups; made when it is not there. */
  readonly directory: string
  /** Folder of the ring that its key goes into. */
  readonly keys: string
  /** The schema that is about to be reached. */
  readonly toVersion: number
  readonly now: number
}

/**
 * Seals the store as it is, before its schema is changed, into a file that `restore` takes; its name says when and why.
 * Nobody else may have the store open: what the log held is put into the file first, and then the file is all there is.
 *
 * @returns the path of the copy, which is on the disk.
 * @throws CascadeError STORAGE_FULL, UNAVAILABLE; nothing has changed then.
 */
export function backUpBeforeUpgrade(database: Database, options: UpgradeBackup): string {
  const { file, directory, keys, toVersion, now } = options
  const name = `cascade-${toRfc3339(now).replaceAll(/[:.]/g, '-')}-before-schema-${toVersion}.backup`
  const path = join(directory, name)
  const newId = createUuidV7(() => now, systemRandom)
  const keyId = newId()
  try {
    emptyLog(database)
    makeFolder(directory, 0o700)
    sealBackup(file, headOf(database), {
      file: path,
      directory: dirname(file),
      keys,
      kind: 'backup',
      id: newId(),
      keyId,
      group: keyId,
      madeAt: toRfc3339(now),
    })
    return path
  } catch (cause) {
    throw new CascadeError(
      isErrno(cause, 'ENOSPC') ? 'STORAGE_FULL' : 'UNAVAILABLE',
      `The data folder was not upgraded, because it could not be backed up to ${path} before (${messageOf(cause)}).`,
      { cause },
    )
  }
}

/** A store of the first schema has leaves, as every later one. */
const headOf = (database: Database): number =>
  database.get<{ head: number }>('SELECT coalesce(max(sequence), -1) AS head FROM leaves')?.head ?? -1

/** @see https://www.sqlite.org/pragma.html#pragma_wal_checkpoint: the first column is 1 when somebody was in the way. */
function emptyLog(database: Database): void {
  const blocked = database.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)')?.busy
  if (blocked !== 0) throw new Error('another process reads the store')
}
