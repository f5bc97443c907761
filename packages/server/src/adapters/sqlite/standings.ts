import type { CapsuleDraft, NamedSpeaker, VersionDraft } from '#capsules'
import { SPEAKERS_MAX, standingOf } from '../../domain/capsules/rules/index.ts'
import type { Database } from './database.ts'
import { type ResolvedFilter, versionInPast } from './filter-sql.ts'
import { timeOrderedKey } from './hash-key.ts'
import type { Names } from './names.ts'

/** Rows of `standings`: where a version stands in its session or document, and who said it when. */
export interface StandingRow {
  readonly version: number
  readonly thread: number | null
  readonly position: number | null
  readonly speaker: number | null
  readonly at: number | null
}

/** Writes what a version says of itself; most say nothing, and have no row. */
export function insertStanding(
  { database, names }: { readonly database: Database; readonly names: Names },
  capsule: number,
  version: number,
  draft: CapsuleDraft | VersionDraft,
  owner: string,
): void {
  const { thread, position, speaker, at } = standingOf(draft, draft.partOf, owner)
  if (thread === undefined && speaker === undefined && at === undefined) return
  database.run(
    'INSERT INTO standings (version, capsule, thread, position, speaker, at) VALUES (?, ?, ?, ?, ?, ?)',
    version,
    capsule,
    thread === undefined ? null : timeOrderedKey(thread),
    position ?? null,
    speaker === undefined ? null : names.intern(speaker),
    at ?? null,
  )
}

/** Standings of these versions; those that have none are left out. */
export const readStandings = (database: Database, versions: readonly number[]): readonly StandingRow[] =>
  database.all<StandingRow>(
    `SELECT s.version, s.thread, s.position, s.speaker, s.at FROM json_each(?) wanted
     CROSS JOIN standings s ON s.version = wanted.value`,
    JSON.stringify(versions),
  )

/** From and where of a statement over the standings `s` of what passes a filter, and the values it takes. */
export function standingsThatPass(filter: ResolvedFilter, condition: string) {
  const past = versionInPast(filter)
  const joined = filter.isPast
    ? `CROSS JOIN capsules c ON c.key = s.capsule CROSS JOIN versions v ON v.key = s.version AND ${past.condition}`
    : 'CROSS JOIN capsules c ON c.key = s.capsule AND c.head = s.version'
  const indexed = filter.isPast ? 'v.indexed = 1' : 'c.indexed = 1'
  return {
    sql: `${joined} WHERE ${[condition, indexed, ...filter.conditions].join(' AND ')}`,
    before: filter.isPast ? past.values : [],
    after: filter.values,
  }
}

/** Rows of one speaker that are looked at for one that passes the filter: the newest. */
const SPEAKER_ROWS_MAX = 2000
/** Speakers of one first name. */
const SAME_NAME_MAX = 8

/** Which of the names mean someone who said or wrote what passes the filter. */
export function findSpeakers(
  database: Database,
  filter: ResolvedFilter,
  wanted: readonly string[],
): readonly NamedSpeaker[] {
  const found: NamedSpeaker[] = []
  for (const name of wanted) {
    // Whole names, and those that begin with the name and a space: '!' is the character behind it.
    const named = database.all<{ key: number; text: string }>(
      `SELECT key, text FROM names WHERE text = ?1 OR (text > ?1 || ' ' AND text < ?1 || '!') ORDER BY text LIMIT ${SAME_NAME_MAX}`,
      name,
    )
    for (const { key, text } of named) if (speaks(database, filter, key)) found.push({ name, speaker: text })
  }
  return found.slice(0, SPEAKERS_MAX)
}

function speaks(database: Database, filter: ResolvedFilter, speaker: number): boolean {
  const { sql, before, after } = standingsThatPass(filter, 'true')
  return (
    database.get(
      `SELECT 1 FROM (SELECT version, capsule FROM standings WHERE speaker = ? ORDER BY version DESC
       LIMIT ${SPEAKER_ROWS_MAX}) s ${sql} LIMIT 1`,
      speaker,
      ...before,
      ...after,
    ) !== undefined
  )
}
