import type { LaneRow } from './mesh-rows.ts'
import type { Entry, KeptTry } from './window.ts'

/** A row has 256 KiB; a thousand tries without their reasons, and as many ids of what is settled, take half of it. */
const REASONS_BYTES = 64 * 1024

/** Tries as a restart finds them, by the ids of their events. */
export const readTries = (stored: LaneRow['retrying']): Map<string, KeptTry> =>
  new Map(stored.map(({ id, reason, ...kept }) => [id, { ...kept, reason: reason ?? undefined }]))

/**
 * Tries as they are written down, with their reasons as far as there is room. Of one of a dead letter nothing: it has its own row.
 *
 * @param unread those of before a restart whose events were not read again yet.
 */
export function keptTries(waiting: readonly Entry[], unread: ReadonlyMap<string, KeptTry>): LaneRow['retrying'] {
  const own = waiting.filter(({ letter }) => letter === undefined).map((entry) => [entry.event.id, entry] as const)
  let bytes = 0
  return [...own, ...unread].map(([id, { attempts, firstAt, nextAt, reason }]) => {
    bytes += Buffer.byteLength(JSON.stringify(reason ?? null))
    return { id, attempts, firstAt, nextAt, reason: bytes > REASONS_BYTES ? null : (reason ?? null) }
  })
}
