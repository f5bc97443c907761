import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup } from 'node:sqlite'
import type { Database } from './database.ts'

/** Pages copied between two looks at the event loop: 2 MiB. */
const PAGES_PER_STEP = 256

/**
 * Copies the store, as it is at this moment, into a file while it is in use. The file appears under its name only when
 * it is complete and on the disk. Its user alone reads it, as the store itself.
 *
 * The transaction that is held open all the while is what lets the copy finish: without it every commit by the writer
 * would make it begin again.
 *
 * @see https://www.sqlite.org/backup.html
 */
export async function writeBackup(
  database: Database,
  file: string,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const partial = `${file}.partial`
  await rm(partial, { force: true })
  // SQLite itself would make it readable for everyone.
  await (await open(partial, 'wx', 0o600)).close()
  try {
    await copy(database, partial, onProgress)
    await sync(partial)
    await rename(partial, file)
  } catch (error) {
    // On a full disk half a copy is the last thing that is needed.
    await rm(partial, { force: true })
    throw error
  }
  await sync(dirname(file))
}

async function copy(
  database: Database,
  partial: string,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  database.exec('BEGIN')
  try {
    database.get('SELECT count(*) FROM meta')
    const pages = await backup(database.connection, partial, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) => onProgress(totalPages - remainingPages, totalPages),
    })
    onProgress(pages, pages)
  } finally {
    database.exec('COMMIT')
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
