import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CascadeError, messageOf } from '#base'
import type { AcquireFolderLock } from '#data-folder'

const FILE = 'lock'
const SQLITE_BUSY = 5

/**
 * Takes a folder by an exclusive transaction on a file of its own, which holds nothing: SQLite takes the operating
 * system's file lock for it, and that one ends with the process.
 */
export const acquireFolderLock: AcquireFolderLock = (directory) => {
  const file = join(directory, FILE)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    const open = database
    return { held: true, [Symbol.dispose]: () => open.close() }
  } catch (error) {
    database?.close()
    if (isBusy(error)) return { held: false }
    throw new CascadeError('UNAVAILABLE', `The data folder ${directory} cannot be locked: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
