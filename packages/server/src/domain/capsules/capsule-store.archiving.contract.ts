import { describe, expect, test } from 'vitest'
import { codeOf, commandOf, commit, grantOf, nextId, shareStore, TEST_SUBJECT } from '../../platform/store/testing.ts'
import { toReturned } from './archive/returned-capsule.ts'
import type { CapsuleBody } from './capsule-body.ts'
import {
  addVersion,
  create,
  getHead,
  idsOf,
  link,
  listAll,
  type OpenStore,
  parentOf,
  search,
  setStatus,
  setTrust,
  type Under,
  versionOf,
} from './testing.ts'

/** What moving into an archive takes and leaves, and what comes back. */
export function describeArchiving(name: string, open: OpenStore): void {
  describe(`${name}: archiving`, () => {
    const under = shareStore(open)
    describe('what is away', () => testAway(under))
    describe('what comes back', () => testBack(under))
    describe('age', () => testAge(under))
  })
}

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index)

/** Moves capsules away and answers what they were. */
async function offload({ store }: Under, ids: readonly string[], segment = nextId()): Promise<readonly CapsuleBody[]> {
  const bodies = await store.capsules.readBodies(ids)
  const grant = grantOf('capsule.offload')
  const capsules = ids.map((id) => ({ id, key: KEY }))
  await commit(store, commandOf(grant, [store.capsules.offload(grant, segment, capsules)]))
  return bodies
}

async function reload({ store }: Under, bodies: readonly CapsuleBody[]): Promise<void> {
  const grant = grantOf('capsule.reload')
  const returned = bodies.map((body) => toReturned(body, () => ({ embedding: null })))
  await commit(
    store,
    commandOf(
      grant,
      returned.map((capsule) => store.capsules.reload(grant, capsule)),
    ),
  )
}

const vectorOf = (...numbers: number[]) => ({ model: 'archived', vector: Float32Array.from(numbers) })

const EVERY_STATUS = ['ACTIVE', 'ARCHIVED', 'QUARANTINED', 'ERASED'] as const

/** A capsule with all that one may have. */
async function createRich({ store }: Under, word: string) {
  const draft = await create(store, {
    content: `${word} is a word that is said here first`,
    title: `A title with ${word}`,
    tags: ['a tag', `tag ${word}`],
    category: 'a category',
    licence: 'for-sale',
    licenceTerms: 'terms',
    identity: 'somebody',
    lane: `lane ${word}`,
    fold: 'a fold',
    metadata: { secret: word, deep: { list: [1, null] } },
    source: { kind: 'chat', conversation: word, session: 's', index: 3, speaker: 'Ada' },
    place: `place ${word}`,
    embedding: vectorOf(1, 0, 2),
  })
  await addVersion(store, {
    ...versionOf(draft, '1.1.0', {
      content: `${word} is a word that is said here again`,
      embedding: vectorOf(0, 1, 2),
    }),
    versionReason: 'it had to be',
  })
  await setTrust(store, draft.id, 55, 'a reason')
  return draft
}

