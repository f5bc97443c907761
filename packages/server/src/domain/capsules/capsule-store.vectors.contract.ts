import { describe, expect, test } from 'vitest'
import { codeOf, nextId, shareStore } from '../../platform/store/testing.ts'
import { addVersion, create, createAll, draftOf, getHead, idsOf, type OpenStore, search, versionOf } from './testing.ts'

/** What a question by meaning brings up, and which vectors are none. */
export function describeVectors(name: string, open: OpenStore): void {
  describe(`${name}: vectors`, () => {
    const under = shareStore(open)
    test.for([
      { name: 'another number of dimensions', vector: [1, 2] },
      { name: 'only zeros', vector: [0, 0, 0] },
      { name: 'not a number', vector: [1, Number.NaN, 1] },
      { name: 'infinity', vector: [1, Number.POSITIVE_INFINITY, 1] },
      { name: 'a number beyond float32', vector: [1e39, 1, 1] },
      { name: 'nothing at all', vector: [] },
    ])('a vector with $name is refused wherever it comes from', async ({ vector }) => {
      const { store } = under
      const owner = nextId()
      const draft = await create(store, { owner, embedding: space('three', 1, 2, 3) })
      const head = store.head()
      const embedding = space('three', ...vector)
      expect(await codeOf(() => create(store, { owner, embedding }))).toBe('EMBEDDING_MISMATCH')
      expect(await codeOf(() => addVersion(store, versionOf(draft, '1.1.0', { embedding })))).toBe('EMBEDDING_MISMATCH')
      expect(await codeOf(() => search(store, { owner }, { embedding }))).toBe('EMBEDDING_MISMATCH')
      expect([store.head(), (await getHead(store, draft.id)).ordinal]).toEqual([head, 1])
    })

    test('a refused vector leaves no trace of its model', async () => {
      const { store } = under
      const model = nextId()
      const parents = [{ id: nextId(), version: '1.0.0', reason: 'r', at: 1 }]
      expect(await codeOf(() => create(store, { parents, embedding: space(model, 1, 2) }))).toBe('NOT_FOUND')
      expect(await codeOf(() => create(store, { embedding: space(model, 1, 2, 3, 4) }))).toBe('carried out')
    })

    test('vectors with more dimensions than the store can hold are refused', async () => {
      const { store } = under
      const { dimensionsMax } = store.capabilities()
      expect(dimensionsMax).toBeGreaterThanOrEqual(1536)
      const wide = { model: nextId(), vector: new Float32Array(dimensionsMax + 1).fill(1) }
      expect(await codeOf(() => create(store, { embedding: wide }))).toBe('EMBEDDING_MISMATCH')
    })

    test.for([384, 1536])('%i dimensions come back bit by bit and are found', async (dimensions) => {
      const { store } = under
      const model = `wide-${dimensions}`
      const vector = Float32Array.from({ length: dimensions }, (_, index) => Math.sin(index) / 3)
      const draft = await create(store, { owner: nextId(), embedding: { model, vector } })
      expect(await store.capsules.findEmbedding(draft.id, '1.0.0')).toEqual({ model, vector })
      const named = ['9.0.0', '1.0.0'].map((version) => ({ id: draft.id, version }))
      expect(await store.capsules.findEmbeddings(named)).toEqual([undefined, { model, vector }])
      expect((await getHead(store, draft.id)).embeddingModel).toBe(model)
      const [candidate] = await search(store, { owner: draft.owner }, { embedding: { model, vector } })
      expect(candidate!.id).toBe(draft.id)
      expect(candidate!.signals.vector).toBeCloseTo(1, 5)
    })

    test('the signal is the cosine, whatever the lengths', async () => {
      const { store } = under
      const owner = nextId()
      const vectors = [
        [1000, 0],
        [1e-3, 1e-3],
        [0, 5],
        [-2, 0],
      ]
      const drafts = vectors.map((numbers) => draftOf({ owner, embedding: space('cosine', ...numbers) }))
      await createAll(store, drafts)
      const found = await search(store, { owner }, { embedding: space('cosine', 3, 0) })
      const signals = new Map(found.map(({ id, signals }) => [id, signals.vector!]))
      for (const [index, expected] of [1, Math.SQRT1_2, 0, -1].entries()) {
        expect(signals.get(drafts[index]!.id)).toBeCloseTo(expected, 4)
      }
    })

    test('vectors of different models never meet', async () => {
      const { store } = under
      const owner = nextId()
      await create(store, { owner, embedding: space('left', 1, 0) })
      const right = await create(store, { owner, embedding: space('right', 1, 0) })
      expect(idsOf(await search(store, { owner }, { embedding: space('right', 1, 0) }))).toEqual([right.id])
      expect(await search(store, { owner }, { embedding: space(nextId(), 1, 0) })).toEqual([])
    })

    test('the head’s vector counts, and none when it has none', async () => {
      const { store } = under
      const owner = nextId()
      const draft = await create(store, { owner, embedding: space('heads', 1, 0) })
      const question = { embedding: space('heads', 1, 0) }
      await addVersion(store, versionOf(draft, '1.1.0', { embedding: space('heads', 0, 1) }))
      const [moved] = await search(store, { owner }, question)
      expect([moved!.version, moved!.signals.vector]).toEqual(['1.1.0', expect.closeTo(0, 5)])
      await addVersion(store, versionOf(draft, '1.2.0', { embedding: null }))
      expect(await search(store, { owner }, question)).toEqual([])
      expect(await store.capsules.findEmbedding(draft.id, '1.0.0')).toEqual(space('heads', 1, 0))
      expect(await store.capsules.findEmbedding(draft.id, '1.2.0')).toBeUndefined()
    })

    test('a candidate that words brought up carries its vector signal too', async () => {
      const { store } = under
      const owner = nextId()
      const near = draftOf({ owner, embedding: space('union', 1, 0) })
      const worded = draftOf({ owner, content: 'the potoroo', embedding: space('union', 0, 1) })
      await createAll(store, [near, worded])
      const question = { text: 'potoroo', embedding: space('union', 1, 0), perSignal: 1 }
      const found = new Map((await search(store, { owner }, question)).map(({ id, signals }) => [id, signals]))
      expect(found.get(near.id)).toEqual({ vector: expect.closeTo(1, 5) })
      expect(found.get(worded.id)).toEqual({ lexical: expect.any(Number), vector: expect.closeTo(0, 5) })
    })
  })
}

const space = (model: string, ...numbers: number[]) => ({ model, vector: Float32Array.from(numbers) })
