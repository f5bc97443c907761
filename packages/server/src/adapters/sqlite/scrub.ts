import type { LedgerCategory } from '@forge-cascade/contract/vocabulary'
import { ERASED } from './codes.ts'
import type { Database } from './database.ts'
import { foldLog } from './fold-log.ts'
import type { PageSweep } from './page-sweep.ts'
import { parseTagKeys } from './tag-keys.ts'
import type { WriteSession } from './write-session.ts'

/** Pages swept in one step: 32 MiB of the file, between two of which waiting writes are carried out. */
const PAGES_PER_STEP = 4096

/** How far a scrub has come. `next` is the page to go on from; undefined when all is done. */
export interface ScrubStep {
  readonly next: number | undefined
  /** True when a reader still stands in the log: the same step is to be asked for again. */
  readonly isHeldUp: boolean
  /** Names that nobody uses any more, taken away. */
  readonly names: number
  /** Pages in which something was overwritten. */
  readonly pages: number
}

/**
 * One step of leaving nothing behind of what was erased. The first one (`from` 1) takes away words in the text index,
 * names, and the digests of requests. Every step brings the log into the file and then sweeps some of its pages: what is
 * swept is the newest state of a page, and what the writer had in memory is read anew, so that no later write brings back
 * what lay beside its cells. The last one leaves the log empty.
 */
export function scrubStep(session: WriteSession, sweep: PageSweep, from: number, now: number): ScrubStep {
  const names = from === 1 ? forgetWords(session) : 0
  const held: ScrubStep = { next: from, isHeldUp: true, names, pages: 0 }
  if (!emptyLog(session, now)) return held
  session.database.exec('PRAGMA shrink_memory')
  const pages = sweep.sweep(from, PAGES_PER_STEP)
  const next = from + PAGES_PER_STEP
  return { next: next <= sweep.count ? next : undefined, isHeldUp: false, names, pages }
}

/** How long one step waits for those who read an older state; who begins meanwhile reads the newest, and is not waited for. */
const READERS_MS = 2000

/** Readers that follow each other without a gap would hold up an attempt that does not wait for ever. */
function emptyLog(session: WriteSession, now: number): boolean {
  session.database.exec(`PRAGMA busy_timeout = ${READERS_MS}`)
  try {
    return foldLog(session, 'TRUNCATE', now)
  } finally {
    session.database.exec('PRAGMA busy_timeout = 0')
  }
}

/** Returns how many names went. */
function forgetWords(session: WriteSession): number {
  const { database } = session
  const forgotten = database.transaction(() => {
    const unused = unusedNames(database)
    for (const key of unused) database.run('DELETE FROM names WHERE key = ?', key)
    database.exec('DELETE FROM erased_names')
    // A digest of the request is one of the text; any other one says as well that the key was used for something else.
    database.exec(`UPDATE receipts SET body = 'erased' WHERE body IS NOT NULL AND id IN
      (SELECT c.id FROM capsules c WHERE c.id = receipts.id AND c.status = ${ERASED})`)
    purgeTexts(session)
    return unused.length
  })
  session.names.forget()
  return forgotten
}

/** Texts of erased versions that one call takes out of the index. */
const TEXTS_AT_ONCE = 500

/** What the index of words still holds of what was erased. */
function purgeTexts({ database, texts }: WriteSession): void {
  const rows = database.all<{ version: number }>(
    `SELECT t.version FROM capsules c CROSS JOIN versions v ON v.capsule = c.key CROSS JOIN term_streams t ON t.version = v.key
     WHERE c.status = ${ERASED}`,
  )
  for (let at = 0; at < rows.length; at += TEXTS_AT_ONCE)
    texts.purge(rows.slice(at, at + TEXTS_AT_ONCE).map(({ version }) => version))
}

/** Words of the log that are rows of `names` as well, without an index to find them by. */
const CATEGORIES = {
  capsule: true,
  trust: true,
  governance: true,
  identity: true,
  import: true,
  system: true,
  verification: true,
} as const satisfies Record<LedgerCategory, true>

type NamesRow = readonly [
  author: number,
  identity: number | null,
  lane: number | null,
  fold: number | null,
  tags: string | null,
]

/** The names that erased capsules used and no row uses now. */
function unusedNames(database: Database): number[] {
  const rows = database.all<{ key: number; text: string }>(
    'SELECT key, text FROM names WHERE key IN (SELECT key FROM erased_names)',
  )
  const left = new Set(rows.flatMap(({ key, text }) => (Object.hasOwn(CATEGORIES, text) ? [] : key)))
  for (const key of left) if (USERS.some((sql) => database.get(sql, key) !== undefined)) left.delete(key)
  if (left.size === 0) return []
  const versions = database.iterateArrays<NamesRow>('SELECT author, identity, lane, fold, tags FROM versions')
  for (const [author, identity, lane, fold, tags] of versions) {
    for (const key of [author, identity, lane, fold]) if (key !== null) left.delete(key)
    if (tags !== null) for (const key of parseTagKeys(tags)) left.delete(key)
    if (left.size === 0) break
  }
  return [...left]
}

const USERS = [
  'SELECT 1 FROM capsules WHERE owner = ? LIMIT 1',
  'SELECT 1 FROM leaves WHERE actor = ? LIMIT 1',
  'SELECT 1 FROM leaves WHERE type = ? LIMIT 1',
  'SELECT 1 FROM trust_history WHERE actor = ? LIMIT 1',
  'SELECT 1 FROM standings WHERE speaker = ? LIMIT 1',
] as const
