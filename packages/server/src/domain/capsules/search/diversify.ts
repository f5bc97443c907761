import { type Passage, TERM_MIN } from './ranking-source.ts'

/** So many times the wanted number are looked at for something that says something else. */
const LOOKED_AT_PER_HIT = 3

/**
 * The best of a list, each by its score less its likeness to those already chosen (maximal marginal relevance).
 *
 * @param ordered best first.
 * @param diversity 0-1: how much likeness costs; 0 leaves the order as it is.
 * @see J. Carbonell, J. Goldstein, "The Use of MMR, Diversity-Based Reranking", 1998
 */
export function diversify<T extends { readonly passage: Passage; readonly score: number }>(
  ordered: readonly T[],
  diversity: number,
  limit: number,
): readonly T[] {
  if (diversity === 0 || ordered.length < 2) return ordered.slice(0, limit)
  const open = ordered
    .slice(0, limit * LOOKED_AT_PER_HIT)
    .map((item) => ({ item, terms: termsOf(item.passage), likeness: 0 }))
  const best = ordered[0]!.score
  const chosen: T[] = []
  while (chosen.length < limit && open.length > 0) {
    const worthOf = ({ item, likeness }: (typeof open)[number]): number =>
      (1 - diversity) * (best > 0 ? item.score / best : 0) - diversity * likeness
    const at = open.reduce((top, each, index) => (worthOf(each) > worthOf(open[top]!) ? index : top), 0)
    const [next] = open.splice(at, 1)
    chosen.push(next!.item)
    for (const each of open) each.likeness = Math.max(each.likeness, likenessOf(each.terms, next!.terms))
  }
  return chosen
}

const termsOf = ({ terms: { title, tags, content } }: Passage): ReadonlySet<number> =>
  new Set([...title, ...tags, ...content].filter((term) => term >= TERM_MIN))

/** Jaccard similarity. */
function likenessOf(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  if (a.size === 0 || b.size === 0) return 0
  const common = a.intersection(b).size
  return common / (a.size + b.size - common)
}
