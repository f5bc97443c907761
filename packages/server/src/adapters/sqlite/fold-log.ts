import type { WriteSession } from './write-session.ts'

/**
 * Copies the log into the file. TRUNCATE also empties it, if nobody reads an older state. The one way to do so: what is to
 * be shipped is cut before.
 *
 * @param now milliseconds since 1970, for what is cut.
 * @returns false when a reader, or what is to be shipped, stood in the way.
 */
export function foldLog({ database, cutter }: WriteSession, mode: 'PASSIVE' | 'TRUNCATE', now: number): boolean {
  if (cutter && !cutter.cut(now)) return false
  const state = database.get<{ busy: number }>(`PRAGMA wal_checkpoint(${mode})`)
  cutter?.folded()
  return state?.busy === 0
}
