import { LIMIT_MAX } from './kernel/layout.ts'
import type { SlotFilter } from './slot-filter.ts'
import type { SearchResult, VectorReader } from './vector-reader.ts'

export interface ExactResult {
  /** From best to worst, at most `k`. */
  readonly hits: readonly ScoredSlot[]
  /** True when no other slot can belong to the answer; false only when more than LIMIT_MAX could. */
  readonly exact: boolean
  /** How many slots passed the filter. */
  readonly scanned: number
}

/** How many candidates are asked for at first: enough that the answer is exact at once for most questions. */
const LIMIT_FIRST = 64
const FIRST_FACTOR = 2
const LIMIT_FACTOR = 4
/** Rows that are read at first beyond the wanted number: what they are about to be beaten by. */
const SPARE_ROWS = 6

export type Rescore = (slots: readonly number[]) => readonly (number | undefined)[]

/**
 * The `k` nearest slots by exact cosine: asks for approximate candidates, rescores from the rows those that can still
 * belong to the answer, and asks for more until what was left out can no longer reach the k-th.
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
  rescore: Rescore,
): ExactResult {
  using begun = beginExact(reader, query, filter, k)
  return begun.finish(rescore)
}

/** The same search, begun: others may scan for it until it is asked what was found. Disposing of it without is allowed. */
export interface BegunExact extends Disposable {
  /** Once. */
  finish(rescore: Rescore): ExactResult
}

/** @throws CascadeError EMBEDDING_MISMATCH when the query does not fit the space. */
export function beginExact(reader: VectorReader, query: Float32Array, filter: SlotFilter, k: number): BegunExact {
  const first = Math.min(LIMIT_MAX, Math.max(LIMIT_FIRST, k * FIRST_FACTOR))
  const begun = reader.begin(query, filter, first)
  return {
    finish(rescore) {
      const scores = new Map<number, number | undefined>()
      let found = begun.finish()
      // The reader is free for the searches that may follow.
      begun[Symbol.dispose]()
      for (let limit = first; ; ) {
        const hits = rescoreFound(found, k, scores, rescore)
        const exact = found.ceiling <= lastOf(hits, k)
        if (exact || limit === LIMIT_MAX) return { hits, exact, scanned: found.scanned }
        limit = Math.min(LIMIT_MAX, limit * LIMIT_FACTOR)
        found = reader.search(query, filter, limit)
      }
    },
    [Symbol.dispose]: () => begun[Symbol.dispose](),
  }
}

/** Adds to `scores` until no candidate without one can reach the k-th; returns the best `k`. */
function rescoreFound(
  { slots, reaches }: SearchResult,
  k: number,
  scores: Map<number, number | undefined>,
  rescore: Rescore,
): readonly ScoredSlot[] {
  for (;;) {
    const hits = best(scores, k)
    const reached = lastOf(hits, k)
    const open: number[] = []
    // Candidates stand in the order of their approximate scores, which is nearly that of the exact ones.
    for (let at = 0; at < slots.length && open.length < k + SPARE_ROWS; at++) {
      const slot = slots[at]!
      if (reaches[at]! > reached && !scores.has(slot)) open.push(slot)
    }
    if (open.length === 0) return hits
    for (const [at, score] of rescore(open).entries()) scores.set(open[at]!, score)
  }
}

interface ScoredSlot {
  readonly slot: number
  readonly score: number
}

/** What the k-th scores: minus infinity while there are fewer. */
const lastOf = (hits: readonly ScoredSlot[], k: number): number => (hits.length === k ? hits[k - 1]!.score : -Infinity)

function best(scores: ReadonlyMap<number, number | undefined>, k: number): ScoredSlot[] {
  const hits: ScoredSlot[] = []
  for (const [slot, score] of scores) if (score !== undefined) hits.push({ slot, score })
  return hits.sort((left, right) => right.score - left.score || left.slot - right.slot).slice(0, k)
}
