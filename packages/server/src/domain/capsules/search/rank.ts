import type { StoredCapsule } from '../capsule.ts'
import { type Boosts, boostsOf } from './boosts.ts'
import type { Candidate } from './candidate.ts'
import { fuse, type Ranked } from './fuse.ts'
import type { SearchSettings } from './search-settings.ts'

/** How candidates are put in order, and how many of the best are wanted. */
export interface Ranking extends Pick<SearchSettings, 'weights' | 'trustBoost' | 'freshnessBoost'> {
  /** The moment that ages are counted from, milliseconds since 1970. */
  readonly now: number
  readonly limit: number
}

export interface Placed {
  readonly ranked: Ranked
  readonly boosts: Boosts
  /** The fused score times the boosts. */
  readonly score: number
}

/** A place in the order with the capsule that holds it. */
export interface Hit extends Placed {
  readonly capsule: StoredCapsule
}

/** The best candidates by fused score and boosts, best first, equal ones by their ids. */
export function rank(candidates: readonly Candidate[], ranking: Ranking): readonly Placed[] {
  return fuse(candidates, ranking.weights)
    .map((ranked) => place(ranked, ranking))
    .sort((a, b) => b.score - a.score || (a.ranked.candidate.id < b.ranked.candidate.id ? -1 : 1))
    .slice(0, ranking.limit)
}

function place(ranked: Ranked, ranking: Ranking): Placed {
  const boosts = boostsOf(ranked.candidate, ranking, ranking.now)
  return { ranked, boosts, score: ranked.score * boosts.trust * boosts.freshness }
}
