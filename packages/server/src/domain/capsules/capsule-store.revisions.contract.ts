import { describe, expect, test } from 'vitest'
import { codeOf, commandOf, commit, grantOf, nextId, shareStore } from '../../platform/store/testing.ts'
import { addVersion, create, getHead, type OpenStore, setStatus, setTrust, type Under, versionOf } from './testing.ts'

/** Revisions that guard against lost updates, and places that find a capsule again. */
export function describeRevisions(name: string, open: OpenStore): void {
  describe(`${name}: revisions and places`, () => {
    const under = shareStore(open)
    describe('revisions', () => testRevisions(under))
    describe('places', () => testPlaces(under))
  })
}

function testRevisions(under: Under): void {
  test('every change of a capsule raises its revision; trust and status make no version', async () => {
    const { store } = under
    const draft = await create(store)
    const revisions = [1]
    const look = async () => revisions.push((await getHead(store, draft.id)).revision)
    await setTrust(store, draft.id, 50).then(look)
    await setStatus(store, draft.id, 'ARCHIVED').then(look)
    await setStatus(store, draft.id, 'ACTIVE').then(look)
    expect((await getHead(store, draft.id)).version).toBe('1.0.0')
    await addVersion(store, versionOf(draft, '1.0.1')).then(look)
    for (const [index, revision] of revisions.slice(1).entries()) expect(revision).toBeGreaterThan(revisions[index]!)
  })

  test('a command that expects another revision changes nothing', async () => {
    const { store } = under
    const [draft, other] = [await create(store), await create(store)]
    const grant = grantOf('capsule.trust')
    const change = store.capsules.setTrust(grant, draft.id, 10, 'why')
    const command = commandOf(grant, [change], { expected: { [draft.id]: 1, [other.id]: 2 } })
    expect(await codeOf(() => commit(store, command))).toBe('REVISION_MISMATCH')
    expect(await getHead(store, draft.id)).toMatchObject({ trust: 60, revision: 1 })
    expect(await codeOf(() => commit(store, { ...command, expected: { [draft.id]: 1 } }))).toBe('carried out')
  })

  test('of many that expect the same revision, one is carried out', async () => {
    const { store } = under
    const draft = await create(store)
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const grant = grantOf('capsule.trust')
        const change = store.capsules.setTrust(grant, draft.id, index, 'race')
        return codeOf(() => commit(store, commandOf(grant, [change], { expected: { [draft.id]: 1 } })))
      }),
    )
    expect(codes.filter((code) => code === 'carried out')).toHaveLength(1)
    expect(codes.filter((code) => code === 'REVISION_MISMATCH')).toHaveLength(19)
    expect(await store.capsules.trustHistory(draft.id, 100)).toHaveLength(1)
  })

  test('archiving a document with its chunks takes those along, and only those', async () => {
    const { store } = under
    const document = await create(store, { indexed: false })
    const chunk = await create(store, { partOf: { id: document.id, place: 'Intro', index: 0 } })
    const other = await create(store)
    expect((await getHead(store, chunk.id)).partOf).toEqual({ id: document.id, place: 'Intro', index: 0 })
    const statuses = async () =>
      (await store.capsules.getHeads([document.id, chunk.id, other.id])).map(({ status }) => status)
    await setStatus(store, document.id, 'ARCHIVED', { withChunks: true })
    expect(await statuses()).toEqual(['ARCHIVED', 'ARCHIVED', 'ACTIVE'])
    await setStatus(store, document.id, 'ACTIVE')
    expect(await statuses()).toEqual(['ACTIVE', 'ARCHIVED', 'ACTIVE'])
  })

  const chunksOf = async (under: Under, statuses: readonly ('ACTIVE' | 'ARCHIVED' | 'QUARANTINED')[]) => {
    const document = await create(under.store, { indexed: false })
    const chunks: string[] = []
    for (const [index, status] of statuses.entries()) {
      const { id } = await create(under.store, { partOf: { id: document.id, place: `# ${index}`, index } })
      if (status !== 'ACTIVE') await setStatus(under.store, id, status)
      chunks.push(id)
    }
    const look = async () => (await under.store.capsules.getHeads(chunks)).map(({ status }) => status)
    const set = async (status: 'ACTIVE' | 'ARCHIVED' | 'QUARANTINED', at?: number) => {
      await setStatus(under.store, document.id, status, { withChunks: true, ...(at === undefined ? {} : { at }) })
      return look()
    }
    return { chunks, set }
  }

  test('a document that comes back brings the chunks that went with it, and no others', async () => {
    const before = ['ACTIVE', 'ARCHIVED', 'QUARANTINED'] as const
    const { chunks, set } = await chunksOf(under, before)
    const ends = async () => (await under.store.capsules.getHeads(chunks)).map(({ validTo }) => validTo)
    const [, removedAt] = await ends()
    expect(await set('ARCHIVED')).toEqual(['ARCHIVED', 'ARCHIVED', 'QUARANTINED'])
    expect(await set('ACTIVE')).toEqual(before)
    expect(await set('QUARANTINED')).toEqual(['QUARANTINED', 'QUARANTINED', 'QUARANTINED'])
    expect(await set('ACTIVE')).toEqual(before)
    expect(await set('ARCHIVED')).toEqual(['ARCHIVED', 'ARCHIVED', 'QUARANTINED'])
    expect(await set('QUARANTINED')).toEqual(['QUARANTINED', 'QUARANTINED', 'QUARANTINED'])
    expect(await set('ACTIVE')).toEqual(before)
    expect(await ends()).toEqual([null, removedAt, null])
  })

  test('a chunk whose own status was set since goes its own way', async () => {
    const { chunks, set } = await chunksOf(under, ['ACTIVE', 'ACTIVE', 'ACTIVE'])
    await set('ARCHIVED')
    await setStatus(under.store, chunks[0]!, 'ARCHIVED')
    await setStatus(under.store, chunks[1]!, 'ACTIVE')
    expect(await set('ACTIVE')).toEqual(['ARCHIVED', 'ACTIVE', 'ACTIVE'])
  })

  test('chunks end when their document does', async () => {
    const { chunks, set } = await chunksOf(under, ['ACTIVE'])
    const [chunk] = await under.store.capsules.getHeads(chunks)
    const at = (chunk?.validFrom ?? 0) - 1
    await set('ARCHIVED', at)
    expect((await under.store.capsules.getHeads(chunks))[0]).toMatchObject({ validTo: chunk?.validFrom })
  })
}

