import { LINK_CODES } from './codes.ts'
import type { Database } from './database.ts'
import { type ResolvedFilter, versionInPast } from './filter-sql.ts'
import { best, type Scored, type ScoredColumns, toScored, VERSION_COLUMNS } from './lexical-signal.ts'

/** How many of the best candidates pass their strength on. */
const SEEDS_MAX = 10
/** How many neighbours of each kind a seed passes it to. */
const FAN_OUT_MAX = 32
/** How near each kind of link brings two capsules; links carry a weight of their own beside it. */
const NEARNESS = { linked: 1, derived: 0.8 } as const

interface Neighbour {
  readonly key: number
  readonly weight: number
}

/** How good a direct candidate is, 0-1, by its best signal in relation to the best of that signal. */
export function strengths(lexical: readonly Scored[], vector: readonly Scored[]): Map<number, number> {
  const top = lexical[0]?.score ?? 0
  const found = new Map<number, number>()
  const raise = (capsule: number, strength: number): void => {
    if (strength > (found.get(capsule) ?? 0)) found.set(capsule, strength)
  }
  for (const { capsule, score } of lexical) raise(capsule, top > 0 ? score / top : 0)
  for (const { capsule, score } of vector) raise(capsule, score)
  return found
}

/**
 * Capsules one step away from the best candidates: linked to them, derived from them or their parents. The strongest way counts; only what passes the filter comes up.
 */
export function followLinks(
  database: Database,
  direct: ReadonlyMap<number, number>,
  filter: ResolvedFilter,
  limit: number,
): Scored[] {
  const seeds = [...direct].sort((left, right) => right[1] - left[1]).slice(0, SEEDS_MAX)
  const found = new Map<number, number>()
  for (const [seed, strength] of seeds) {
    for (const { key, weight } of neighboursOf(database, seed)) {
      const score = Math.min(1, strength * weight)
      if (key !== seed && score > (found.get(key) ?? 0)) found.set(key, score)
    }
  }
  return best(passing(database, found, filter), limit)
}

/** All kinds of neighbours in one statement, each kind bounded on its own. */
const neighboursOf = (database: Database, seed: number): Neighbour[] => database.all<Neighbour>(NEIGHBOURS, seed)

const PART_OF = LINK_CODES.encode('PART_OF')

const KINDS: readonly string[] = [
  `SELECT target AS key, weight * ${NEARNESS.linked} AS weight FROM links
     WHERE source = ?1 AND kind <> ${PART_OF} ORDER BY weight DESC`,
  `SELECT source AS key, weight * ${NEARNESS.linked} AS weight FROM links
     WHERE target = ?1 AND kind <> ${PART_OF} ORDER BY weight DESC`,
  `SELECT e.parent AS key, ${NEARNESS.derived} AS weight FROM capsules c
     CROSS JOIN edges e ON e.child = c.key AND e.version = c.head WHERE c.key = ?1`,
  `SELECT e.child AS key, ${NEARNESS.derived} AS weight FROM edges e
     CROSS JOIN capsules c ON c.key = e.child AND c.head = e.version WHERE e.parent = ?1`,
]

const NEIGHBOURS = KINDS.map((kind) => `SELECT * FROM (${kind} LIMIT ${FAN_OUT_MAX})`).join(' UNION ALL ')

function passing(database: Database, found: ReadonlyMap<number, number>, filter: ResolvedFilter): Scored[] {
  if (found.size === 0) return []
  const past = versionInPast(filter)
  const [join, pastValues] = filter.isPast ? [past.condition, past.values] : ['v.key = c.head', []]
  const rows = database.allArrays<ScoredColumns>(
    `SELECT ${VERSION_COLUMNS} FROM json_each(?) wanted
     CROSS JOIN capsules c ON c.key = wanted.value CROSS JOIN versions v ON ${join}
     WHERE v.indexed = 1 AND ${filter.conditions.join(' AND ')}`,
    JSON.stringify([...found.keys()]),
    ...pastValues,
    ...filter.values,
  )
  return rows.map((row) => toScored(row, found.get(row[0]) ?? 0))
}
