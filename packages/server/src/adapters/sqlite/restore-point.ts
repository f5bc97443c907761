import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Restorable } from '@forge-cascade/contract'
import { isReachable, KeyRing } from '../vault/index.ts'
import { Database } from './database.ts'
import { findKey, type Restored, type RestoreOptions, restoreInto } from './restore.ts'
import { listChains, type Reach, reachOf } from './shipping/chain.ts'
import { checkContinuity } from './shipping/continuity.ts'
import { LogCutter } from './shipping/log-cutter.ts'
import { type Point, replay } from './shipping/replay.ts'
import { readState, shippingIn } from './shipping/shipping-folder.ts'
import { isStorageFailure } from './thread-errors.ts'
import { DATABASE_FILE, keysIn } from './writer-operations.ts'

export interface RestorePointOptions extends RestoreOptions {
  /** Folder that the log was shipped to. */
  readonly from: string
  readonly point: Point
}

/**
 * Puts the store as it was at a point into a data folder that nobody owns; what was there is kept beside it. Segments that
 * wait in this folder count as shipped, and so does what its log holds that was not cut yet.
 *
 * @throws CascadeError what `restoreBackup` throws, and UNPROCESSABLE for a point that is out of reach; nothing has
 *   changed then.
 */
export function restorePoint(directory: string, options: RestorePointOptions): Restored {
  const { from, point, keys } = options
  return restoreInto(directory, options, (draft, folder) => {
    cutRest(folder, { from, keys: keys ?? keysIn(folder) })
    const chains = listChains([from, shippingIn(folder)])
    const { chain, sequence } = replay(chains, point, draft, (reader) =>
      findKey(reader, { ...options, directory: folder }),
    )
    return `the chain ${chain} up to ${sequence}`
  })
}

/** What can be restored of the log that was shipped to `from`, and of what waits in the data folder; newest chain first. */
function listReach(directory: string, from: string | undefined): Reach[] {
  const folders = [...(from === undefined ? [] : [from]), shippingIn(directory)]
  return listChains(folders).flatMap((chain) => reachOf(chain) ?? [])
}

/** The same, with the backups that the ring knows of, newest first. */
export function listRestorable(
  directory: string,
  { from, keys = keysIn(directory) }: { readonly from: string | undefined; readonly keys?: string },
): Restorable {
  const points = listReach(directory, from)
  const backups = new KeyRing(keys).list().filter(({ kind }) => kind === 'backup')
  return {
    points: points.map(({ fromAt, toAt, ...reach }) => ({ ...reach, from_at: fromAt, to_at: toAt })),
    backups: backups.toReversed().map((entry) => ({
      id: entry.id,
      path: entry.place,
      sequence: entry.sequence,
      made_at: entry.madeAt,
      reachable: isReachable(entry),
      key_handed_out: entry.handedOut,
    })),
  }
}

/** Cuts what a process that was killed left in the log. A store that does not open is what people restore over. */
function cutRest(directory: string, { from, keys }: { readonly from: string; readonly keys: string }): void {
  const file = join(directory, DATABASE_FILE)
  if (!existsSync(file)) return
  checkContinuity(directory, () => undefined)
  if (!readState(directory)) return
  let database: Database | undefined
  let cutter: LogCutter | undefined
  try {
    database = new Database(file, { readOnly: false, pragmas: ['wal_autocheckpoint = 0'] })
    const settings = { keys, place: from, bytes: 0, waitingBytesMax: Number.MAX_SAFE_INTEGER }
    cutter = new LogCutter(database, directory, settings, () => undefined)
    cutter.cut(Date.now())
  } catch (error) {
    if (!isStorageFailure(error)) throw error
  } finally {
    database?.close()
    cutter?.[Symbol.dispose]()
  }
}
