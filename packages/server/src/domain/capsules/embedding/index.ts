export type { Embedder, EmbeddingPurpose } from './embedder.ts'
export { cacheEmbeddings, type EmbeddingCacheOptions } from './embedding-cache.ts'
export { dot, normalize } from './vector.ts'
