import type { Embedder } from '../../domain/capsules/embedding/index.ts'
import { HASHED_DIMENSIONS, hashedFeatures } from './hashed-features.ts'

export const BUILTIN_MODEL = 'builtin-hash-384@1'
export const BUILTIN_DIMENSIONS = HASHED_DIMENSIONS

/**
 * The embedder that is always there: no download, no account, no network. It sees spelling and shared words, so it
 * finds inflected, compound and mistyped forms; it does not see meaning: `car` and `automobile` are strangers to it.
 *
 * This one computes on the calling thread, about 0.03 ms for 60 words; `openBuiltinEmbedder` moves that to a worker.
 */
export function createBuiltinEmbedder(): Embedder {
  return {
    model: BUILTIN_MODEL,
    dimensions: BUILTIN_DIMENSIONS,
    async embed(texts, _purpose, signal) {
      signal?.throwIfAborted()
      return texts.map(hashedFeatures)
    },
    async [Symbol.asyncDispose]() {
      // Holds nothing that outlives a call.
    },
  }
}
