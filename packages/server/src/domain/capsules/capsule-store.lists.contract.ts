import { describe, expect, test } from 'vitest'
import { campaign, codeOf, createSeeded, nextId, shareStore } from '../../platform/store/testing.ts'
import {
  addVersion,
  create,
  createAll,
  draftOf,
  idsOf,
  listAll,
  type OpenStore,
  setStatus,
  type Under,
  versionOf,
} from './testing.ts'

/** Lists page by page, and counts. */
export function describeLists(name: string, open: OpenStore): void {
  describe(`${name}: lists`, () => testLists(shareStore(open)))
  describe(`${name}: counts`, () => testCounts(shareStore(open)))
}

function testLists(under: Under): void {
  test('newest capsule first, in pages of any size, each once', async () => {
    const { store, clock } = under
    const owner = nextId()
    const drafts = Array.from({ length: 23 }, () => draftOf({ owner }))
    for (const draft of drafts) {
      await createAll(store, [draft])
      clock.advance(1)
    }
    // A new version does not make a capsule newer.
    await addVersion(store, versionOf(drafts[3]!, '1.1.0'))
    for (const limit of [1, 7, 22, 23, 24, 100]) {
      const listed = await listAll((cursor) => store.capsules.list({ owner }, { limit, ...cursor }))
      expect(idsOf(listed)).toEqual(idsOf(drafts).reverse())
    }
    expect((await store.capsules.list({ owner }, { limit: 23 })).next).toBeUndefined()
  })

  test('an owner of nothing has an empty list', async () => {
    expect(await under.store.capsules.list({ owner: nextId() }, { limit: 10 })).toEqual({ items: [], next: undefined })
  })

  test('capsules of one batch, which share a time, are listed each once', async () => {
    const { store } = under
    const owner = nextId()
    const drafts = Array.from({ length: 60 }, () => draftOf({ owner }))
    await createAll(store, drafts)
    const listed = await listAll((cursor) => store.capsules.list({ owner }, { limit: 7, ...cursor }))
    expect(idsOf(listed)).toEqual(idsOf(drafts).reverse())
  })

  test('pages stay in place while capsules come and go', async () => {
    const { store, clock } = under
    const random = createSeeded(5)
    const owner = nextId()
    const drafts = Array.from({ length: campaign(80, 800) }, () => draftOf({ owner }))
    await createAll(store, drafts)
    const gone = new Set<string>()
    const change = async () => {
      clock.advance(1)
      await create(store, { owner })
      const { id } = drafts[Math.floor(random() * drafts.length)]!
      gone.add(id)
      await setStatus(store, id, 'ARCHIVED')
    }
    const listed = idsOf(await listAll((cursor) => store.capsules.list({ owner }, { limit: 5, ...cursor }), change))
    expect(new Set(listed).size).toBe(listed.length)
    expect(listed).toEqual(listed.toSorted().reverse())
    const kept = new Set(idsOf(drafts)).difference(gone)
    expect(kept.difference(new Set(listed))).toEqual(new Set())
  })

  test('goes on behind a capsule that left the list', async () => {
    const { store } = under
    const owner = nextId()
    const drafts = [await create(store, { owner }), await create(store, { owner }), await create(store, { owner })]
    const { next } = await store.capsules.list({ owner }, { limit: 2 })
    await setStatus(store, drafts[1]!.id, 'ARCHIVED')
    const rest = await store.capsules.list({ owner }, { limit: 2, cursor: next! })
    expect(idsOf(rest.items)).toEqual([drafts[0]!.id])
  })

  test('chunks of a document, and lists with and without chunks', async () => {
    const { store } = under
    const owner = nextId()
    const document = await create(store, { owner })
    const other = await create(store, { owner })
    const chunks = [2, 1, 0].map((index) => draftOf({ owner, partOf: { id: document.id, place: `p${index}`, index } }))
    await createAll(store, chunks)
    const list = async (filter: object) =>
      new Set(idsOf((await store.capsules.list({ owner, ...filter }, { limit: 99 })).items))
    expect(await list({ partOf: document.id })).toEqual(new Set(idsOf(chunks)))
    expect(await list({ partOf: other.id })).toEqual(new Set())
    expect(await list({ chunks: false })).toEqual(new Set(idsOf([document, other])))
    expect(await list({ chunks: true })).toEqual(new Set(idsOf(chunks)))
  })

  test('revisions are listed as capsules are, page by page', async () => {
    const { store } = under
    const owner = nextId()
    const drafts = [
      await create(store, { owner }),
      await create(store, { owner }),
      await create(store, { owner, tags: ['t'] }),
    ]
    await setStatus(store, drafts[0]!.id, 'ARCHIVED')
    const statuses = ['ACTIVE', 'ARCHIVED'] as const
    const listed = await listAll((page) => store.capsules.listRevisions({ owner, statuses }, { limit: 2, ...page }))
    expect(listed).toEqual(drafts.toReversed().map(({ id }, index) => ({ id, revision: index === 2 ? 2 : 1 })))
    const tagged = await store.capsules.listRevisions({ owner, tags: ['t'] }, { limit: 5 })
    expect(tagged).toEqual({ items: [{ id: drafts[2]!.id, revision: 1 }], next: undefined })
    expect(await codeOf(() => store.capsules.listRevisions({}, { limit: 5, cursor: 'garbage' }))).toBe('CURSOR_INVALID')
  })

  test.for(['garbage', '', '\u0000', 'eyJ9', '-1', "' OR 1=1"])('%j is no cursor of ours', async (cursor) => {
    expect(await codeOf(() => under.store.capsules.list({}, { limit: 5, cursor }))).toBe('CURSOR_INVALID')
  })
}

function testCounts(under: Under): void {
  test('counts what there is', async () => {
    const { store } = under
    const document = await create(store, { content: 'äöü', type: 'config' })
    const embedding = { model: '__proto__', vector: Float32Array.of(1, 2) }
    const partOf = { id: document.id, place: 'p', index: 0 }
    const chunk = await create(store, { content: 'abc', type: 'code', embedding, partOf })
    await create(store, { content: 'x', type: 'code' })
    await setStatus(store, chunk.id, 'ARCHIVED')
    const before = await store.capsules.counts()
    expect(before).toMatchObject({ chunks: 1, versions: 3, contentBytes: 10 })
    expect(before.byStatus).toMatchObject({ ACTIVE: { capsules: 2, bytes: 7 }, ARCHIVED: { capsules: 1, bytes: 3 } })
    expect(before.byType).toMatchObject({ config: { capsules: 1, bytes: 6 }, code: { capsules: 2, bytes: 4 } })
    expect(Object.entries(before.byEmbeddingModel)).toEqual([['__proto__', { capsules: 1, bytes: 3 }]])
    await addVersion(store, versionOf(document, '1.1.0', { content: 'abcd' }))
    const after = await store.capsules.counts()
    expect(after.versions).toBe(4)
    expect([after.capsules, await store.capsules.count()]).toEqual([before.capsules, before.capsules])
  })
}