function testAway(under: Under): void {
  test('it says nothing any more, but what it is, where it belongs, and where it lies', async () => {
    const { store } = under
    const { id } = await createRich(under, 'aardwolf')
    const before = await getHead(store, id)
    const segment = nextId()
    await offload(under, [id], segment)
    const head = await getHead(store, id)
    expect(head).toMatchObject({
      ...{ id, status: 'ARCHIVED', archivedIn: segment, revision: before.revision + 1, version: '1.1.0', ordinal: 2 },
      ...{ owner: before.owner, author: before.author, trust: 55, effectiveTrust: 55, type: before.type },
      ...{ title: before.title, tags: before.tags, identity: before.identity, lane: before.lane, fold: before.fold },
      ...{ content: '', category: null, licenceTerms: null, metadata: {}, source: null, embeddingModel: null },
      ...{ fingerprint: '0'.repeat(64), createdAt: before.createdAt, validFrom: before.validFrom },
    })
    expect(head.validTo).not.toBeNull()
    expect((await store.capsules.readVersions(id)).map(({ title, content }) => [title, content])).toEqual([
      [null, ''],
      [before.title, ''],
    ])
    expect(await store.capsules.trustHistory(id, 10)).toEqual([])
    expect(await store.capsules.findEmbedding(id, '1.1.0')).toBeUndefined()
    expect(await store.capsules.findArchived([id, nextId()])).toEqual([{ id, segment, key: KEY }])
    expect(await store.capsules.readBodies([id])).toEqual([])
  })

  test.for(['ACTIVE', 'ARCHIVED'] as const)('nothing finds it that was %s', async (status) => {
    const { store } = under
    const word = `numbat${status.toLowerCase()}`
    const { id } = await createRich(under, word)
    if (status === 'ARCHIVED') await setStatus(store, id, status)
    await offload(under, [id])
    for (const filter of [{ statuses: EVERY_STATUS }, { statuses: EVERY_STATUS, asOf: Date.now() + 1e12 }]) {
      const found = await search(store, filter, { text: word, embedding: vectorOf(0, 1, 2) })
      expect(idsOf(found)).not.toContain(id)
    }
    const scope = { owner: TEST_SUBJECT, identity: 'somebody', lane: `lane ${word}`, fold: 'a fold' }
    expect(await store.capsules.findByPlace(scope, `place ${word}`)).toBeUndefined()
    expect(idsOf((await store.capsules.list({ lane: scope.lane }, { limit: 10 })).items)).toEqual([])
    const listed = await store.capsules.list({ lane: scope.lane, statuses: ['ARCHIVED'] }, { limit: 10 })
    expect(listed.items.map(({ archivedIn }) => archivedIn)).not.toContain(null)
  })

  test('the lineage and the links of others are what they were', async () => {
    const { store } = under
    const parent = await create(store, { title: 'parent' })
    const middle = await create(store, { title: 'middle', parents: [parentOf(parent.id)] })
    const child = await create(store, { title: 'child', parents: [parentOf(middle.id)] })
    await link(store, child.id, middle.id, 'RELATED_TO')
    const asked = { direction: 'ancestors', nodesMax: 10 } as const
    const before = await store.capsules.lineage(child.id, asked)
    await offload(under, [middle.id])
    const after = await store.capsules.lineage(child.id, asked)
    expect(after?.edges).toEqual(before?.edges)
    expect(after?.nodes.map(({ id, title, status }) => [id, title, status])).toEqual([
      [parent.id, 'parent', 'ACTIVE'],
      [middle.id, 'middle', 'ARCHIVED'],
      [child.id, 'child', 'ACTIVE'],
    ])
    expect(await store.capsules.links(child.id)).toHaveLength(1)
    await addVersion(store, versionOf(child, '1.0.1', { title: 'child again' }))
    await setTrust(store, parent.id, 20, 'doubted')
    expect(await getHead(store, child.id)).toMatchObject({ effectiveTrust: 20 })
    expect(await getHead(store, middle.id)).toMatchObject({ effectiveTrust: 20 })
  })

  test('who is asked for by subject is found, also by what an old version said', async () => {
    const { store } = under
    const identity = `person ${nextId()}`
    const draft = await create(store, { identity })
    await addVersion(store, versionOf(draft, '1.0.1', { identity: null }))
    await offload(under, [draft.id])
    expect((await store.capsules.listOfSubject({ identity }, { limit: 10 })).items).toEqual([draft.id])
  })

  test('nothing but erasing changes it', async () => {
    const { store } = under
    const [draft, other] = [await create(store), await create(store)]
    await offload(under, [draft.id])
    const before = await getHead(store, draft.id)
    const attempts = [
      () => addVersion(store, versionOf(draft, '1.0.1')),
      () => setStatus(store, draft.id, 'ACTIVE'),
      () => setTrust(store, draft.id, 80, 'why'),
      () => link(store, draft.id, other.id, 'RELATED_TO'),
      () => link(store, other.id, draft.id, 'RELATED_TO'),
      () => create(store, { partOf: { id: draft.id, place: 'Intro', index: 0 } }),
      () => offload(under, [draft.id]),
    ]
    for (const attempt of attempts) expect(await codeOf(attempt)).toBe('IN_ARCHIVE')
    expect(await getHead(store, draft.id)).toEqual(before)
    const grant = grantOf('capsule.erase')
    await commit(store, commandOf(grant, [store.capsules.erase(grant, draft.id)]))
    expect(await getHead(store, draft.id)).toMatchObject({ status: 'ERASED', archivedIn: null, title: null })
    expect(await store.capsules.findArchived([draft.id])).toEqual([])
  })

  test('what is quarantined, erased or not there stays as it is, and with it all others of the segment', async () => {
    const { store } = under
    const [kept, quarantined, erased] = [await create(store), await create(store), await create(store)]
    await setStatus(store, quarantined.id, 'QUARANTINED')
    const grant = grantOf('capsule.erase')
    await commit(store, commandOf(grant, [store.capsules.erase(grant, erased.id)]))
    expect(await codeOf(() => offload(under, [kept.id, quarantined.id]))).toBe('CONFLICT')
    expect(await codeOf(() => offload(under, [kept.id, erased.id]))).toBe('ERASED')
    expect(await codeOf(() => offload(under, [kept.id, nextId()]))).toBe('NOT_FOUND')
    expect(await getHead(store, kept.id)).toMatchObject({ status: 'ACTIVE', content: kept.content, archivedIn: null })
    expect(idsOf(await search(store, {}, { text: kept.content }))).toContain(kept.id)
  })
}

