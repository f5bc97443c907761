// The data folder and the store in it.
import type { Worker } from 'node:worker_threads'
import { CascadeError, type Clock } from '#base'
import type { BootChunk, BootContext } from '#boot'
import { DataFolder } from '#data-folder'
import { sharedStaticTable } from './adapters/models/index.ts'
import { acquireFolderLock } from './adapters/sqlite/folder-lock.ts'
import { backupSettings, openSqliteStore, type SqliteStore } from './adapters/sqlite/index.ts'
import type { Frame } from './boot-instance.ts'
import { COLLECTIONS } from './collections.ts'
import * as key from './compose-keys.ts'
import { NEWEST_ENTRIES } from './compose-ledger.ts'
import { registerStore } from './store-health.ts'

/** @param writer a thread for the store that runs already. */
export const storeParts = (frame: Frame, clock: Clock, writer?: Worker): readonly BootChunk[] => [
  {
    name: 'data folder',
    priority: 1,
    describe: 'takes the folder for this process alone',
    start: (boot) => openFolder(frame, boot),
  },
  {
    name: 'store',
    priority: 1,
    dependsOn: ['data folder'],
    describe: 'opens the database and its threads',
    start: (boot) => openStore(frame, { clock, writer }, boot),
  },
]

function openFolder({ loaded }: Frame, boot: BootContext): DataFolder {
  const folder = DataFolder.open(loaded.config.data.dir, acquireFolderLock)
  boot.provide(key.FOLDER, folder)
  return folder
}

async function openStore(
  { loaded: { config }, guardian, health, log }: Frame,
  { clock, writer }: { readonly clock: Clock; readonly writer: Worker | undefined },
  boot: BootContext,
): Promise<SqliteStore> {
  const store = await openSqliteStore({
    directory: boot.get(key.FOLDER).directory,
    collections: COLLECTIONS,
    readers: config.store.readers,
    groupCommitMax: config.store.group_commit_max,
    groupCommitMs: config.store.group_commit_ms,
    compressionLevel: config.memory.compressionLevel,
    words: sharedStaticTable().bytes,
    clock,
    writer,
    ...backupSettings(config),
    onTrouble: (message, cause) => log.error(message, { cause }),
    onUpgrade: (backup) => log.warn('an older data folder was upgraded; what it was is kept', { backup }),
  })
  boot.provide(key.STORE, store)
  guardian.claim('store', async () => {
    const { firstBad } = await store.ledger.verifyChain(Math.max(0, store.head() - NEWEST_ENTRIES))
    if (firstBad === undefined) return { kind: 'sound' }
    const reason = `the log is damaged at entry ${firstBad}`
    return { kind: 'unsound', reason, cause: new CascadeError('DATA_CORRUPT', reason) }
  })
  registerStore(health, store, clock)
  boot.provide(key.REPAIRED, new Set())
  return store
}
