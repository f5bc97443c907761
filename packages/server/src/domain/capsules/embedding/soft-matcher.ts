/** A word of a question, and what it weighs: its rarity among the texts that are searched. */
export interface WeightedWord {
  readonly word: string
  readonly weight: number
}

/** The word of a text that is nearest to a word of the question. */
export interface NearestWord {
  /** The question's. */
  readonly word: string
  /** The text's; undefined when none is near enough. */
  readonly nearest: string | undefined
  /** Cosine of the two, 1 for the same word, 0 where none is near enough. */
  readonly similarity: number
}

/** A question made ready. It remembers each word it has met, so it is for one search, over a bounded number of texts. */
export interface SoftQuery {
  /**
   * How near a word is to each word of the question, in its order; 0 where it is too far. The same array for the same word:
   * it must not be changed.
   */
  nearness(word: string): Float32Array
  /**
   * How well a text's words cover the question's, from 0 to 1: the mean, by weight, of each word's nearest. Nearness below
   * `SIMILARITY_MIN` counts as none. Order and repetition of `words` change nothing. 0 for a question without weight.
   */
  score(words: Iterable<string>): number
  /** The same, told: one entry for each word of the question, in its order. */
  nearest(words: Iterable<string>): readonly NearestWord[]
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
  /** Cosine of two words as they are spelled, letter case and accents apart; 1 for the same word, 0 where one is unknown. */
  similarity(a: string, b: string): number
  prepare(question: readonly WeightedWord[]): SoftQuery
}
