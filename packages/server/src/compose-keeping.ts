import { join } from 'node:path'
import type { Action } from '@forge-cascade/contract'
import type { BootContext } from '#boot'
import type { Archives, Call, CapsuleContext, Erasures } from '#capsules'
import type { Config } from '#config'
import { requireGrant } from '#governance'
import type { RootLogger } from '#observability'
import type { Grant } from '#store'
import { ErasureFolder } from './adapters/files/erasure-files.ts'
import { openCopy, type SqliteStore } from './adapters/sqlite/index.ts'
import { DATABASE_FILE, keysIn } from './adapters/sqlite/writer-operations.ts'
import type { Frame } from './boot-instance.ts'
import { COLLECTIONS } from './collections.ts'
import * as key from './compose-keys.ts'
import { type LedgerDesk, openErasures, repairStore, StoreCheck, UnfinishedErasures } from './edge/jobs/index.ts'
import { shippingFindings } from './store-health.ts'

export interface KeepingParts {
  readonly config: Config
  readonly log: RootLogger
  readonly store: SqliteStore
  readonly context: CapsuleContext
  readonly archives: Archives
  /** The data folder. */
  readonly directory: string
  readonly grant: () => Grant<'capsule.erase'>
  readonly settle: () => Promise<void>
  readonly forget: (owner: string | null) => void
  readonly halt: () => AbortSignal
}

export interface ComposedErasures {
  readonly erasures: Erasures
  /** Goes on with those that copies out of reach keep from being complete. */
  readonly unfinished: UnfinishedErasures
}

/**
 * The erasures of the instance, after what was interrupted, or undone by a restore, is completed as far as it can be: what
 * they are about is out of the store.
 */
export async function composeErasures(parts: KeepingParts): Promise<ComposedErasures> {
  const { config, log, store, context, archives, directory, grant, forget, settle } = parts
  const { clock } = context
  const erasures = openErasures({
    ...{ context, directory, grant, forget, settle, backups: store.vault, storeFile: DATABASE_FILE },
    archives: archives.vault(grant),
    files: new ErasureFolder(join(directory, 'erasures'), [config.backup.keys ?? keysIn(directory)]),
    openStore: (folder) =>
      openCopy({
        ...{ directory: folder, collections: COLLECTIONS, readers: 1, clock },
        aside: join(directory, 'tmp', 'erase-upgraded'),
      }),
  })
  const { completed, troubles } = await erasures.resume(grant)
  if (completed > 0) log.warn('erasures were completed that had been interrupted or undone by a restore', { completed })
  for (const { id, reason } of troubles) log.warn('an erasure is not complete', { erasure: id, reason })
  return { erasures, unfinished: new UnfinishedErasures({ erasures, grant, clock, log, troubles, halt: parts.halt }) }
}

/**
 * Grants for what the instance completes: whoever asked for it was decided about then, and policies that are in force since do not
 * keep it from being completed.
 */
export const ownGrant =
  <A extends Action>(boot: BootContext, newId: () => string, action: A, resource: string) =>
  (): Grant<A> => {
    const asked = { action, resource, subject: boot.get(key.ADMIN), reach: 'lines', ownWork: true } as const
    return requireGrant(boot.get(key.GATE).decide<A>({ ...asked, correlationId: newId() }))
  }

/**
 * What the instance finds beside its store, and how the store is repaired.
 *
 * @param repaired who looks again after a repair.
 */
export const careOf = (
  store: SqliteStore,
  ledger: LedgerDesk,
  archives: Pick<Archives, 'finding'>,
  unfinished: UnfinishedErasures,
  repaired: ReadonlySet<() => Promise<void>>,
) => ({
  findings: async () => [...shippingFindings(store), unfinished.finding, await archives.finding()],
  repair: (call: Call<'system.repair'>) => {
    const onRepaired = async () => {
      for (const lookAgain of repaired) await lookAgain()
    }
    return repairStore({ store, ledger, onRepaired }, call)
  },
})

/** Looks for damage once the instance answers, and again after a repair. */
export function openStoreCheck({ log, health }: Pick<Frame, 'health' | 'log'>, boot: BootContext): Disposable {
  const store = boot.get(key.STORE)
  const check = new StoreCheck({ look: () => store.doctor('quick'), log })
  health.register('store check', () => check.finding)
  boot.get(key.REPAIRED).add(() => check.look())
  return check
}
