import { rmSync } from 'node:fs'
import { join } from 'node:path'

/** The one file of the store, in its folder. */
export const DATABASE_FILE = 'cascade.db'

/** Where the keys of backups lie unless another folder is named. */
export const keysIn = (directory: string): string => join(directory, 'keys')

/** Larger than the default: a row with an embedding of 384 numbers fills a page of 4 KiB badly. */
export const PAGE_BYTES = 8192

/** The store of a restore that is not complete, in the clear. */
export const RESTORING_FILE = `${DATABASE_FILE}.restoring`

/** A restore that was killed leaves it behind; nothing of it may be mixed with the next, or outlive an erasure. */
export function clearRestoring(directory: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal'])
    rmSync(join(directory, `${RESTORING_FILE}${suffix}`), { force: true })
}
