import type { CandidateQuery } from '#capsules'
import { type Hit, type Ranking, rank } from '../../domain/capsules/rules/index.ts'
import { findCandidates, type SearchParts } from './candidates.ts'
import type { Database } from './database.ts'
import { ROLES } from './spaces.ts'
import type { StoredCapsules } from './stored-capsules.ts'

export interface RankedAnswer {
  readonly hits: Hit[]
  /** False when no vector of the query's model was ever stored. */
  readonly isModelKnown: boolean
}

/**
 * Candidates, ranked, and the best of them read. To be called within one read transaction: what was found is then there
 * to be read, and passes the filter still.
 *
 * @throws CascadeError EMBEDDING_MISMATCH when the query's vector does not fit its model.
 */
export function searchRanked(
  parts: SearchParts & { readonly stored: StoredCapsules },
  query: CandidateQuery,
  ranking: Ranking,
): RankedAnswer {
  const found = findCandidates(parts, query)
  const placed = rank([...found.keys()], ranking)
  const keys = placed.map(({ ranked }) => found.get(ranked.candidate)!)
  const capsules = new Map(parts.stored.read(keys, query.filter.knownAt).map((capsule) => [capsule.id, capsule]))
  // A row that damage took away costs its hit, not the answer: `doctor` tells of it.
  const hits = placed.flatMap((one) => {
    const capsule = capsules.get(one.ranked.candidate.id)
    return capsule ? { ...one, capsule } : []
  })
  return { hits, isModelKnown: hits.length > 0 || isModelKnown(parts.database, query) }
}

const isModelKnown = (database: Database, { embedding }: CandidateQuery): boolean =>
  embedding === undefined ||
  database.get(`SELECT 1 FROM spaces WHERE model = ? AND role <> ${ROLES.retired}`, embedding.model) !== undefined
