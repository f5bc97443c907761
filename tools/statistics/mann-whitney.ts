import { normalTail } from './normal.ts'

export interface MannWhitney {
  /** U of the first sample: pairs in which its value is the larger, a tie counting half. */
  readonly u: number
  /** Two-sided: how likely samples of one population are at least this far apart. */
  readonly p: number
}

/** With one sample this small, and no ties, every order is counted. */
const EXACT_SIZE = 8

/**
 * The Mann-Whitney U test, two-sided: exact where one sample has at most 8 values and none is tied, else by the normal
 * approximation with corrections for ties and continuity. The same choice as `method='auto'` of
 * scipy.stats.mannwhitneyu. p is 1 where all values are equal.
 *
 * @see Mann and Whitney, Annals of Mathematical Statistics 18 (1947); Hollander and Wolfe, Nonparametric Statistical Methods
 * @throws RangeError for an empty sample.
 */
export function mannWhitney(one: readonly number[], two: readonly number[]): MannWhitney {
  if (one.length === 0 || two.length === 0) throw new RangeError('both samples need at least one value')
  const { rankSum, tieTerm } = rank(one, two)
  const u = rankSum - (one.length * (one.length + 1)) / 2
  const larger = Math.max(u, one.length * two.length - u)
  const isExact = tieTerm === 0 && Math.min(one.length, two.length) <= EXACT_SIZE
  const tail = isExact
    ? exactTail(larger, one.length, two.length)
    : normalTailOf(larger, one.length, two.length, tieTerm)
  return { u, p: Math.min(1, 2 * tail) }
}

interface Ranked {
  /** Of the first sample; tied values share the mean of their ranks. */
  readonly rankSum: number
  /** Sum of t³ − t over groups of t equal values. */
  readonly tieTerm: number
}

function rank(one: readonly number[], two: readonly number[]): Ranked {
  const all = [...one.map((value) => ({ value, first: true })), ...two.map((value) => ({ value, first: false }))]
  all.sort((a, b) => a.value - b.value)
  let [rankSum, tieTerm] = [0, 0]
  for (let from = 0; from < all.length; ) {
    let to = from + 1
    while (to < all.length && all[to]!.value === all[from]!.value) to++
    const tied = to - from
    // Ranks count from 1.
    rankSum += all.slice(from, to).filter(({ first }) => first).length * ((from + 1 + to) / 2)
    tieTerm += tied ** 3 - tied
    from = to
  }
  return { rankSum, tieTerm }
}

/** P(U ≥ u) over all orders of n and m distinct values. */
function exactTail(u: number, n: number, m: number): number {
  const shares = shareOfEachU(n, m)
  let tail = 0
  for (let at = shares.length - 1; at >= u; at--) tail += shares[at]!
  return tail
}

/**
 * The distribution of U: the largest value is of the first sample in n of n + m orders, and beats all m of the second then.
 * Shares instead of counts, which soon are too large to be exact.
 */
function shareOfEachU(n: number, m: number): Float64Array {
  let rows = Array.from({ length: m + 1 }, () => Float64Array.of(1))
  for (let i = 1; i <= n; i++) {
    const next = [Float64Array.of(1)]
    for (let j = 1; j <= m; j++) {
      const shares = new Float64Array(i * j + 1)
      rows[j]!.forEach((share, at) => {
        shares[at + j]! += (share * i) / (i + j)
      })
      next[j - 1]!.forEach((share, at) => {
        shares[at]! += (share * j) / (i + j)
      })
      next.push(shares)
    }
    rows = next
  }
  return rows[m]!
}

function normalTailOf(u: number, n: number, m: number, tieTerm: number): number {
  const all = n + m
  const spread = Math.sqrt(((n * m) / 12) * (all + 1 - tieTerm / (all * (all - 1))))
  return spread === 0 ? 1 : normalTail((u - (n * m) / 2 - 0.5) / spread)
}
