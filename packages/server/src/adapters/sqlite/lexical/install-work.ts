import type { Database } from '../database.ts'
import type { IndexWork } from './plan-work.ts'
import { listSegments, PAGES_MAX, pageKey, writePage, writeSegment } from './segment-rows.ts'

/** Work without the pages of its segments, which were staged before. */
export type FinishedWork = Omit<IndexWork, 'segments'> & {
  readonly segments: readonly (Omit<IndexWork['segments'][number], 'pages'> & { readonly firstTerms: Uint32Array })[]
}

/** Pages that belong to no segment any more and are removed in one step. */
const SWEPT_PAGES = 64

/** Writes pages of a segment that is not there yet; nobody sees them until it is. */
export function stagePages(database: Database, segment: number, from: number, bodies: readonly Uint8Array[]): void {
  database.transaction(() => {
    for (const [offset, body] of bodies.entries()) writePage(database, segment, from + offset, body)
  })
}

/**
 * Puts segments into the place of what they were made of, in one short transaction.
 *
 * @returns false, and nothing has changed, when that is not any more what it was.
 */
export function installWork(database: Database, work: FinishedWork): boolean {
  return database.transaction(() => {
    const present = new Set(listSegments(database).map(({ key }) => key))
    const state = database.get<{ epoch: number; covered: number; next_segment: number }>('SELECT * FROM lexical_state')
    const isSame =
      state?.epoch === work.epoch &&
      state.next_segment === work.firstKey &&
      state.covered <= work.covered &&
      work.replaced.every((key) => present.has(key))
    if (!isSame) {
      removeUnfinished(database)
      return false
    }
    for (const key of work.replaced) removeSegment(database, key)
    for (const [offset, segment] of work.segments.entries()) {
      writeSegment(database, { ...segment, key: work.firstKey + offset })
    }
    database.run('DELETE FROM lexical_changes WHERE key <= ?', work.covered)
    database.run(
      'UPDATE lexical_state SET layout = layout + 1, covered = ?, next_segment = ?',
      work.covered,
      work.firstKey + work.segments.length,
    )
    return true
  })
}

/** Its pages are removed later, some at a time. */
function removeSegment(database: Database, key: number): void {
  database.run('DELETE FROM lexical_segments WHERE key = ?', key)
  database.run('INSERT INTO lexical_garbage VALUES (?)', key)
}

/** Removes pages of segments that are gone; true while there are more. */
export function sweepPages(database: Database, limit = SWEPT_PAGES): boolean {
  const segment = database.get<{ segment: number }>('SELECT segment FROM lexical_garbage LIMIT 1')?.segment
  if (segment === undefined) return false
  database.transaction(() => {
    const removed = database.run(
      'DELETE FROM lexical_pages WHERE key IN (SELECT key FROM lexical_pages WHERE key BETWEEN ? AND ? LIMIT ?)',
      pageKey(segment, 0),
      pageKey(segment, PAGES_MAX - 1),
      limit,
    )
    if (removed < limit) database.run('DELETE FROM lexical_garbage WHERE segment = ?', segment)
  })
  return true
}

/** Removes what a crash left of segments that were never finished. For the writer, before anybody stages pages. */
export function removeUnfinished(database: Database): void {
  const next = database.get<{ next_segment: number }>('SELECT next_segment FROM lexical_state')?.next_segment
  if (next !== undefined) database.run('DELETE FROM lexical_pages WHERE key >= ?', pageKey(next, 0))
}
