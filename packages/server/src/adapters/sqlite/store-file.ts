import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { RESTORED_NOTE } from '#backup'
import { syncFolder } from '../vault/index.ts'

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

/**
 * What a killed restore left: one that had begun to put the new store into the place of the old is completed, since the
 * folder holds no store then; anything earlier changed nothing and is taken away. The note is written when the new store
 * is whole and checked, and before the old one is moved.
 */
export function settleRestoring(directory: string): void {
  const [file, draft] = [join(directory, DATABASE_FILE), join(directory, RESTORING_FILE)]
  if (!existsSync(file) && existsSync(draft) && existsSync(join(directory, RESTORED_NOTE))) {
    moveRest(directory)
    renameSync(draft, file)
    syncFolder(directory)
  }
  clearRestoring(directory)
}

/** Folders of stores that a restore replaced begin with this. */
export const SET_ASIDE = 'before-restore-'

/** What of the old store had not followed its first file yet: beside the new one it would be taken for its log. */
function moveRest(directory: string): void {
  const kept = readdirSync(directory)
    .filter((name) => name.startsWith(SET_ASIDE))
    .toSorted()
    .at(-1)
  if (kept === undefined) return
  for (const name of [`${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`])
    if (existsSync(join(directory, name))) renameSync(join(directory, name), join(directory, kept, name))
}
