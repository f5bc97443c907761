import { rmSync } from 'node:fs'
import { openSqliteStore, type SqliteStoreOptions } from './open-sqlite-store.ts'
import type { SqliteStore } from './sqlite-store.ts'

export interface OpenCopyOptions extends SqliteStoreOptions {
  /** Folder that is not there yet; gone again once the copy is open. */
  readonly aside: string
}

/**
 * Opens a copy of a store, to change something in it. An older one is upgraded as every store is, but the backup that is
 * made before goes as soon as that is done: it would hold what is to be taken out.
 *
 * @throws CascadeError as `openSqliteStore`.
 */
export async function openCopy({ aside, ...options }: OpenCopyOptions): Promise<SqliteStore> {
  try {
    return await openSqliteStore({ ...options, backups: aside, keys: aside })
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}
