import { join } from 'node:path'
import type { CapsuleContext, Erasures } from '#capsules'
import type { Config } from '#config'
import type { RootLogger } from '#observability'
import type { Grant } from '#store'
import { ErasureFolder } from './adapters/files/erasure-files.ts'
import { openCopy, type SqliteStore } from './adapters/sqlite/index.ts'
import { DATABASE_FILE, keysIn } from './adapters/sqlite/writer-operations.ts'
import { COLLECTIONS } from './collections.ts'
import { openErasures } from './edge/jobs/index.ts'

export interface KeepingParts {
  readonly config: Config
  readonly log: RootLogger
  readonly store: SqliteStore
  readonly context: CapsuleContext
  /** The data folder. */
  readonly directory: string
  readonly grant: () => Grant<'capsule.erase'>
  readonly forget: () => void
}

/** The erasures of the instance, after what was interrupted, or undone by a restore, is completed. */
export async function composeErasures(parts: KeepingParts): Promise<Erasures> {
  const { config, log, store, context, directory, grant, forget } = parts
  const { clock } = context
  const erasures = openErasures({
    ...{ context, directory, grant, forget, backups: store.vault, storeFile: DATABASE_FILE },
    files: new ErasureFolder(join(directory, 'erasures'), [config.backup.keys ?? keysIn(directory)]),
    openStore: (folder) =>
      openCopy({
        ...{ directory: folder, collections: COLLECTIONS, readers: 1, clock },
        aside: join(directory, 'tmp', 'erase-upgraded'),
      }),
  })
  const completed = await erasures.resume(grant)
  if (completed > 0) log.warn('erasures were completed that had been interrupted or undone by a restore', { completed })
  return erasures
}
