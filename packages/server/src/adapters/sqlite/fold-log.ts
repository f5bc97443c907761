import type { WriteSession } from './write-session.ts'

/**
 * Copies the log into the file. TRUNCATE also empties it, if nobody reads an older state. The one way to do so: what is to
 * be shipped is cut before.
 *
 * @param now milliseconds since 1970, for what is cut.
 */
export function foldLog({ database, cutter }: WriteSession, mode: 'PASSIVE' | 'TRUNCATE', now: number): void {
  if (cutter && !cutter.cut(now)) return
  database.get(`PRAGMA wal_checkpoint(${mode})`)
  cutter?.folded()
}
