import { describe, expect, test } from 'vitest'
import { codeOf, commandOf, commit, grantOf, nextId, shareStore } from '../../platform/store/testing.ts'
import {
  addVersion,
  create,
  getHead,
  link,
  type OpenStore,
  parentOf,
  setStatus,
  setTrust,
  type Under,
  versionOf,
} from './testing.ts'

/** What erasing takes and what it leaves. */
export function describeErasing(name: string, open: OpenStore): void {
  describe(`${name}: erasing`, () => {
    const under = shareStore(open)
    describe('what goes', () => testGone(under))
    describe('what stays', () => testLeft(under))
    describe('subjects', () => testSubjects(under))
  })
}

async function erase({ store }: Under, id: string): Promise<void> {
  const grant = grantOf('capsule.erase')
  await commit(store, commandOf(grant, [store.capsules.erase(grant, id)]))
}

const vectorOf = (...numbers: number[]) => ({ model: 'erased', vector: Float32Array.from(numbers) })

function testGone(under: Under): void {
  test('every version is empty, whatever it said', async () => {
    const { store } = under
    const draft = await create(store, {
      content: 'the first secret',
      title: 'A title',
      tags: ['a tag'],
      category: 'a category',
      licence: 'for-sale',
      licenceTerms: 'terms',
      identity: 'somebody',
      lane: 'a lane',
      fold: 'a fold',
      metadata: { secret: true },
      source: { kind: 'person', name: 'Somebody' },
      place: 'a place',
      embedding: vectorOf(1, 0),
    })
    await addVersion(store, versionOf(draft, '1.1.0', { content: 'the second secret' }))
    await setTrust(store, draft.id, 50, 'a reason')
    await erase(under, draft.id)
    const versions = await store.capsules.readVersions(draft.id)
    expect(versions.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0'])
    for (const version of versions) {
      expect(version).toMatchObject({
        status: 'ERASED',
        content: '',
        title: null,
        tags: [],
        category: null,
        licenceTerms: null,
        identity: null,
        lane: null,
        fold: null,
        metadata: {},
        source: null,
        embeddingModel: null,
        fingerprint: '0'.repeat(64),
      })
      expect(await store.capsules.findEmbedding(draft.id, version.version)).toBeUndefined()
    }
    expect(await store.capsules.trustHistory(draft.id, 10)).toEqual([])
    const summaries = await store.capsules.listVersions(draft.id, { limit: 10 })
    expect(summaries.items.map(({ title, versionReason, source }) => [title, versionReason, source])).toEqual([
      [null, null, null],
      [null, null, null],
    ])
  })

  test.for(['ACTIVE', 'ARCHIVED', 'QUARANTINED'] as const)('nothing finds it any more that was %s', async (status) => {
    const { store } = under
    const word = `quokka${status.toLowerCase()}`
    const embedding = vectorOf(0, 1)
    const draft = await create(store, { content: `${word} and more`, embedding, place: word })
    if (status !== 'ACTIVE') await setStatus(store, draft.id, status)
    await erase(under, draft.id)
    const statuses = ['ACTIVE', 'ARCHIVED', 'QUARANTINED', 'ERASED'] as const
    for (const filter of [{ statuses }, { statuses, asOf: Date.now() + 1e12 }]) {
      const { candidates } = await store.capsules.candidates({ text: word, embedding, filter, perSignal: 100 })
      expect(candidates.map(({ id }) => id)).not.toContain(draft.id)
    }
    expect(await store.capsules.findByPlace(draft, word)).toBeUndefined()
    const { items } = await store.capsules.list({}, { limit: 100 })
    expect(items.map(({ id }) => id)).not.toContain(draft.id)
  })

  test('the same text is a new capsule afterwards, and no near-duplicate of it', async () => {
    const { store } = under
    const content = 'a long enough text that says the same words twice so that its bands are found by the second one '
    const draft = await create(store, { content: content.repeat(3), place: null })
    await erase(under, draft.id)
    const grant = grantOf('capsule.create')
    const again = { ...draft, id: nextId() }
    const receipt = await commit(store, commandOf(grant, [store.capsules.create(grant, again, 'scope')]))
    expect(receipt).toMatchObject({ outcome: 'created', id: again.id, near_duplicates: [] })
  })

  test('its links go, those to it as well', async () => {
    const { store } = under
    const [erased, one, other] = [await create(store), await create(store), await create(store)]
    await link(store, erased.id, one.id, 'RELATED_TO')
    await link(store, other.id, erased.id, 'RELATED_TO')
    await erase(under, erased.id)
    for (const { id } of [erased, one, other]) expect(await store.capsules.links(id)).toEqual([])
  })
}

function testLeft(under: Under): void {
  test('its place in the lineage stays, without what the edges quote', async () => {
    const { store } = under
    const parent = await create(store, { title: 'parent' })
    const quoting = { reason: 'quotes', changes: { removed: 'a secret' } }
    const erased = await create(store, { title: 'erased', parents: [{ ...parentOf(parent.id), ...quoting }] })
    const child = await create(store, { title: 'child', parents: [{ ...parentOf(erased.id), ...quoting }] })
    await erase(under, erased.id)
    const lineage = await store.capsules.lineage(child.id, { direction: 'ancestors', nodesMax: 10 })
    expect(lineage?.nodes.map(({ id, title, status }) => [id, title, status])).toEqual([
      [parent.id, 'parent', 'ACTIVE'],
      [erased.id, null, 'ERASED'],
      [child.id, 'child', 'ACTIVE'],
    ])
    expect(lineage?.edges.map((edge) => [edge.child, edge.parent, edge.reason])).toEqual(
      expect.arrayContaining([
        [child.id, erased.id, 'quotes'],
        [erased.id, parent.id, ''],
      ]),
    )
    for (const id of [erased.id, child.id]) {
      const [edge] = (await getHead(store, id)).parents
      expect(edge?.changes).toBeUndefined()
    }
    expect(await getHead(store, child.id)).toMatchObject({ content: child.content, effectiveTrust: 60 })
  })

  test('a child of it gets its next version, parents and all', async () => {
    const { store } = under
    const erased = await create(store)
    const child = await create(store, { parents: [parentOf(erased.id)] })
    await erase(under, erased.id)
    await addVersion(store, versionOf(child, '1.0.1', { title: 'next' }))
    expect((await getHead(store, child.id)).parents).toMatchObject([{ id: erased.id, version: '1.0.0' }])
  })

  test('erasing it again changes nothing', async () => {
    const { store } = under
    const draft = await create(store)
    await erase(under, draft.id)
    const before = await getHead(store, draft.id)
    await erase(under, draft.id)
    expect(await getHead(store, draft.id)).toEqual(before)
  })

  test('nothing changes it any more', async () => {
    const { store } = under
    const [draft, other] = [await create(store), await create(store)]
    await erase(under, draft.id)
    const before = await getHead(store, draft.id)
    const attempts = [
      () => addVersion(store, versionOf(draft, '1.0.1')),
      () => setStatus(store, draft.id, 'ACTIVE'),
      () => setTrust(store, draft.id, 80, 'why'),
      () => link(store, draft.id, other.id, 'RELATED_TO'),
      () => link(store, other.id, draft.id, 'RELATED_TO'),
      () => create(store, { partOf: { id: draft.id, place: 'Intro', index: 0 } }),
    ]
    for (const attempt of attempts) expect(await codeOf(attempt)).toBe('ERASED')
    expect(await getHead(store, draft.id)).toEqual(before)
  })

  test('an unknown one is not found', async () => {
    expect(await codeOf(() => erase(under, nextId()))).toBe('NOT_FOUND')
  })

  test('a document that was erased leaves its chunks to be erased one by one', async () => {
    const { store } = under
    const document = await create(store, { indexed: false })
    const chunk = await create(store, { partOf: { id: document.id, place: 'Intro', index: 0 } })
    await erase(under, document.id)
    expect(await getHead(store, chunk.id)).toMatchObject({ status: 'ACTIVE', content: chunk.content })
    await erase(under, chunk.id)
    expect((await getHead(store, chunk.id)).partOf).toEqual({ id: document.id, place: '', index: 0 })
  })

  test('scrubbing names the places it looked at, any number of times', async () => {
    const { store } = under
    const kept = await create(store, { content: 'kept among the erased', tags: ['kept'] })
    await erase(under, (await create(store, { tags: ['kept', 'gone'] })).id)
    for (let round = 0; round < 2; round++) {
      const scrubbed = await store.scrub()
      expect(scrubbed.length).toBeGreaterThan(0)
      for (const { place, detail } of scrubbed) expect([place, detail]).not.toContain('')
    }
    expect(await getHead(store, kept.id)).toMatchObject({ tags: ['kept'], content: kept.content })
    const { items } = await store.capsules.list({ tags: ['kept'] }, { limit: 10 })
    expect(items.map(({ id }) => id)).toEqual([kept.id])
    const again = await create(store, { tags: ['gone'] })
    const found = await store.capsules.list({ tags: ['gone'] }, { limit: 10 })
    expect(found.items.map(({ id }) => id)).toEqual([again.id])
    expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  })
}

function testSubjects(under: Under): void {
  const listAll = async (subject: { readonly owner?: string; readonly identity?: string }): Promise<string[]> => {
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const page = await under.store.capsules.listOfSubject(subject, {
        limit: 2,
        ...(cursor !== undefined && { cursor }),
      })
      expect(page.items.length).toBeLessThanOrEqual(2)
      ids.push(...page.items)
      cursor = page.next
    } while (cursor !== undefined)
    return ids
  }

  test('lists what belongs to an owner or speaks of an identity, in whatever version and state', async () => {
    const { store } = under
    const [owner, identity] = [nextId(), `person ${nextId()}`]
    const owned = await create(store, { owner })
    const archived = await create(store, { owner })
    await setStatus(store, archived.id, 'ARCHIVED')
    const once = await create(store, { identity })
    await addVersion(store, versionOf(once, '1.0.1', { identity: null }))
    const erased = await create(store, { owner, identity })
    await erase(under, erased.id)
    expect(await listAll({ owner })).toEqual([archived.id, owned.id])
    expect(await listAll({ identity })).toEqual([once.id])
    expect(await listAll({ owner, identity })).toEqual([once.id, archived.id, owned.id])
    expect(await listAll({})).toEqual([])
    expect(await listAll({ owner: nextId(), identity: 'nobody at all' })).toEqual([])
  })
}
