/**
 * The capsules' second face: the pure rules that a store applies while it reads and writes. A store's threads start in
 * milliseconds, and the first face would bring every use case along.
 */

export { isWithin } from '../access/capsule-reach.ts'
export { tooLargeToMove } from '../archive/too-large.ts'
export { SCOPES_COUNTED_MAX, tally } from '../capsule-counts.ts'
export {
  BODY_BYTES_MAX,
  CANDIDATES_PER_SIGNAL_MAX,
  NEAR_DUPLICATES_MAX,
  SPEAKERS_MAX,
  VERSIONS_READ_MAX,
} from '../capsule-store.ts'
export { type ChunkStanding, followDocument } from '../chunk-standing.ts'
export { DROPPED_VERSIONS_MAX, UNEMBEDDED_CHARACTERS_MAX } from '../embedding-spaces.ts'
export { type Hit, type Placed, type Ranking, rank } from '../search/rank.ts'
export {
  type Passage,
  type PassageTerms,
  QUESTION_MARK,
  type RankingSource,
  SENTENCE_MARK,
  TERM_MIN,
} from '../search/ranking-source.ts'
export { isNamed, type Standing, standingOf } from '../search/standing.ts'
export { damping, FIELD_WEIGHTS, meanLengthOf, mostOf, rarity, share } from '../text/bm25.ts'
export {
  functionTerm,
  indexTerms,
  QUESTION_END,
  queryTerms,
  SENTENCE_END,
  type TermVisitor,
  visitTerms,
  visitWords,
  type WordVisitor,
} from '../text/index-terms.ts'
export {
  NEAR_DUPLICATE_SIMILARITY,
  parseSignature,
  type Signature,
  signatureBytes,
  similarity,
} from '../text/minhash.ts'
export { partsOf } from '../text/terms.ts'
export { effectiveTrust, trustLevel } from '../trust.ts'
