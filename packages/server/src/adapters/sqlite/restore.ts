import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CascadeError, type Clock, fileTrouble, isErrno, messageOf } from '#base'
import { DataFolder } from '#data-folder'
import { copyDurably, syncFolder } from './durable-file.ts'
import { acquireFolderLock } from './folder-lock.ts'
import { MIGRATIONS } from './migrations.ts'
import { DATABASE_FILE } from './writer-operations.ts'

export interface Restored {
  readonly path: string
  readonly bytes: number
  /** Index of the newest leaf in the backup, -1 for an empty store. */
  readonly sequence: number
  /** Folder that now holds what was there before; null when there was nothing. */
  readonly kept: string | null
}

/** The files of a store; the last two exist while it is open or after a crash. */
const FILES = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`] as const

/**
 * Puts the store of a backup into a data folder that nobody owns. The copy is checked before anything is moved, and what
 * was there is kept beside it, so that a wrong choice can be undone by moving files back.
 *
 * @throws CascadeError DATA_FOLDER_IN_USE, SOURCE_UNREADABLE, BACKUP_INVALID, DATA_FOLDER_NEWER; nothing has changed then.
 */
export function restoreBackup(directory: string, file: string, clock: Clock): Restored {
  using folder = DataFolder.open(directory, acquireFolderLock)
  const draft = join(folder.directory, `${DATABASE_FILE}.restoring`)
  try {
    copy(resolve(file), draft)
    const sequence = check(draft, file)
    const kept = setAside(folder.directory, clock)
    renameSync(draft, join(folder.directory, DATABASE_FILE))
    syncFolder(folder.directory)
    return { path: folder.directory, bytes: statSync(join(folder.directory, DATABASE_FILE)).size, sequence, kept }
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${draft}${suffix}`, { force: true })
  }
}

function copy(from: string, to: string): void {
  try {
    copyDurably(from, to)
  } catch (error) {
    throw new CascadeError('SOURCE_UNREADABLE', `The backup ${from} cannot be read: ${fileTrouble(error)}.`, {
      cause: error,
    })
  }
}

/** Reads the whole copy: pages, schema, and that it is a store of ours. */
function check(draft: string, name: string): number {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(draft, { readOnly: true })
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0)
    if (version > MIGRATIONS.length) {
      throw new CascadeError(
        'DATA_FOLDER_NEWER',
        `${name} was written by a newer program (schema ${version}; this one knows ${MIGRATIONS.length}).`,
      )
    }
    const found = database.prepare('PRAGMA integrity_check(1)').get()?.integrity_check
    if (version === 0 || found !== 'ok') throw notWhole(name, version === 0 ? 'it holds no store' : String(found))
    return Number(database.prepare('SELECT coalesce(max(sequence), -1) AS head FROM leaves').get()?.head)
  } catch (error) {
    throw error instanceof CascadeError ? error : notWhole(name, messageOf(error))
  } finally {
    database?.close()
  }
}

const notWhole = (name: string, why: string): CascadeError =>
  new CascadeError('BACKUP_INVALID', `${name} is not a complete backup: ${why}. Nothing was restored.`)

function setAside(directory: string, clock: Clock): string | null {
  const present = FILES.filter((name) => existsSync(join(directory, name)))
  if (present.length === 0) return null
  const kept = join(directory, `before-restore-${new Date(clock()).toISOString().replaceAll(/[:.]/g, '-')}`)
  mkdirSync(kept, { mode: 0o700 })
  fold(join(directory, DATABASE_FILE))
  for (const name of present.filter((one) => existsSync(join(directory, one))))
    renameSync(join(directory, name), join(kept, name))
  syncFolder(kept)
  return kept
}

/** Brings the write-ahead log into the database, so that one file is the whole store while the files are moved. */
function fold(file: string): void {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file)
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    // A store too damaged to open is what people restore over; its files are kept as they are.
    if (!isSqliteError(error)) throw error
  } finally {
    database?.close()
  }
}

const isSqliteError = (error: unknown): boolean => isErrno(error, 'ERR_SQLITE_ERROR')
