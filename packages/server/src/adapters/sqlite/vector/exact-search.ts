import { LIMIT_MAX } from './kernel/layout.ts'
import type { SlotFilter } from './slot-filter.ts'
import type { VectorReader } from './vector-reader.ts'

export interface ExactResult {
  /** From best to worst, at most `k`. */
  readonly hits: readonly { readonly slot: number; readonly score: number }[]
  /** True when no other slot can belong to the answer; false only when more than LIMIT_MAX could. */
  readonly exact: boolean
  /** How many slots passed the filter. */
  readonly scanned: number
}

/** How many candidates are asked for at first: enough that the answer is exact at once for most questions. */
const LIMIT_FIRST = 64
const FIRST_FACTOR = 2
const LIMIT_FACTOR = 4

/**
 * The `k` nearest slots by exact cosine: asks for approximate candidates, rescores them from the rows, and asks for
 * more until what was left out can no longer reach the k-th.
 *
 * @param rescore the exact cosine of each slot's row and the query, or undefined where the row does not (any more) pass
 * the filter; asked about a slot once.
 * @throws CascadeError EMBEDDING_MISMATCH when the query does not fit the space.
 */
export function searchExact(
  reader: VectorReader,
  query: Float32Array,
  filter: SlotFilter,
  k: number,
  rescore: (slots: readonly number[]) => readonly (number | undefined)[],
): ExactResult {
  const scores = new Map<number, number | undefined>()
  let limit = Math.min(LIMIT_MAX, Math.max(LIMIT_FIRST, k * FIRST_FACTOR))
  for (;;) {
    const found = reader.search(query, filter, limit)
    const fresh = Array.from(found.slots).filter((slot) => !scores.has(slot))
    for (const [at, score] of rescore(fresh).entries()) scores.set(fresh[at]!, score)
    const hits = best(scores, k)
    const reached = hits.length === k ? hits[k - 1]!.score : -Infinity
    const exact = found.ceiling <= reached
    if (exact || limit === LIMIT_MAX) return { hits, exact, scanned: found.scanned }
    limit = Math.min(LIMIT_MAX, limit * LIMIT_FACTOR)
  }
}

function best(scores: ReadonlyMap<number, number | undefined>, k: number): { slot: number; score: number }[] {
  const hits: { slot: number; score: number }[] = []
  for (const [slot, score] of scores) if (score !== undefined) hits.push({ slot, score })
  return hits.sort((left, right) => right.score - left.score || left.slot - right.slot).slice(0, k)
}
