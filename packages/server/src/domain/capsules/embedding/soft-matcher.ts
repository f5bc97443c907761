/**
 * How terms are spelled, by their numbers. A number never means another word as long as the object lives, so what is
 * learned of it may be kept as long.
 */
export interface Spellings {
  /** Lower-case; undefined when it is not known. */
  of(term: number): string | undefined
}

/** A cosine below this says nothing: words of any two topics reach it. */
export const SIMILARITY_MIN = 0.35

/**
 * Port: tells how near single words are in meaning, without a model at run time. It answers at once, on any thread, and is the
 * same whatever embedder the instance uses.
 */
export interface SoftMatcher {
  /** Name and revision of the table behind it. */
  readonly model: string
  /**
   * The cosines of terms with words, letter case and accents apart: for each term one with each of the words, in their order,
   * and 0 where it is below `SIMILARITY_MIN` or one of the two is unknown.
   */
  compare(words: readonly string[], terms: Uint32Array, spellings: Spellings): Float32Array
}
