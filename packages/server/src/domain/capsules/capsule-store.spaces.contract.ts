import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { campaign, codeOf, commandOf, commit, grantOf, nextId } from '../../platform/store/testing.ts'
import type { Embedding } from './capsule.ts'
import type { CapsuleDraft } from './capsule-draft.ts'
import { DROPPED_VERSIONS_MAX, UNEMBEDDED_CHARACTERS_MAX } from './embedding-spaces.ts'
import {
  addVersion,
  create,
  createAll,
  draftOf,
  getHead,
  idsOf,
  maintain,
  type OpenStore,
  RANKING,
  search,
  setStatus,
  setTrust,
  type Under,
  versionOf,
} from './testing.ts'

const OLD = { model: 'old@1', dimensions: 2 }
const NEW = { model: 'new@1', dimensions: 3 }

/** How the store's own vectors move from one model's space into another's. */
export function describeSpaces(name: string, open: OpenStore): void {
  describe(`${name}: spaces`, () => {
    let under: Under
    // The store's model is one for the whole store, so each test has a store of its own.
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.store[Symbol.asyncDispose]())

    const { openSpace, switchSpace, retireSpace, fill, drop, spaces, unembedded } = verbsOf(() => under)

    test('a store without a model of its own has vectors that callers gave, and nothing to fill', async () => {
      await create(under.store, { embedding: at(OLD, 1, 0) })
      await create(under.store, { indexed: false })
      expect(await spaces()).toEqual({ active: null, shadow: null, retired: [], versions: 0 })
      expect(await unembedded(OLD.model)).toEqual([])
      expect(await codeOf(() => fill(OLD.model, []))).toBe('CONFLICT')
    })

    test('what is written under the name of the active space is the store’s own', async () => {
      await openSpace('active', OLD)
      const own = await create(under.store, { embedding: at(OLD, 1, 0) })
      const given = await create(under.store, { embedding: at({ model: 'theirs' }, 1, 0, 0) })
      await create(under.store, { indexed: false })
      expect(await spaces()).toEqual({ active: { ...OLD, filled: 1 }, shadow: null, retired: [], versions: 1 })
      expect((await getHead(under.store, own.id)).embeddingModel).toBe(OLD.model)
      expect((await getHead(under.store, given.id)).embeddingModel).toBe('theirs')
    })

    test.for([
      { name: 'a second active space', of: 'active', space: NEW, code: 'CONFLICT' },
      { name: 'the active space as its own shadow', of: 'shadow', space: OLD, code: 'CONFLICT' },
      {
        name: 'a model whose given vectors are of another length',
        of: 'shadow',
        space: { model: 'theirs', dimensions: 2 },
        code: 'EMBEDDING_MISMATCH',
      },
      { name: 'no dimensions', of: 'shadow', space: { model: 'none', dimensions: 0 }, code: 'EMBEDDING_MISMATCH' },
      {
        name: 'too many dimensions',
        of: 'shadow',
        space: { model: 'wide', dimensions: 100_000 },
        code: 'EMBEDDING_MISMATCH',
      },
    ] as const)('$name is not opened', async ({ of, space, code }) => {
      await openSpace('active', OLD)
      await create(under.store, { embedding: at({ model: 'theirs' }, 1, 0, 0) })
      const before = await spaces()
      expect(await codeOf(() => openSpace(of, space))).toBe(code)
      expect(await spaces()).toEqual(before)
    })

    test('a second shadow is not opened, and only a shadow is switched to or given up', async () => {
      await openSpace('active', OLD)
      expect(await codeOf(() => switchSpace(OLD.model))).toBe('CONFLICT')
      expect(await codeOf(() => retireSpace(OLD.model))).toBe('CONFLICT')
      expect(await codeOf(() => drop(OLD.model))).toBe('CONFLICT')
      await openSpace('shadow', NEW)
      expect(await codeOf(() => openSpace('shadow', { model: 'third', dimensions: 4 }))).toBe('CONFLICT')
      expect(await codeOf(() => drop(NEW.model))).toBe('CONFLICT')
    })

    test('heads are listed before older versions, each newest first; what needs no vector is not listed', async () => {
      const { store } = under
      await openSpace('active', OLD)
      const first = await create(store, { embedding: at(OLD, 1, 0), content: 'first' })
      await create(store, { embedding: at({ model: 'theirs' }, 1) })
      await create(store, { indexed: false })
      const second = await create(store, { embedding: at(OLD, 0, 1), title: 'second' })
      await addVersion(store, versionOf(first, '1.1.0', { embedding: at(OLD, 1, 1), content: 'first again' }))
      await openSpace('shadow', NEW)
      await create(store, { embedding: at(OLD, 1, 1), shadow: at(NEW, 1, 1, 1) })
      const listed = await unembedded(NEW.model, 1)
      expect(listed.map(({ id, version, title, content }) => ({ id, version, title, content }))).toEqual([
        { id: second.id, version: '1.0.0', title: 'second', content: second.content },
        { id: first.id, version: '1.1.0', title: null, content: 'first again' },
        { id: first.id, version: '1.0.0', title: null, content: 'first' },
      ])
      expect(await unembedded(OLD.model)).toEqual([])
    })

    test('a page holds a bounded amount of text, and one version at least', async () => {
      const { store } = under
      await openSpace('active', OLD)
      const content = 'x'.repeat(Math.floor(UNEMBEDDED_CHARACTERS_MAX * 0.6))
      await createAll(
        store,
        [1, 2, 3].map((n) => draftOf({ content: `${content}${n}` })),
      )
      const page = await store.capsules.listUnembedded(OLD.model, { limit: 10 })
      expect(page.items).toHaveLength(1)
      expect(await unembedded(OLD.model, 10)).toHaveLength(3)
    })

    test('while a shadow is filled, everything answers as before; the switch changes what the store’s own vectors are', async () => {
      const { store } = under
      await openSpace('active', OLD)
      const [east, north] = [
        await create(store, { embedding: at(OLD, 1, 0) }),
        await create(store, { embedding: at(OLD, 0, 1) }),
      ]
      const before = await search(store, {}, { embedding: at(OLD, 1, 0.1) })
      await openSpace('shadow', NEW)
      await fill(NEW.model, [
        { id: east.id, version: '1.0.0', vector: Float32Array.of(0, 0, 1) },
        { id: north.id, version: '1.0.0', vector: Float32Array.of(1, 0, 0) },
      ])
      expect(await search(store, {}, { embedding: at(OLD, 1, 0.1) })).toEqual(before)
      expect((await getHead(store, east.id)).embeddingModel).toBe(OLD.model)
      expect(await store.capsules.findEmbedding(east.id, '1.0.0')).toEqual(at(OLD, 1, 0))
      await switchSpace(NEW.model)
      expect(await spaces()).toEqual({ active: { ...NEW, filled: 2 }, shadow: null, retired: [OLD.model], versions: 2 })
      expect((await getHead(store, east.id)).embeddingModel).toBe(NEW.model)
      expect(await store.capsules.findEmbedding(east.id, '1.0.0')).toEqual(at(NEW, 0, 0, 1))
      expect(idsOf(await search(store, {}, { embedding: at(NEW, 1, 0, 0.1) }))).toEqual([north.id, east.id])
    })

    test('the switch is refused while one version lacks its vector, old versions included', async () => {
      const { store } = under
      await openSpace('active', OLD)
      const draft = await create(store, { embedding: at(OLD, 1, 0) })
      await addVersion(store, versionOf(draft, '1.1.0', { embedding: at(OLD, 0, 1) }))
      await openSpace('shadow', NEW)
      await fill(NEW.model, [{ id: draft.id, version: '1.1.0', vector: Float32Array.of(1, 0, 0) }])
      expect(await codeOf(() => switchSpace(NEW.model))).toBe('CONFLICT')
      await fill(NEW.model, [{ id: draft.id, version: '1.0.0', vector: null }])
      const late = await create(store, { embedding: at(OLD, 1, 1) })
      expect(await codeOf(() => switchSpace(NEW.model))).toBe('CONFLICT')
      await fill(NEW.model, [{ id: late.id, version: '1.0.0', vector: Float32Array.of(0, 1, 0) }])
      expect(await codeOf(() => switchSpace(NEW.model))).toBe('carried out')
      expect(await store.capsules.findEmbedding(draft.id, '1.0.0')).toBeUndefined()
    })

    test('what is erased is not counted as filled', async () => {
      const { store } = under
      await openSpace('active', OLD)
      const { id } = await create(store, { embedding: at(OLD, 1, 0) })
      await openSpace('shadow', NEW)
      await fill(NEW.model, [{ id, version: '1.0.0', vector: null }])
      const grant = grantOf('capsule.erase')
      await commit(store, commandOf(grant, [store.capsules.erase(grant, id)]))
      expect(await spaces()).toMatchObject({ shadow: { filled: 0 }, versions: 0 })
      expect(await codeOf(() => switchSpace(NEW.model))).toBe('carried out')
    })

    test('of what was retired nothing is found, until all of it is gone', async () => {
      const { store } = under
      await openSpace('active', OLD)
      const drafts = Array.from({ length: 5 }, () => draftOf({ embedding: at(OLD, 1, 0), shadow: at(NEW, 1, 0, 0) }))
      await openSpace('shadow', NEW)
      await createAll(store, drafts)
      await switchSpace(NEW.model)
      const asked = { embedding: at(OLD, 1, 0), filter: {}, perSignal: 10 }
      const { hits, isModelKnown } = await store.capsules.search(asked, { ...RANKING, limit: 10 })
      expect([hits, isModelKnown]).toEqual([[], false])
      expect(await codeOf(() => openSpace('shadow', OLD))).toBe('CONFLICT')
      await dropAll()
      expect(await spaces()).toMatchObject({ retired: [], active: { model: NEW.model, filled: 5 } })
      expect(await codeOf(() => openSpace('shadow', OLD))).toBe('carried out')
      expect(await search(store, {}, { embedding: at(OLD, 1, 0) })).toEqual([])
    })

    test('more than one step removes cleanly, and leaves vectors that callers gave under the same name', async () => {
      const { store } = under
      const given = await create(store, { embedding: at(OLD, 0, 1) })
      await openSpace('active', OLD)
      const many = Array.from({ length: DROPPED_VERSIONS_MAX + 10 }, () => draftOf({ embedding: at(OLD, 1, 0) }))
      await createAll(store, many)
      await openSpace('shadow', NEW)
      for (let from = 0; from < many.length; from += 1000) {
        const part = many.slice(from, from + 1000)
        await fill(
          NEW.model,
          part.map(({ id }) => ({ id, version: '1.0.0', vector: Float32Array.of(1, 0, 0) })),
        )
      }
      await switchSpace(NEW.model)
      await dropAll()
      expect(await spaces()).toMatchObject({ retired: [], active: { filled: many.length }, versions: many.length })
      expect(idsOf(await search(store, {}, { embedding: at(OLD, 0, 1) }))).toEqual([given.id])
      expect((await getHead(store, given.id)).embeddingModel).toBe(OLD.model)
      await setStatus(store, given.id, 'ARCHIVED')
      expect(await search(store, {}, { embedding: at(OLD, 0, 1) })).toEqual([])
    })

    test('a draft whose vector was made before the switch comes after it: it waits for its vector and is no stranger', async () => {
      const { store } = under
      await openSpace('active', OLD)
      await openSpace('shadow', NEW)
      await switchSpace(NEW.model)
      const late = await create(store, { embedding: at(OLD, 1, 0), content: 'a late numbat' })
      const both = await create(store, { embedding: at(OLD, 1, 0), shadow: at(NEW, 0, 1, 0) })
      expect((await getHead(store, late.id)).embeddingModel).toBeNull()
      expect((await getHead(store, both.id)).embeddingModel).toBe(NEW.model)
      expect(idsOf(await search(store, {}, { text: 'numbat' }))).toEqual([late.id])
      expect((await unembedded(NEW.model)).map(({ id }) => id)).toEqual([late.id])
    })

    test('a shadow vector for a space that was given up is left out', async () => {
      const { store } = under
      await openSpace('active', OLD)
      await openSpace('shadow', NEW)
      await retireSpace(NEW.model)
      const draft = await create(store, { embedding: at(OLD, 1, 0), shadow: at(NEW, 1, 0, 0) })
      expect((await getHead(store, draft.id)).embeddingModel).toBe(OLD.model)
      await dropAll()
      expect(await spaces()).toMatchObject({ active: { model: OLD.model, filled: 1 }, shadow: null, retired: [] })
    })

    test.for([
      { name: 'another length', vector: [1, 2] },
      { name: 'only zeros', vector: [0, 0, 0] },
      { name: 'what is no number', vector: [1, Number.NaN, 1] },
    ])('one vector of $name refuses the whole filling', async ({ vector }) => {
      const { store } = under
      await openSpace('active', OLD)
      const drafts = [
        await create(store, { embedding: at(OLD, 1, 0) }),
        await create(store, { embedding: at(OLD, 1, 0) }),
      ]
      await openSpace('shadow', NEW)
      const [good, bad] = drafts.map(({ id }) => ({ id, version: '1.0.0' }))
      const vectors = [
        { ...good!, vector: Float32Array.of(1, 1, 1) },
        { ...bad!, vector: Float32Array.from(vector) },
      ]
      expect(await codeOf(() => fill(NEW.model, vectors))).toBe('EMBEDDING_MISMATCH')
      expect(await spaces()).toMatchObject({ shadow: { filled: 0 } })
    })

    test('what is gone, was given or is there already is passed over', async () => {
      const { store } = under
      await openSpace('active', OLD)
      await openSpace('shadow', NEW)
      const given = await create(store, { embedding: at({ model: 'theirs' }, 1) })
      const own = await create(store, { embedding: at(OLD, 1, 0), shadow: at(NEW, 0, 0, 1) })
      const document = await create(store, { indexed: false })
      const vector = Float32Array.of(1, 0, 0)
      const ids = [nextId(), 'no id', given.id, own.id, document.id]
      await fill(NEW.model, [
        ...ids.map((id) => ({ id, version: '1.0.0', vector })),
        { id: own.id, version: '9.9.9', vector },
      ])
      expect(await spaces()).toMatchObject({ shadow: { filled: 1 }, versions: 1 })
      const [candidate] = await search(store, {}, { embedding: at(NEW, 0, 0, 1) })
      expect(candidate).toMatchObject({ id: own.id, signals: { vector: expect.closeTo(1, 5) } })
    })

    test('filters hold in the shadow as in the active space, whatever changes while it is filled', async () => {
      const { store } = under
      await openSpace('active', OLD)
      const [kept, archived, doubted] = [
        await create(store, { embedding: at(OLD, 1, 0) }),
        await create(store, { embedding: at(OLD, 1, 0) }),
        await create(store, { embedding: at(OLD, 1, 0) }),
      ]
      await openSpace('shadow', NEW)
      const vector = Float32Array.of(1, 0, 0)
      await fill(
        NEW.model,
        [kept, archived, doubted].map(({ id }) => ({ id, version: '1.0.0', vector })),
      )
      await setStatus(store, archived.id, 'ARCHIVED')
      await setTrust(store, doubted.id, 10)
      for (const embedding of [at(OLD, 1, 0), at(NEW, 1, 0, 0)]) {
        expect(idsOf(await search(store, { minTrust: 40 }, { embedding }))).toEqual([kept.id])
      }
      await addVersion(store, versionOf(kept, '1.1.0', { embedding: at(OLD, 0, 1) }))
      expect(await search(store, { minTrust: 40 }, { embedding: at(NEW, 1, 0, 0) })).toEqual([])
    })

    test('whatever happens while a shadow is filled, afterwards every head is found by its newest vector', async () => {
      const { store } = under
      await openSpace('active', OLD)
      await openSpace('shadow', NEW)
      const drafts = new Map<string, CapsuleDraft>()
      const known: CapsuleDraft[] = []
      const step = fc.record({
        what: fc.constantFrom('create', 'both', 'version', 'fill', 'archive'),
        at: fc.nat(1000),
      })
      const law = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        for (const { what, at: index } of steps) {
          const one = known[index % Math.max(1, known.length)]
          if (what === 'create' || what === 'both' || !one) {
            const content = `text ${known.length} of ${index}`
            const shadow = what === 'both' ? { shadow: at(NEW, ...numbersOf(keyOf(content))) } : {}
            const own = { content, embedding: at(OLD, 1, index), place: String(index) }
            const draft = await create(store, { ...own, ...shadow })
            known.push(draft)
            drafts.set(draft.id, draft)
          } else if (what === 'version') {
            const head = await getHead(store, one.id)
            if (head.status !== 'ACTIVE') continue
            const version = `1.${head.ordinal}.0`
            await addVersion(store, versionOf(one, version, { embedding: at(OLD, 2, index) }))
          } else if (what === 'archive') await setStatus(store, one.id, 'ARCHIVED')
          else await fillSome(store, 3)
        }
        while (await fillSome(store, 50));
        const { shadow, versions } = await spaces()
        expect(shadow?.filled).toBe(versions)
        for (const { id } of known) {
          const head = await getHead(store, id)
          const found = await search(
            store,
            { statuses: ['ACTIVE', 'ARCHIVED'] },
            { embedding: at(NEW, ...numbersOf(keyOf(head.content))) },
          )
          expect(idsOf(found)).toContain(id)
        }
      })
      await fc.assert(law, { numRuns: campaign(3, 30) })
    })

    const fillSome = async (store: Under['store'], limit: number): Promise<boolean> => {
      const { items } = await store.capsules.listUnembedded(NEW.model, { limit })
      const vectors = items.map(({ id, version, content }) => ({
        id,
        version,
        vector: Float32Array.from(numbersOf(keyOf(content))),
      }))
      if (vectors.length > 0) await fill(NEW.model, vectors)
      return vectors.length > 0
    }

    const dropAll = async (): Promise<void> => {
      for (let round = 0; round < 20; round++) {
        const { retired } = await spaces()
        if (retired.length === 0) return
        await drop(retired[0]!)
      }
      throw new Error('the vectors are not removed')
    }
  })
}

