import type { Embedder } from '../../../domain/capsules/embedding/index.ts'
import { readStaticTable, STATIC_DIMENSIONS, STATIC_MODEL, type StaticTable } from './static-table.ts'
import { StaticVectors } from './static-vectors.ts'

/**
 * The embedder that is always there: no download, no account, no network. A table made from a small sentence model gives
 * each word piece its vector, and a text is the sum of its pieces: it sees meaning word by word, `car` is near to
 * `automobile`, and does not see the order of words. The table is read by the first text.
 *
 * This one computes on the calling thread; `openStaticEmbedder` moves batches to a worker.
 */
export function createStaticEmbedder(read: () => StaticTable = readStaticTable): Embedder {
  let vectors: StaticVectors | undefined
  return {
    model: STATIC_MODEL,
    dimensions: STATIC_DIMENSIONS,
    sees: 'words',
    async embed(texts, _purpose, signal) {
      signal?.throwIfAborted()
      if (texts.length === 0) return []
      vectors ??= new StaticVectors(read())
      const table = vectors
      return texts.map((text) => table.of(text))
    },
    async [Symbol.asyncDispose]() {
      // Holds nothing that outlives a call.
    },
  }
}