function testBack(under: Under): void {
  /** All that a reader can see of a capsule; revision and time of change tell of the move. */
  async function seen(id: string, word: string) {
    const { capsules } = under.store
    const plain = <T extends object>(one: T) => ({ ...one, revision: 0, updatedAt: 0 })
    const filters = [{}, { statuses: EVERY_STATUS }, { asOf: Date.now() + 1e12 }]
    return {
      heads: (await capsules.getHeads([id])).map(plain),
      versions: (await capsules.readVersions(id)).map(plain),
      summaries: (await capsules.listVersions(id, { limit: 100 })).items.map(plain),
      vectors: await Promise.all(['1.0.0', '1.1.0'].map((version) => capsules.findEmbedding(id, version))),
      trust: await capsules.trustHistory(id, 100),
      links: await capsules.links(id),
      place: (
        await capsules.findByPlace(
          { owner: TEST_SUBJECT, identity: 'somebody', lane: `lane ${word}`, fold: 'a fold' },
          `place ${word}`,
        )
      )?.id,
      bodies: (await capsules.readBodies([id])).map(plain),
      found: await Promise.all(
        filters.map((filter) => search(under.store, filter, { text: word, embedding: vectorOf(0, 1, 2) })),
      ),
      counts: { ...(await capsules.counts()), sequence: 0 },
    }
  }

  test.for(['ACTIVE', 'ARCHIVED'] as const)('is all that it was, for every reader: %s', async (status) => {
    const word = `quoll${status.toLowerCase()}`
    const { id } = await createRich(under, word)
    const other = await create(under.store, { content: `${word} is said by another as well` })
    await link(under.store, id, other.id, 'RELATED_TO')
    if (status === 'ARCHIVED') await setStatus(under.store, id, status)
    const before = await seen(id, word)
    const bodies = await offload(under, [id])
    expect(await seen(id, word)).not.toEqual(before)
    await reload(under, bodies)
    expect(await seen(id, word)).toEqual(before)
    // What other tests erased in this store leaves the index now.
    await under.store.scrub()
    expect((await under.store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  })

  test('a document comes back with its chunks, each with the standing it had', async () => {
    const { store } = under
    const document = await create(store, { indexed: false, title: 'Document' })
    const partOf = (index: number) => ({ id: document.id, place: `Part ${index}`, index })
    const [one, two] = [await create(store, { partOf: partOf(0) }), await create(store, { partOf: partOf(1) })]
    await setStatus(store, two.id, 'ARCHIVED')
    const grant = grantOf('capsule.archive')
    await commit(
      store,
      commandOf(grant, [store.capsules.setStatus(grant, document.id, 'ARCHIVED', { withChunks: true })]),
    )
    const ids = [document.id, one.id, two.id]
    await reload(under, await offload(under, ids))
    await setStatus(store, document.id, 'ACTIVE', { withChunks: true })
    const heads = await store.capsules.getHeads(ids)
    expect(heads.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE', 'ARCHIVED'])
    expect(heads[1]?.partOf).toEqual(partOf(0))
    expect(idsOf(await search(store, {}, { text: one.content }))).toContain(one.id)
  })

  test('it goes away again, and comes back again', async () => {
    const { store } = under
    const { id } = await createRich(under, 'bilby')
    for (let round = 0; round < 3; round++) await reload(under, await offload(under, [id]))
    expect(idsOf(await search(store, {}, { text: 'bilby' }))).toEqual([id])
    expect(await getHead(store, id)).toMatchObject({ status: 'ACTIVE', validTo: null })
  })

  test('what is in the store, erased, or has other versions is left as it is', async () => {
    const { store } = under
    const draft = await create(store)
    const [body] = await store.capsules.readBodies([draft.id])
    expect(await codeOf(() => reload(under, [body!]))).toBe('CONFLICT')
    const [away] = await offload(under, [draft.id])
    const [version] = away!.versions
    const others = [[], [{ ...version!, version: '2.0.0' }], [version!, { ...version!, version: '1.0.1' }]]
    for (const versions of others)
      expect(await codeOf(() => reload(under, [{ ...away!, versions }]))).toBe('UNPROCESSABLE')
    const grant = grantOf('capsule.erase')
    await commit(store, commandOf(grant, [store.capsules.erase(grant, draft.id)]))
    expect(await codeOf(() => reload(under, [away!]))).toBe('ERASED')
    expect(await codeOf(() => reload(under, [{ ...away!, id: nextId() }]))).toBe('NOT_FOUND')
  })
}

function testAge(under: Under): void {
  const older = async (moment: number): Promise<string[]> =>
    (await listAll((cursor) => under.store.capsules.listRecordedBefore(moment, { limit: 2, ...cursor }))).map(
      ({ id }) => id,
    )

  test('what was recorded before a moment is listed in the order of creation, chunks and what is away left out', async () => {
    const { store, clock } = under
    const start = clock.clock() + 1000
    clock.advance(2000)
    const first = await create(store, { lane: 'aged', tags: ['old'] })
    const revised = await create(store)
    const archived = await create(store)
    await setStatus(store, archived.id, 'ARCHIVED')
    const away = await create(store)
    await create(store, { partOf: { id: first.id, place: 'Intro', index: 0 } })
    await offload(under, [away.id])
    const quarantined = await create(store)
    await setStatus(store, quarantined.id, 'QUARANTINED')
    const before = new Set(await older(start))
    clock.advance(2000)
    const moment = clock.clock()
    clock.advance(2000)
    await addVersion(store, versionOf(revised, '1.0.1', { title: 'new' }))
    await create(store)
    const found = (await older(moment)).filter((id) => !before.has(id))
    expect(found).toEqual([first.id, archived.id])
    const page = await store.capsules.listRecordedBefore(moment, { limit: 1000 })
    expect(page.items.find(({ id }) => id === first.id)).toMatchObject({ lane: 'aged', tags: ['old'], identity: null })
  })
}
