import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CascadeError, isErrno, makeFolder, messageOf, toRfc3339 } from '#base'
import type { Database } from './database.ts'
import { copyDurably, syncFolder } from './durable-file.ts'

export interface UpgradeBackup {
  /** The file of the store. */
  readonly file: string
  /** Folder for backups; made when it is not there. */
  readonly directory: string
  /** The schema that is about to be reached. */
  readonly toVersion: number
  readonly now: number
}

/**
 * Copies the store as it is, before its schema is changed, into a file that `restore` takes; its name says when and why.
 * Nobody else may have the store open: what the log held is put into the file first, and then the file is all there is.
 *
 * @returns the path of the copy, which is on the disk.
 * @throws CascadeError STORAGE_FULL, UNAVAILABLE; nothing has changed then.
 */
export function backUpBeforeUpgrade(database: Database, { file, directory, toVersion, now }: UpgradeBackup): string {
  const name = `cascade-${toRfc3339(now).replaceAll(/[:.]/g, '-')}-before-schema-${toVersion}.backup`
  const path = join(directory, name)
  const partial = `${path}.partial`
  try {
    emptyLog(database)
    makeFolder(directory, 0o700)
    copyDurably(file, partial)
    chmodSync(partial, 0o600)
    renameSync(partial, path)
    syncFolder(directory)
    return path
  } catch (cause) {
    if (existsSync(partial)) rmSync(partial)
    throw new CascadeError(
      isErrno(cause, 'ENOSPC') ? 'STORAGE_FULL' : 'UNAVAILABLE',
      `The data folder was not upgraded, because it could not be backed up to ${path} before (${messageOf(cause)}).`,
      { cause },
    )
  }
}

/** @see https://www.sqlite.org/pragma.html#pragma_wal_checkpoint: the first column is 1 when somebody was in the way. */
function emptyLog(database: Database): void {
  const blocked = database.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)')?.busy
  if (blocked !== 0) throw new Error('another process reads the store')
}
