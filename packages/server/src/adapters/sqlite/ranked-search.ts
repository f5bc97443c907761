import type { CandidateQuery, SoftMatcher } from '#capsules'
import { type Hit, type Ranking, rank } from '../../domain/capsules/rules/index.ts'
import { beginCandidates, type FoundCandidates, type SearchParts } from './candidates.ts'
import type { Database } from './database.ts'
import { SqliteRankingSource } from './ranking-source.ts'
import { ROLES } from './spaces.ts'
import type { StoredCapsules } from './stored-capsules.ts'
import type { TermStreams } from './term-streams.ts'

export interface RankedParts extends SearchParts {
  readonly stored: StoredCapsules
  readonly streams: TermStreams
  readonly matcher: SoftMatcher | undefined
}

export interface RankedAnswer {
  readonly hits: Hit[]
  /** False when no vector of the query's model was ever stored. */
  readonly isModelKnown: boolean
}

/** A search that was begun; disposed of, nothing of it goes on. */
export interface BegunSearch extends Disposable {
  /** Once. */
  finish(): RankedAnswer
}

/**
 * Candidates and what stands around them, ranked, and the best of them read. To be called within one read transaction:
 * what was found is then there to be read, and passes the filter still.
 *
 * @throws CascadeError EMBEDDING_MISMATCH when the query's vector does not fit its model.
 */
export function searchRanked(parts: RankedParts, query: CandidateQuery, ranking: Ranking): RankedAnswer {
  using begun = beginRanked(parts, query, ranking)
  return begun.finish()
}

/** The same, begun; to be ended within the same read transaction. @throws CascadeError EMBEDDING_MISMATCH. */
export function beginRanked(parts: RankedParts, query: CandidateQuery, ranking: Ranking): BegunSearch {
  const begun = beginCandidates(parts, query)
  return {
    finish: () => toAnswer(parts, begun.finish(), query, ranking),
    [Symbol.dispose]: () => begun[Symbol.dispose](),
  }
}

function toAnswer(
  parts: RankedParts,
  found: FoundCandidates | undefined,
  query: CandidateQuery,
  ranking: Ranking,
): RankedAnswer {
  const hits = found ? toHits(parts, new SqliteRankingSource({ ...parts, ...found }), ranking, query) : []
  return { hits, isModelKnown: hits.length > 0 || isModelKnown(parts.database, query) }
}

function toHits(parts: RankedParts, source: SqliteRankingSource, ranking: Ranking, query: CandidateQuery): Hit[] {
  const placed = rank(source.candidates, ranking, source, parts.matcher)
  const keys = placed.map(({ candidate }) => source.versionOf(candidate))
  const capsules = new Map(parts.stored.read(keys, query.filter.knownAt).map((capsule) => [capsule.id, capsule]))
  // A row that damage took away costs its hit, not the answer: `doctor` tells of it.
  return placed.flatMap((one) => {
    const capsule = capsules.get(one.candidate.id)
    return capsule ? { ...one, capsule } : []
  })
}

const isModelKnown = (database: Database, { embedding }: CandidateQuery): boolean =>
  embedding === undefined ||
  database.get(`SELECT 1 FROM spaces WHERE model = ? AND role <> ${ROLES.retired}`, embedding.model) !== undefined
