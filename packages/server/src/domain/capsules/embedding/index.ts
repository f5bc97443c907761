export type { Embedder, EmbeddingPurpose } from './embedder.ts'
export { absentEmbedder, Embedders, renamed } from './embedders.ts'
export { cacheEmbeddings, type EmbeddingCacheOptions } from './embedding-cache.ts'
export {
  type NearestWord,
  SIMILARITY_MIN,
  type SoftMatcher,
  type SoftQuery,
  type WeightedWord,
} from './soft-matcher.ts'
export { dot, normalize } from './vector.ts'
