import type { Segment } from './segment.ts'
import type { Tail } from './tail.ts'

/** One half of the index as it is now. */
export interface IndexPart {
  readonly segments: readonly Segment[]
  readonly tail: Tail
}

/** What is counted over the parts that a search asks: the same numbers as in an index made anew. */
export interface TermStatistics {
  readonly documents: number
  readonly length: number
  /** How many documents hold the term. */
  readonly holders: (term: number) => number
}
