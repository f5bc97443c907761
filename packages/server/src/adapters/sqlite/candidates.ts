import { formatUuid } from '#base'
import type { Candidate, CandidateQuery } from '#capsules'
import { CANDIDATES_PER_SIGNAL_MAX } from '../../domain/capsules/rules/index.ts'
import type { Database } from './database.ts'
import { resolveFilter } from './filter-sql.ts'
import { followLinks, strengths } from './graph-signal.ts'
import { toMatchExpression } from './lexical-query.ts'
import { type Scored, searchWords } from './lexical-signal.ts'
import type { Names } from './names.ts'
import type { VectorReader } from './vector/index.ts'
import { findSpace, type QuerySpace, scoreVectors, searchVectors, searchVectorsInPast } from './vector-signal.ts'

export interface SearchParts {
  readonly database: Database
  readonly names: Names
  /** The reader of a space in shared memory, by the key of its row. */
  readonly vectors: ReadonlyMap<number, VectorReader>
}

/**
 * The union of what words, vectors and links bring up, each within the filter. To be called within one read transaction:
 * all signals then speak of the same state.
 *
 * @throws CascadeError EMBEDDING_MISMATCH when the query's vector does not fit its model.
 */
export function findCandidates(parts: SearchParts, query: CandidateQuery): Candidate[] {
  const { database, names } = parts
  const space = query.embedding && findSpace(database, query.embedding)
  const filter = resolveFilter(database, names, query.filter)
  if (!filter) return []
  const limit = Math.max(1, Math.min(CANDIDATES_PER_SIGNAL_MAX, Math.floor(query.perSignal)))
  const match = query.text === undefined ? undefined : toMatchExpression(query.text)
  const lexical = match === undefined ? [] : searchWords(database, match, filter, limit)
  const vector = space ? nearest(parts, space, filter, limit) : []
  const graph = followLinks(database, strengths(lexical, vector), filter, limit)
  return join(database, space, { lexical, vector, graph })
}

function nearest(
  { database, vectors }: SearchParts,
  space: QuerySpace,
  filter: Parameters<typeof searchVectorsInPast>[2],
  limit: number,
): Scored[] {
  if (filter.isPast) return searchVectorsInPast(database, space, filter, limit)
  const reader = vectors.get(space.key)
  return reader ? searchVectors(database, reader, space, filter, limit) : []
}

interface Signals {
  readonly lexical: readonly Scored[]
  readonly vector: readonly Scored[]
  readonly graph: readonly Scored[]
}

/** What a candidate has from each signal; a vector's cosine is given also where another signal brought it up. */
function join(database: Database, space: QuerySpace | undefined, { lexical, vector, graph }: Signals): Candidate[] {
  const versions = new Set([...lexical, ...vector, ...graph].map(({ version }) => version))
  const words = byVersion(lexical)
  const links = byVersion(graph)
  const known = byVersion(vector)
  const missing = [...versions].filter((version) => !known.has(version))
  const cosines = space && missing.length > 0 ? scoreVectors(database, space, missing) : undefined
  return namesOf(database, [...versions]).map(({ key, id, version }) => {
    const signals: { lexical?: number; vector?: number; graph?: number } = {}
    const [word, cosine, link] = [words.get(key), known.get(key) ?? cosines?.get(key), links.get(key)]
    if (word !== undefined) signals.lexical = word
    if (cosine !== undefined) signals.vector = cosine
    if (link !== undefined) signals.graph = link
    return { id: formatUuid(id), version, signals }
  })
}

const byVersion = (scored: readonly Scored[]): ReadonlyMap<number, number> =>
  new Map(scored.map(({ version, score }) => [version, score]))

const namesOf = (
  database: Database,
  versions: readonly number[],
): { readonly key: number; readonly id: Uint8Array; readonly version: string }[] =>
  database.all(
    `SELECT v.key, c.id, v.version FROM json_each(?) wanted
     CROSS JOIN versions v ON v.key = wanted.value CROSS JOIN capsules c ON c.key = v.capsule ORDER BY wanted.key`,
    JSON.stringify(versions),
  )
