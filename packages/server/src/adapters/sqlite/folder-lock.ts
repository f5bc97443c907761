import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CascadeError, messageOf } from '#base'
import type { AcquireFolderLock, FolderLock } from '#data-folder'

const FILE = 'lock'
/** The primary code: the low byte of an extended one. */
const SQLITE_BUSY = 5
const PRIMARY_CODE = 0xff
/**
 * Of two that come at the same moment each may find the other's first step in its way. With a little patience one of them
 * steps back and the other gets the lock; without it both would go away while nobody has it.
 */
const PATIENCE_MS = 50

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
    database = new DatabaseSync(file, { timeout: PATIENCE_MS })
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    // By path, never through a file handle: closing any handle of this file would give up the lock of this process.
    if (process.platform !== 'win32') chmodSync(file, 0o600)
    return hold(database)
  } catch (error) {
    database?.close()
    if (isBusy(error)) return { held: false }
    throw new CascadeError(
      'UNAVAILABLE',
      `The data folder ${directory} cannot be locked by ${FILE}: ${messageOf(error)}.`,
      {
        cause: error,
      },
    )
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
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & PRIMARY_CODE) === SQLITE_BUSY