function testPlaces(under: Under): void {
  const nowhere = { identity: null, lane: null, fold: null }

  test('a place finds the capsule of its owner and scope, archived or not', async () => {
    const { store } = under
    const owner = nextId()
    const place = "file:notes:it's/ä.md"
    const plain = await create(store, { owner, place })
    const scoped = await create(store, { owner, place, lane: 'l' })
    const find = async (scope: { readonly lane?: string }, whose = owner) =>
      (await store.capsules.findByPlace({ owner: whose, ...nowhere, ...scope }, place))?.id
    expect([await find({}), await find({ lane: 'l' }), await find({ lane: 'x' })]).toEqual([
      plain.id,
      scoped.id,
      undefined,
    ])
    expect(await find({}, nextId())).toBeUndefined()
    await setStatus(store, plain.id, 'ARCHIVED')
    expect(await find({})).toBe(plain.id)
    await setStatus(store, plain.id, 'QUARANTINED')
    expect(await find({})).toBeUndefined()
  })

  test('a place moves with the head', async () => {
    const { store } = under
    const owner = nextId()
    const draft = await create(store, { owner, place: 'file::old.md' })
    await addVersion(store, versionOf(draft, '1.0.1', { place: 'file::new.md' }))
    const find = async (place: string) => (await store.capsules.findByPlace({ owner, ...nowhere }, place))?.version
    expect([await find('file::old.md'), await find('file::new.md')]).toEqual([undefined, '1.0.1'])
  })
}
