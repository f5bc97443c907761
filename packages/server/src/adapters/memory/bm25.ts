import {
  damping,
  FIELD_WEIGHTS,
  indexTerms,
  meanLengthOf,
  mostOf,
  QUESTION_END,
  queryTerms,
  rarity,
  SENTENCE_END,
  share,
} from '../../domain/capsules/rules/index.ts'
import type { VersionRow } from './memory-state.ts'

/** What the words of a version weigh, and its length. */
interface Weighed {
  readonly weights: ReadonlyMap<string, number>
  readonly length: number
}

/** A version never changes, so what it weighs is worked out once. */
const known = new WeakMap<VersionRow, Weighed>()

/**
 * The score of each version for a question, of those that hold at least one of its words. The versions given are the whole
 * collection: frequencies are counted among them.
 */
export function bm25(question: string, versions: readonly VersionRow[]): Map<VersionRow, number> {
  const length = versions.reduce((sum, version) => sum + weigh(version).length, 0)
  const mean = meanLengthOf(length, versions.length)
  const scores = new Map<VersionRow, number>()
  for (const term of queryTerms(question)) {
    const holders = versions.filter((version) => weigh(version).weights.has(term))
    const most = mostOf(rarity(versions.length, holders.length))
    for (const version of holders) {
      const { weights, length } = weigh(version)
      const score = most * share(weights.get(term)!, damping(length, mean))
      scores.set(version, (scores.get(version) ?? 0) + score)
    }
  }
  return scores
}

function weigh(version: VersionRow): Weighed {
  const before = known.get(version)
  if (before) return before
  const weights = new Map<string, number>()
  const lengths = [
    weighField(weights, [version.title ?? ''], FIELD_WEIGHTS.title),
    weighField(weights, version.tags, FIELD_WEIGHTS.tags),
    weighField(weights, [version.content], FIELD_WEIGHTS.content),
  ]
  const weighed = { weights, length: lengths.reduce((sum, length) => sum + length, 0) }
  known.set(version, weighed)
  return weighed
}

/** Returns how much the field adds to the length. A word without meaning weighs 1, wherever it stands. */
function weighField(weights: Map<string, number>, texts: readonly string[], weight: number): number {
  const found = texts.map(indexTerms)
  const terms = found.flatMap(({ terms }) => terms).filter((term) => term !== SENTENCE_END && term !== QUESTION_END)
  for (const term of terms) weights.set(term, (weights.get(term) ?? 0) + weight)
  for (const { functionWords } of found) for (const term of functionWords) weights.set(term, 1)
  return terms.length * weight
}