const at = ({ model }: { readonly model: string }, ...numbers: number[]): Embedding => ({
  model,
  vector: Float32Array.from(numbers),
})

const keyOf = (text: string): number => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 1)
const numbersOf = (key: number): number[] => [Math.sin(key), Math.cos(key), Math.sin(key * 7)]

type Capsules = Under['store']['capsules']

/** The changes of spaces as one calls them, on the store that is open. */
function verbsOf(under: () => Under) {
  const capsules = (): Capsules => under().store.capsules
  return {
    openSpace: (role: 'active' | 'shadow', space: Parameters<Capsules['openSpace']>[2]) =>
      maintain(under().store, (grant) => capsules().openSpace(grant, role, space)),
    switchSpace: (model: string) => maintain(under().store, (grant) => capsules().switchSpace(grant, model)),
    retireSpace: (model: string) => maintain(under().store, (grant) => capsules().retireSpace(grant, model)),
    fill: (model: string, vectors: Parameters<Capsules['fillSpace']>[2]) =>
      maintain(under().store, (grant) => capsules().fillSpace(grant, model, vectors)),
    drop: (model: string) => maintain(under().store, (grant) => capsules().dropVectors(grant, model)),
    spaces: () => capsules().embeddingSpaces(),
    /** Every page of what lacks a vector. */
    unembedded: async (model: string, limit = 100) => {
      const all = []
      let cursor: string | undefined
      do {
        const page = await capsules().listUnembedded(model, { limit, cursor })
        all.push(...page.items)
        cursor = page.next
      } while (cursor !== undefined)
      return all
    },
  }
}
