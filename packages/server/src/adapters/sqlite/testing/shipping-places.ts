import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isCascadeError, systemClock } from '#base'
import type { SqliteStoreOptions } from '../open-sqlite-store.ts'
import { restorePoint } from '../restore-point.ts'
import type { Point } from '../shipping/replay.ts'
import type { ShippingSettings, SqliteStore } from '../sqlite-store.ts'
import { openTestStore } from '../testing.ts'

/** Long enough that no round begins by itself. */
export const NEVER_MS = 2 ** 30

/** A data folder, where its log is shipped to, and its keys. */
export interface Places {
  readonly data: string
  readonly target: string
  readonly keys: string
}

export function makePlaces(root: string): Places {
  const made = { data: join(root, 'data'), target: join(root, 'target'), keys: join(root, 'keys') }
  mkdirSync(made.target, { recursive: true })
  return made
}

/** A store that ships when it is told to, and cuts its log also when a little has gathered. */
export const openShipping = (
  at: Places,
  shipping: Partial<ShippingSettings> = {},
  options: Partial<SqliteStoreOptions> = {},
): Promise<SqliteStore> =>
  openTestStore(at.data, {
    keys: at.keys,
    clock: systemClock,
    shipping: {
      ...{ target: at.target, everyMs: NEVER_MS, keepMs: NEVER_MS, bytes: 256 * 1024, waitingBytesMax: 2 ** 30 },
      ...shipping,
    },
    ...options,
  })

/** Restores into `data`, and gives the sequence that was reached. */
export function restoreTo(at: Places, point: Point | number, data: string): number {
  const wanted: Point = typeof point === 'number' ? { kind: 'sequence', sequence: point } : point
  return restorePoint(data, { from: at.target, keys: at.keys, clock: systemClock, point: wanted }).sequence
}

/** Code and words of a refusal. */
export function refusalOf(work: () => unknown): string {
  try {
    work()
    return 'nothing was refused'
  } catch (error) {
    return isCascadeError(error) ? `${error.code}: ${error.detail}` : String(error)
  }
}
