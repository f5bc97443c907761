import type { Spellings } from '../embedding/soft-matcher.ts'
import type { Candidate } from './candidate.ts'

/** Numbers among terms that are no terms: where a sentence ends, and where one ends that asks. */
export const SENTENCE_MARK = 1
export const QUESTION_MARK = 2
/** Terms have numbers from here on. */
export const TERM_MIN = 8

/** What a version says as numbers of terms, in the order of the text; sentences of the content end in marks. */
export interface PassageTerms {
  readonly title: Uint32Array
  readonly tags: Uint32Array
  readonly content: Uint32Array
}

/** One version of a capsule as ranking reads it. Members that the capsule does not say are undefined. */
export interface Passage {
  readonly candidate: Candidate
  readonly terms: PassageTerms
  /** The session or document it is a part of, by a name that means something to its source alone. */
  readonly thread: string | number | undefined
  /** Its order in the thread; neighbours differ by one. */
  readonly position: number | undefined
  /** Who said or wrote it. */
  readonly speaker: string | undefined
  /** When it was said, milliseconds since 1970. */
  readonly at: number | undefined
}

/** What is counted over all that is searched by words. */
export interface CollectionSize {
  readonly documents: number
  /** Length of all of them together, as BM25 counts it. */
  readonly length: number
}

/**
 * What ranking reads of a store beyond the candidates: synchronous, all of it from the state that the candidates come
 * from, and nothing that does not pass the filter of the search.
 */
export interface RankingSource {
  size(): CollectionSize
  /** The number of a term; undefined when no text holds it. */
  findTerm(term: string): number | undefined
  /** How many of the documents hold the term. */
  holders(term: number): number
  /** Terms as they were first spelled. */
  readonly spellings: Spellings
  /** The passages of candidates, in their order. */
  read(candidates: readonly Candidate[]): readonly Passage[]
  /** Passages of a thread that lie at most `reach` before or behind a position, in the order of the thread. */
  readThread(thread: NonNullable<Passage['thread']>, position: number, reach: number): readonly Passage[]
  /** Cosines with the vector of the question, in the order of the passages; undefined where there is none to compare. */
  cosines(passages: readonly Passage[]): readonly (number | undefined)[]
}
