import { describe, expect, test } from 'vitest'
import { describeEmbedder } from './embedder.contract.ts'
import type { Embedder } from './embedder.ts'
import { cacheEmbeddings } from './embedding-cache.ts'
import { normalize } from './vector.ts'

/** An embedder of four numbers that counts the texts it was asked for. */
function createCounting(): Embedder & { readonly asked: string[]; disposed: boolean } {
  const asked: string[] = []
  const embedText = (text: string): Float32Array => {
    const vector = new Float32Array(4)
    if (text.trim() === '') return vector
    for (let index = 0; index < text.length; index++) vector[index % 4]! += text.charCodeAt(index) + 1
    return normalize(vector)
  }
  const counting = {
    model: 'counting@1',
    dimensions: 4,
    sees: 'sentences' as const,
    asked,
    disposed: false,
    async embed(texts: readonly string[], _purpose: string, signal?: AbortSignal) {
      signal?.throwIfAborted()
      asked.push(...texts)
      return texts.map(embedText)
    },
    async [Symbol.asyncDispose]() {
      counting.disposed = true
    },
  }
  return counting
}

describeEmbedder('the cache', () => cacheEmbeddings(createCounting()))
test('what the vectors see is told by the embedder within', () => {
  for (const sees of ['words', 'sentences'] as const)
    expect(cacheEmbeddings({ ...createCounting(), sees }).sees).toBe(sees)
})

describeEmbedder('a cache without room', () => cacheEmbeddings(createCounting(), { bytesMax: 0 }))

describe('the cache', () => {
  test('asks for each text once, also within a batch', async () => {
    const inner = createCounting()
    const cache = cacheEmbeddings(inner)
    await cache.embed(['a', 'b', 'a'], 'document')
    await cache.embed(['b', 'c'], 'document')
    expect(inner.asked).toEqual(['a', 'b', 'c'])
  })

  test('tells queries from documents', async () => {
    const inner = createCounting()
    const cache = cacheEmbeddings(inner)
    await cache.embed(['a'], 'document')
    await cache.embed(['a'], 'query')
    expect(inner.asked).toEqual(['a', 'a'])
  })

  test('forgets what was used longest ago when it is full', async () => {
    const inner = createCounting()
    // Room for two vectors of 16 bytes with their bookkeeping.
    const cache = cacheEmbeddings(inner, { bytesMax: 2 * 316 })
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.embed([text], 'document')
    expect(inner.asked).toEqual(['a', 'b', 'c', 'b'])
  })

  test('a batch larger than the cache is answered whole', async () => {
    const cache = cacheEmbeddings(createCounting(), { bytesMax: 316 })
    const vectors = await cache.embed(['a', 'b', 'c', 'a'], 'document')
    expect(vectors[3]).toEqual(vectors[0])
    expect(vectors.every(({ length }) => length === 4)).toBe(true)
  })

  test('remembers nothing of a call that failed', async () => {
    const inner = createCounting()
    const failing = { ...inner, embed: () => Promise.reject(new Error('down')) }
    let target: Embedder = failing
    const cache = cacheEmbeddings({ ...inner, embed: (...call) => target.embed(...call) })
    await expect(cache.embed(['a'], 'document')).rejects.toThrow('down')
    target = inner
    await expect(cache.embed(['a'], 'document')).resolves.toHaveLength(1)
  })

  test('disposing it disposes the embedder within', async () => {
    const inner = createCounting()
    await cacheEmbeddings(inner)[Symbol.asyncDispose]()
    expect(inner.disposed).toBe(true)
  })
})
