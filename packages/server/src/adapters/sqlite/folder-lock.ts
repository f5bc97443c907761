import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CascadeError, messageOf } from '#base'
import type { AcquireFolderLock, FolderLock } from '#data-folder'

const FILE = 'lock'
const SQLITE_BUSY = 5

/** Connections that hold a lock. One that nothing referred to would be collected, and its lock with it. */
const holding = new Set<DatabaseSync>()

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
    return hold(database)
  } catch (error) {
    database?.close()
    if (isBusy(error)) return { held: false }
    throw new CascadeError('UNAVAILABLE', `The data folder ${directory} cannot be locked: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}

function hold(database: DatabaseSync): FolderLock {
  holding.add(database)
  return {
    held: true,
    [Symbol.dispose]: () => {
      if (holding.delete(database)) database.close()
    },
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
