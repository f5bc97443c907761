/** How well an answer found the evidence of a question. Each is 0-1. */
export interface Measures {
  readonly recall5: number
  readonly recall10: number
  readonly recall20: number
  readonly any10: number
  readonly all10: number
  readonly ndcg10: number
  readonly mrr: number
}

export const MEASURES = ['recall5', 'recall10', 'recall20', 'any10', 'all10', 'ndcg10', 'mrr'] as const

/** Hits that are asked for: as many as the deepest measure looks at. */
export const DEPTH = 20

export interface Ranked {
  readonly key: string
  readonly score: number
}

/** @param hits best first; those of equal score are taken in the order that is worst for the evidence. */
export function measure(hits: readonly Ranked[], evidence: readonly string[]): Measures {
  const wanted = new Set(evidence)
  const isWanted = ({ key }: Ranked): boolean => wanted.has(key)
  const found = hits.toSorted((a, b) => b.score - a.score || Number(isWanted(a)) - Number(isWanted(b))).map(isWanted)
  const share = (depth: number): number => found.slice(0, depth).filter(Boolean).length / wanted.size
  const first = found.indexOf(true)
  return {
    recall5: share(5),
    recall10: share(10),
    recall20: share(20),
    any10: Number(share(10) > 0),
    all10: Number(share(10) === 1),
    ndcg10: ndcg(found, wanted.size, 10),
    mrr: first < 0 ? 0 : 1 / (first + 1),
  }
}

/** @see K. Järvelin, J. Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", 2002; all evidence gains 1. */
function ndcg(found: readonly boolean[], wanted: number, depth: number): number {
  const gain = (at: number): number => 1 / Math.log2(at + 2)
  let [got, best] = [0, 0]
  for (let at = 0; at < depth; at++) {
    if (found[at]) got += gain(at)
    if (at < wanted) best += gain(at)
  }
  return best > 0 ? got / best : 0
}

export function meanOf(all: readonly Measures[]): Measures {
  const mean = (name: keyof Measures): number =>
    all.reduce((sum, each) => sum + each[name], 0) / Math.max(1, all.length)
  return {
    recall5: mean('recall5'),
    recall10: mean('recall10'),
    recall20: mean('recall20'),
    any10: mean('any10'),
    all10: mean('all10'),
    ndcg10: mean('ndcg10'),
    mrr: mean('mrr'),
  }
}
