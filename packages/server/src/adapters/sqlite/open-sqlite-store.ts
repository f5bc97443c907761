import { chmodSync, closeSync, openSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { type Clock, makeFolder, systemClock } from '#base'
import type { CollectionDefinition } from '#store'
import { KeyRing } from '../vault/index.ts'
import { SEALING_FOLDER } from './backup.ts'
import { type ShippingSettings, SqliteStore } from './sqlite-store.ts'
import { settleRestoring } from './store-file.ts'
import { THREADS_MAX } from './vector/index.ts'
import { DATABASE_FILE, keysIn } from './writer-operations.ts'

export interface SqliteStoreOptions {
  /** The data folder; made when it is not there. The caller sees to it that no other process opens it. */
  readonly directory: string
  readonly collections: readonly CollectionDefinition[]
  /** The thread that will write, where it was started before it was known where; one is started unless given. */
  readonly writer?: Worker | undefined
  /** Threads that read; one less than there are cores unless given. */
  readonly readers?: number
  /** Interactive commands of one transaction, at most. */
  readonly groupCommitMax?: number
  /** How long the first command of a transaction waits for others, in milliseconds. */
  readonly groupCommitMs?: number
  /** zstd level of contents, 1-22; 0 stores them as they are. */
  readonly compressionLevel?: number
  /** The file never grows beyond so many pages of 8 KiB; 0 = as far as the disk goes. */
  readonly pagesMax?: number
  /** Folder for the copy that is made before an older store is upgraded; `backups` in the data folder unless given. */
  readonly backups?: string
  /** Folder of the keys of backups; `keys` in the data folder unless given. */
  readonly keys?: string
  /** Where the log is shipped to, and how; nowhere unless given. */
  readonly shipping?: ShippingSettings
  /** The schema step by step; that of this program unless given. */
  readonly migrations?: readonly string[]
  /** The table by which words are compared in meaning, in shared memory; without it they are compared by spelling. */
  readonly words?: SharedArrayBuffer | undefined
  readonly clock?: Clock
  /** `source` of the CloudEvents: which instance they come from. */
  readonly source?: string
  /** Told of what goes wrong without a caller who could be told: a thread that was lost and started again. */
  readonly onTrouble?: (message: string, cause: unknown) => void
  /** Told where an older store is kept as it was before it was upgraded. */
  readonly onUpgrade?: (backup: string) => void
}

/**
 * Opens the embedded store of a folder; resolves when it answers. What needs all vectors waits until they are in memory,
 * as `ready` does: searches, and whatever writes.
 *
 * @throws CascadeError DATA_FOLDER_NEWER when a newer program wrote it; DATA_CORRUPT; UNAVAILABLE when the file cannot be
 * opened; STORAGE_FULL when an older one cannot be backed up before its upgrade.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  // Nothing is awaited before the threads are started: they load their code while this one goes on with its own.
  makeFolder(options.directory, 0o700)
  // What was being sealed, opened or restored when the process before ended.
  rmSync(join(options.directory, SEALING_FOLDER), { recursive: true, force: true })
  settleRestoring(options.directory)
  keepPrivate(join(options.directory, DATABASE_FILE))
  new KeyRing(options.keys ?? keysIn(options.directory)).finish()
  const store = new SqliteStore({
    readers: Math.min(THREADS_MAX, Math.max(1, availableParallelism() - 1)),
    groupCommitMax: 256,
    groupCommitMs: 0,
    compressionLevel: 6,
    pagesMax: 0,
    backups: undefined,
    keys: undefined,
    shipping: undefined,
    writer: undefined,
    migrations: undefined,
    words: undefined,
    clock: systemClock,
    source: '/cascade',
    onTrouble: () => undefined,
    onUpgrade: () => undefined,
    ...options,
  })
  await store.open()
  return store
}

/** Knowledge is its user's alone, also in a folder that others may read; SQLite gives its other files the same mode. */
function keepPrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
  if (process.platform !== 'win32') chmodSync(file, 0o600)
}
