import type { StoredCapsule } from '../capsule.ts'
import type { Sight } from '../embedding/index.ts'
import type { SoftMatcher } from '../embedding/soft-matcher.ts'
import { type Boosts, boostsOf } from './boosts.ts'
import type { Candidate } from './candidate.ts'
import { confidenceOf } from './confidence.ts'
import { diversify } from './diversify.ts'
import { type Fused, fuse } from './fuse.ts'
import { type Entry, gatherPool } from './pool.ts'
import { type Question, questionTerms } from './question.ts'
import type { Passage, RankingSource } from './ranking-source.ts'
import type { SearchSettings } from './search-settings.ts'
import type { SignalName } from './signals/index.ts'
import { SoftMatch, spellingsOf } from './soft-match.ts'
import type { View } from './view.ts'

/** How candidates are put in order, and how many of the best are wanted. Plain data. */
export interface Ranking extends Pick<SearchSettings, 'weights' | 'trustBoost' | 'freshnessBoost' | 'without'> {
  readonly question: Question
  /** What the vectors see; `words` where there are none. */
  readonly sees: Sight
  /** The moment that ages are counted from, milliseconds since 1970. */
  readonly now: number
  readonly limit: number
  /** 0-1: how much a hit loses by saying what a better one says. */
  readonly diversity: number
}

/** What a signal says of a hit: as it was read, and what that adds to the score. */
export interface SignalPart {
  readonly raw: number
  readonly part: number
}

export interface Placed {
  readonly candidate: Candidate
  /** Of each signal that had something to say of it. */
  readonly signals: Partial<Readonly<Record<SignalName, SignalPart>>>
  /** 0-1: the parts added, in relation to the best that could be found. */
  readonly relevance: number
  /** 0-1: how well the best hit answers at all; the same for all hits of a search. */
  readonly confidence: number
  readonly boosts: Boosts
  /** Relevance times confidence times the boosts. */
  readonly score: number
}

/** A place in the order with the capsule that holds it. */
export interface Hit extends Placed {
  readonly capsule: StoredCapsule
}

/**
 * The best of the candidates and of what stands around them, best first, equal ones by their ids.
 *
 * @param matcher undefined where nothing is known of words; the signals that go by them are silent then.
 */
export function rank(
  candidates: readonly Candidate[],
  ranking: Ranking,
  source: RankingSource,
  matcher?: SoftMatcher,
): readonly Placed[] {
  const { question } = ranking
  const terms = questionTerms(question)
  const pool = gatherPool(terms, foremost(candidates), source)
  const view: View = {
    question,
    pool,
    source,
    sees: ranking.sees,
    cosines: source.cosines(pool.entries.map(({ passage }) => passage)),
    // A question without words, such as a vector alone, has nothing to compare words with.
    soft:
      matcher && terms.length > 0
        ? new SoftMatch(pool, source, matcher, spellingsOf(question.words, terms))
        : undefined,
  }
  const fused = fuse(view, ranking)
  const ordered = pool.entries.map((entry) => boosted(entry, fused, ranking)).sort(byScore)
  const best = diversify(ordered, ranking.diversity, ranking.limit)
  const confidence = best.reduce((most, { entry }) => Math.max(most, confidenceOf(entry, view)), 0)
  return best.map((one) => place(one, fused, confidence))
}

/** The order in which candidates are read: by their best signal in relation to the best of that signal. */
function foremost(candidates: readonly Candidate[]): readonly Candidate[] {
  const top = { lexical: 0, vector: 0 }
  for (const { signals } of candidates) {
    top.lexical = Math.max(top.lexical, signals.lexical ?? 0)
    top.vector = Math.max(top.vector, signals.vector ?? 0)
  }
  const strength = ({ signals }: Candidate): number =>
    Math.max((signals.lexical ?? 0) / (top.lexical || 1), (signals.vector ?? 0) / (top.vector || 1))
  return candidates
    .map((candidate) => ({ candidate, strength: strength(candidate) }))
    .sort((a, b) => b.strength - a.strength || byId(a.candidate, b.candidate))
    .map(({ candidate }) => candidate)
}

interface Boosted {
  readonly entry: Entry
  readonly passage: Passage
  readonly boosts: Boosts
  readonly score: number
}

function boosted(entry: Entry, { scores }: Fused, ranking: Ranking): Boosted {
  const { passage, at } = entry
  const boosts = boostsOf(passage.candidate, ranking, ranking.now)
  return { entry, passage, boosts, score: scores[at]! * boosts.trust * boosts.freshness }
}

function place(
  { entry, passage, boosts, score }: Boosted,
  { scores, opinions, whole }: Fused,
  confidence: number,
): Placed {
  const signals: Partial<Record<SignalName, SignalPart>> = {}
  for (const { signal, raw, scaled, weight } of opinions) {
    const value = raw[entry.at]
    if (value !== undefined) signals[signal] = { raw: value, part: (weight / whole) * scaled[entry.at]! }
  }
  const { candidate } = passage
  return { candidate, signals, relevance: scores[entry.at]!, confidence, boosts, score: score * confidence }
}

const byScore = (a: Boosted, b: Boosted): number => b.score - a.score || byId(a.passage.candidate, b.passage.candidate)
const byId = (a: Candidate, b: Candidate): number => (a.id < b.id ? -1 : Number(a.id > b.id))
