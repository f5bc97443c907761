import type { SoftMatcher } from '../../../domain/capsules/embedding/index.ts'
import { STATIC_MODEL, type StaticTable, staticTableOf } from './static-table.ts'
import { WordVectors } from './word-vectors.ts'

/**
 * Soft match by the built-in embedder's table. Handed to a thread as the table's shared bytes, it copies nothing; the first use
 * on a thread reads the vocabulary, about 10 ms.
 */
export function createStaticSoftMatcher(bytes: SharedArrayBuffer | StaticTable): SoftMatcher {
  let vectors: WordVectors | undefined
  return {
    model: STATIC_MODEL,
    compare: (words, terms, spellings) => {
      vectors ??= new WordVectors(bytes instanceof SharedArrayBuffer ? staticTableOf(bytes) : bytes)
      return vectors.compare(words, terms, spellings)
    },
  }
}
