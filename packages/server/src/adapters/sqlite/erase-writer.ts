import type { CapsuleEraseChange } from '#capsules'
import { requireCapsule, updateCapsule } from './capsule-rows.ts'
import { type ChangeEffect, effectOn } from './capsule-writer.ts'
import { ACTIVE, ERASED } from './codes.ts'
import { HEADS, REST } from './lexical/index.ts'
import { WORDS } from './spaces.ts'
import { parseTagKeys } from './tag-keys.ts'
import type { CapsuleRow, WriteSession } from './write-session.ts'

/** What a version says, less what its place in the history says: its number, its times, its author. */
const EMPTY_VERSION = `UPDATE versions SET content = '', bytes = 0, indexed = 0, space = NULL, title = NULL, tags = NULL,
  category = NULL, identity = NULL, lane = NULL, fold = NULL, place = NULL, part_place = NULL, metadata = NULL,
  source = NULL, version_reason = NULL, licence_terms = NULL, fingerprint = zeroblob(32), digest_key = zeroblob(32)
  WHERE capsule = ?`

/** Rows that hang on what a capsule says; each statement takes the capsule's key. */
export const CONTENT_AWAY = [
  'DELETE FROM embeddings WHERE version IN (SELECT key FROM versions WHERE capsule = ?)',
  'DELETE FROM blanks WHERE version IN (SELECT key FROM versions WHERE capsule = ?)',
  'DELETE FROM signatures WHERE version IN (SELECT key FROM versions WHERE capsule = ?)',
  'DELETE FROM standings WHERE version IN (SELECT key FROM versions WHERE capsule = ?)',
  'DELETE FROM trust_history WHERE capsule = ?',
] as const

/** Those, the links, and what edges quote of it. */
const AWAY = [
  ...CONTENT_AWAY,
  'DELETE FROM links WHERE source = ?',
  'DELETE FROM links WHERE target = ?',
  // Why it was derived is its own word; what was changed on the way quotes both ends.
  "UPDATE edges SET reason = '', changes = NULL WHERE child = ?",
  'UPDATE edges SET changes = NULL WHERE parent = ?',
] as const

/**
 * Empties the capsule; its key, its versions' numbers and times, and its edges stay. What this leaves in unused parts of
 * the file is `scrub`'s to take away.
 */
export function eraseCapsule(session: WriteSession, { id }: CapsuleEraseChange, now: number): ChangeEffect {
  const row = requireCapsule(session, id)
  if (row.status === ERASED) return effectOn(id)
  const { database } = session
  noteNames(session, row)
  takeOutOfIndexes(session, row)
  for (const sql of AWAY) database.run(sql, row.key)
  database.run(EMPTY_VERSION, row.key)
  updateCapsule(database, row.key, {
    status: ERASED,
    own_status: null,
    unsettled: 0,
    revision: row.revision + 1,
    updated_at: now,
    title: null,
    tags: null,
    identity: null,
    lane: null,
    fold: null,
    indexed: 0,
    space: null,
    dedupe: null,
    place: null,
    // With the key goes what a segment of the archive holds of it, wherever that is.
    segment: null,
    segment_key: null,
  })
  session.hasErased = true
  return effectOn(id)
}

interface NamedRow {
  readonly author: number
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly tags: string | null
}

/** Remembers which names the capsule used: those that nobody else uses must go, which takes a look at everything. */
export function noteNames({ database }: WriteSession, row: CapsuleRow): void {
  const rows = database.all<NamedRow>(
    'SELECT author, identity, lane, fold, tags FROM versions WHERE capsule = ?',
    row.key,
  )
  const keys = new Set(rows.flatMap(({ identity, lane, fold, tags }) => [identity, lane, fold, ...parseTagKeys(tags)]))
  const speakers = database.all<{ speaker: number }>(
    'SELECT s.speaker FROM versions v JOIN standings s ON s.version = v.key WHERE v.capsule = ? AND s.speaker IS NOT NULL',
    row.key,
  )
  for (const { speaker } of speakers) keys.add(speaker)
  for (const key of keys) if (key !== null) database.run('INSERT OR IGNORE INTO erased_names VALUES (?)', key)
}

/** Versions leave the index of words, and the head the vectors. Returns the keys of those that left the words. */
export function takeOutOfIndexes({ database, staged, texts }: WriteSession, row: CapsuleRow): readonly number[] {
  const versions = database.all<{ key: number }>('SELECT key FROM versions WHERE capsule = ? AND indexed = 1', row.key)
  // They leave at once; `scrub` takes away what the index holds of them, of all that was erased in one go.
  for (const { key } of versions) texts.leave(key === row.head && row.status === ACTIVE ? HEADS : REST, key)
  staged.stageSlot({ kind: 'clear', space: WORDS, capsule: row.key })
  const spaces = database.all<{ space: number }>('SELECT space FROM embeddings WHERE version = ?', row.head)
  for (const { space } of spaces) staged.stageSlot({ kind: 'erase', space, capsule: row.key })
  return versions.map(({ key }) => key)
}
