import { sha256 } from '#base'
import type { Embedder, EmbeddingOrigin, EmbeddingPurpose } from './embedder.ts'

export interface EmbeddingCacheOptions {
  /** Memory the vectors may take, in bytes, keys and bookkeeping included. */
  readonly bytesMax?: number
}

const BYTES_MAX = 64 * 1024 * 1024
/** A map entry, its key of 44 characters and the array's header, as measured on Node 24. */
const ENTRY_OVERHEAD_BYTES = 300

/**
 * An embedder that remembers what it was asked, by purpose and SHA-256 of the text; the model is that of the embedder
 * within. When full, it forgets what was used longest ago. Disposing it disposes the embedder within.
 */
export function cacheEmbeddings(inner: Embedder, { bytesMax = BYTES_MAX }: EmbeddingCacheOptions = {}): Embedder {
  const entriesMax = Math.floor(bytesMax / (inner.dimensions * Float32Array.BYTES_PER_ELEMENT + ENTRY_OVERHEAD_BYTES))
  const cache = new RecentVectors(entriesMax)

  const embed = async (
    texts: readonly string[],
    purpose: EmbeddingPurpose,
    signal?: AbortSignal,
    origin?: EmbeddingOrigin,
  ) => {
    signal?.throwIfAborted()
    const keys = texts.map((text) => keyOf(text, purpose))
    const known = new Map<string, Float32Array>()
    const missing = new Map<string, string>()
    for (const [index, key] of keys.entries()) {
      const vector = cache.find(key)
      if (vector) known.set(key, vector)
      else missing.set(key, texts[index]!)
    }
    const fresh = missing.size > 0 ? await inner.embed([...missing.values()], purpose, signal, origin) : []
    for (const [index, key] of [...missing.keys()].entries()) {
      known.set(key, fresh[index]!)
      cache.put(key, fresh[index]!)
    }
    return keys.map((key) => known.get(key)!.slice())
  }
  return {
    model: inner.model,
    dimensions: inner.dimensions,
    sees: inner.sees,
    embed,
    forget: () => {
      cache.clear()
      inner.forget?.()
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  }
}

const keyOf = (text: string, purpose: EmbeddingPurpose): string => `${purpose} ${sha256(text).toString('base64')}`

/** Least recently used goes first: a `Map` keeps the order of insertion, and a hit is inserted anew. */
class RecentVectors {
  readonly #entriesMax: number
  readonly #vectors = new Map<string, Float32Array>()

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  find(key: string): Float32Array | undefined {
    const vector = this.#vectors.get(key)
    if (!vector) return undefined
    this.#vectors.delete(key)
    this.#vectors.set(key, vector)
    return vector
  }

  clear(): void {
    this.#vectors.clear()
  }

  put(key: string, vector: Float32Array): void {
    if (this.#entriesMax === 0) return
    this.#vectors.set(key, vector)
    for (const oldest of this.#vectors.keys()) {
      if (this.#vectors.size <= this.#entriesMax) return
      this.#vectors.delete(oldest)
    }
  }
}
