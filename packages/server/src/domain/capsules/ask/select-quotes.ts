import { disagreement } from './conflicts.ts'
import { overlap } from './overlap.ts'
import type { Passage } from './passage.ts'

/** How much likeness to a quote already chosen costs (maximal marginal relevance, Carbonell and Goldstein 1998). */
const DIVERSITY = 0.3
/** Above this overlap a sentence says the same as one already chosen. */
const SAME = 0.8
/** A quote this much weaker than the best one dilutes the answer. */
const RELATIVE_MIN = 0.65

/** The best sentences above the threshold, each adding something to those before it, best first. */
export function selectQuotes(
  passages: readonly Passage[],
  { threshold, max }: { readonly threshold: number; readonly max: number },
): readonly Passage[] {
  const open = passages.filter(({ score }) => score >= threshold).toSorted(byScore)
  const floor = (open[0]?.score ?? 0) * RELATIVE_MIN
  const chosen: Passage[] = []
  while (chosen.length < max) {
    const next = best(
      open.filter((passage) => passage.score >= floor && !chosen.includes(passage)),
      chosen,
    )
    if (!next) break
    chosen.push(next)
  }
  return chosen
}

function best(open: readonly Passage[], chosen: readonly Passage[]): Passage | undefined {
  let top: Passage | undefined
  let topValue = Number.NEGATIVE_INFINITY
  for (const passage of open) {
    const likeness = chosen.reduce((most, other) => Math.max(most, likenessOf(passage, other)), 0)
    const value = passage.score - DIVERSITY * likeness
    if (likeness >= SAME || value <= topValue) continue
    top = passage
    topValue = value
  }
  return top
}

/** What contradicts a quote adds to the answer, however alike the words are. */
const likenessOf = (passage: Passage, other: Passage): number =>
  disagreement(passage, other) === undefined ? overlap(passage.terms, other.terms) : 0

const byScore = (a: Passage, b: Passage): number =>
  b.score - a.score ||
  (a.hit.capsule.id < b.hit.capsule.id ? -1 : a.hit.capsule.id > b.hit.capsule.id ? 1 : a.start - b.start)
