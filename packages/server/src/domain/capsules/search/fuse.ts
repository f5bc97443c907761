import type { Candidate } from './candidate.ts'
import type { SearchSettings } from './search-settings.ts'

/** What each signal adds to the score of a candidate. */
export interface Parts {
  readonly lexical: number
  readonly vector: number
  readonly graph: number
}

export interface Ranked {
  readonly candidate: Candidate
  readonly parts: Parts
  /** Sum of the parts, before any boost. */
  readonly score: number
}

/**
 * Fuses the signals of a query: each is brought to 0-1 by the best candidate of that signal, then weighted and added. A
 * signal that found nothing gives its weight to the others, and no signal can shut out what another found. The order
 * stays that of the candidates.
 *
 * Weighted sums of normalised parts keep how much better the first is than the second; ranks (reciprocal rank fusion)
 * lose it.
 */
export function fuse(candidates: readonly Candidate[], weights: SearchSettings['weights']): readonly Ranked[] {
  const best = bestOf(candidates)
  const share = shares(best, weights)
  return candidates.map((candidate) => weigh(candidate, best, share))
}

function weigh(candidate: Candidate, best: Parts, share: Parts): Ranked {
  const { signals } = candidate
  const part = (signal: keyof Parts) =>
    best[signal] > 0 ? share[signal] * (Math.max(0, signals[signal] ?? 0) / best[signal]) : 0
  const parts = { lexical: part('lexical'), vector: part('vector'), graph: part('graph') }
  return { candidate, parts, score: parts.lexical + parts.vector + parts.graph }
}

function bestOf(candidates: readonly Candidate[]): Parts {
  const most = (signal: keyof Parts) => candidates.reduce((top, { signals }) => Math.max(top, signals[signal] ?? 0), 0)
  return { lexical: most('lexical'), vector: most('vector'), graph: most('graph') }
}

function shares(best: Parts, weights: SearchSettings['weights']): Parts {
  const weight = (signal: keyof Parts) => (best[signal] > 0 ? weights[signal] : 0)
  const total = weight('lexical') + weight('vector') + weight('graph')
  const share = (signal: keyof Parts) => (total > 0 ? weight(signal) / total : 0)
  return { lexical: share('lexical'), vector: share('vector'), graph: share('graph') }
}
