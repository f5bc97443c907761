import { afterEach, describe, expect, test } from 'vitest'
import { describeEmbedder } from '../../domain/capsules/embedding/embedder.contract.ts'
import type { Embedder } from '../../domain/capsules/embedding/index.ts'
import { openStaticEmbedder } from './static/open-static-embedder.ts'
import { createStaticEmbedder } from './static/static-embedder.ts'

const CRASHING = new URL('./testing/crashing-worker.ts', import.meta.url)
const UNAVAILABLE = expect.objectContaining({ code: 'EMBEDDER_UNAVAILABLE' })

describeEmbedder('the built-in embedder on a worker thread', () => openStaticEmbedder())

describe('the worker thread', () => {
  let embedder: Embedder
  const open = (options: Parameters<typeof openStaticEmbedder>[0]): Embedder => {
    embedder = openStaticEmbedder(options)
    return embedder
  }
  afterEach(() => embedder[Symbol.asyncDispose]())

  test.for(['throw', 'exit'])(
    'that dies by "%s" fails the calls in flight, and the next call starts another',
    async (text) => {
      const embedder = open({ entry: CRASHING })
      const calls = [embedder.embed([text], 'document'), embedder.embed(['a', 'b'], 'document')]
      const outcomes = await Promise.allSettled(calls)
      expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'EMBEDDER_UNAVAILABLE' } })
      expect(await embedder.embed(['a', 'b'], 'document')).toEqual(
        await createStaticEmbedder().embed(['a', 'b'], 'document'),
      )
    },
  )

  test('whose module cannot be loaded is an unavailable embedder', async () => {
    const embedder = open({ entry: new URL('./there-is-no-such-file.ts', import.meta.url) })
    await expect(embedder.embed(['a'], 'document')).rejects.toEqual(UNAVAILABLE)
  })

  test('is not needed for a short query', async () => {
    const embedder = open({ entry: new URL('./there-is-no-such-file.ts', import.meta.url) })
    await expect(embedder.embed(['a question'], 'query')).resolves.toHaveLength(1)
    await expect(embedder.embed(['x'.repeat(3000)], 'query')).rejects.toEqual(UNAVAILABLE)
  })

  test('has a bounded queue, and a single call beyond the bound is still taken', async () => {
    const embedder = open({ queuedTextsMax: 100 })
    const large = embedder.embed(
      Array.from({ length: 300 }, (_, index) => `text ${index}`),
      'document',
    )
    await expect(embedder.embed(['one more'], 'document')).rejects.toEqual(UNAVAILABLE)
    expect(await large).toHaveLength(300)
    await expect(embedder.embed(['one more'], 'document')).resolves.toHaveLength(1)
  })

  test('keeps the order of a call that is sent in many parts', async () => {
    const texts = Array.from({ length: 500 }, (_, index) => `text number ${index}`)
    expect(await open({}).embed(texts, 'document')).toEqual(await createStaticEmbedder().embed(texts, 'document'))
  })

  test('drops a call that is given up on its way, and answers the others', async () => {
    const embedder = open({})
    const controller = new AbortController()
    const given = embedder.embed(
      Array.from({ length: 1000 }, () => 'x'),
      'document',
      controller.signal,
    )
    const kept = embedder.embed(['kept'], 'document')
    controller.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    await expect(kept).resolves.toHaveLength(1)
  })

  test('ends with the embedder: what waits fails, and so does every later call', async () => {
    const embedder = open({ entry: CRASHING })
    const waiting = embedder.embed(['hang'], 'document')
    const outcome = expect(waiting).rejects.toEqual(UNAVAILABLE)
    await embedder[Symbol.asyncDispose]()
    await outcome
    await expect(embedder.embed(['a'], 'document')).rejects.toEqual(UNAVAILABLE)
    await embedder[Symbol.asyncDispose]()
  })
})
