import { describe, expect, test } from 'vitest'
import {
  codeOf,
  commandOf,
  commit,
  eventOf,
  grantOf,
  nextId,
  receiptOf,
  shareStore,
} from '../../platform/store/testing.ts'
import type { CapsuleDraft } from './capsule-draft.ts'
import { NEAR_DUPLICATES_MAX } from './capsule-store.ts'
import {
  addVersion,
  create,
  createCommand,
  draftOf,
  getHead,
  idsOf,
  type OpenStore,
  setStatus,
  type Under,
  versionOf,
} from './testing.ts'
import { NEAR_DUPLICATE_SIMILARITY } from './text/minhash.ts'

/** What is the same, and what is nearly the same. */
export function describeDedupe(name: string, open: OpenStore): void {
  describe(`${name}: duplicates`, () => testDuplicates(shareStore(open)))
  describe(`${name}: near-duplicates`, () => testNearDuplicates(shareStore(open)))
}

const SCOPE = { identity: 'i', lane: 'l', fold: 'f', place: 'file::a.md' }

const tryCreate = async ({ store }: Under, fields: Partial<CapsuleDraft>) =>
  commit(store, createCommand(store, draftOf(fields), 'scope'))

function testDuplicates(under: Under): void {
  test('the same text at the same place is the same capsule, and nothing is told of it', async () => {
    const { store } = under
    const fields = { owner: nextId(), content: 'the same', ...SCOPE }
    const first = await tryCreate(under, fields)
    const head = store.head()
    const command = {
      ...createCommand(store, draftOf({ ...fields, title: 'other', tags: ['x'] }), 'scope'),
      events: [eventOf()],
    }
    const second = await commit(store, command)
    expect(second).toMatchObject({ command_id: command.id, outcome: 'existing', id: first.id, version: '1.0.0' })
    expect([second.sequence, store.head()]).toEqual([head, head])
    expect(await store.changesSince(head, 10)).toEqual([])
    expect(await commit(store, command)).toEqual(second)
    expect(await store.receipt(command.id)).toEqual(second)
    expect(await getHead(store, first.id!)).toMatchObject({ title: null, revision: 1 })
  })

  test.for<Partial<CapsuleDraft>>([
    { owner: nextId() },
    { identity: null },
    { lane: 'm' },
    { fold: '' },
    { type: 'insight' },
    { place: 'file::b.md' },
    { place: null },
    { content: 'the same, nearly' },
  ])('but not with %o', async (difference) => {
    const fields = { owner: nextId(), content: 'the same', ...SCOPE }
    const first = await tryCreate(under, fields)
    const second = await tryCreate(under, { ...fields, ...difference })
    expect([second.outcome, second.id === first.id]).toEqual(['created', false])
  })

  test('nor when it is told to be another', async () => {
    const { store } = under
    const fields = { owner: nextId(), content: 'twice' }
    await tryCreate(under, fields)
    expect((await commit(store, createCommand(store, draftOf(fields), 'none'))).outcome).toBe('created')
  })

  test('two equal creates in one batch are one capsule', async () => {
    const { store } = under
    const fields = { owner: nextId(), content: 'in one batch' }
    const head = store.head()
    const outcomes = await store.append([1, 2, 3].map(() => createCommand(store, draftOf(fields), 'scope')))
    const receipts = outcomes.map(receiptOf)
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['created', 'existing', 'existing'])
    expect(new Set(idsOf(receipts.map(({ id }) => ({ id: id! }))))).toHaveLength(1)
    expect(store.head()).toBe(head + 1)
  })

  test('many equal creates at once are one capsule', async () => {
    const fields = { owner: nextId(), content: 'all at once' }
    const receipts = await Promise.all(Array.from({ length: 25 }, () => tryCreate(under, fields)))
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(1)
    expect(receipts.filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
  })

  test('a duplicate keeps the rest of its command from happening', async () => {
    const { store } = under
    const fields = { owner: nextId(), content: 'with company' }
    await tryCreate(under, fields)
    const grant = grantOf('capsule.create')
    const changes = [
      store.capsules.create(grant, draftOf(fields), 'scope'),
      store.records.put(grant, 'people', 'company', {}),
    ]
    expect((await commit(store, commandOf(grant, changes))).outcome).toBe('existing')
    expect(await store.records.find('people', 'company')).toBeUndefined()
  })

  test('what a failed command would have created is no duplicate of anything', async () => {
    const { store } = under
    const fields = { owner: nextId(), content: 'never was' }
    const grant = grantOf('capsule.create')
    const changes = [
      store.capsules.create(grant, draftOf(fields), 'scope'),
      store.records.put(grant, 'people', 'nobody', {}, { expectedRevision: 7 }),
    ]
    const outcomes = await store.append([commandOf(grant, changes), createCommand(store, draftOf(fields), 'scope')])
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true])
    expect(receiptOf(outcomes[1]).outcome).toBe('created')
  })

  test('heads count, not what they said before', async () => {
    const { store } = under
    const fields = { owner: nextId(), content: 'said before' }
    const draft = await create(store, fields)
    await addVersion(store, versionOf(draft, '1.1.0', { content: 'says now' }))
    const again = await tryCreate(under, { ...fields, content: 'says now' })
    expect(again).toMatchObject({ outcome: 'existing', id: draft.id, version: '1.1.0' })
    expect((await tryCreate(under, fields)).outcome).toBe('created')
  })

  test.for(['ARCHIVED', 'QUARANTINED'] as const)(
    '%s capsules are nobody’s duplicate until they return',
    async (status) => {
      const { store } = under
      const fields = { owner: nextId(), content: `away ${status}` }
      const draft = await create(store, fields)
      await setStatus(store, draft.id, status)
      const second = await tryCreate(under, fields)
      expect(second.outcome).toBe('created')
      await setStatus(store, second.id!, 'ARCHIVED')
      await setStatus(store, draft.id, 'ACTIVE')
      expect(await tryCreate(under, fields)).toMatchObject({ outcome: 'existing', id: draft.id })
    },
  )
}

/** Positions of a signature. */
const POSITIONS = 40

/** A made-up signature, `differing` of whose 40 positions are other than in the one with the same seed. */
const signature = (seed: number, differing = 0): Uint16Array =>
  Uint16Array.from({ length: POSITIONS }, (_, index) =>
    index < differing ? seed * 100 + index + 30_000 : seed * 100 + index,
  )

/** Drafts that share a band, and so are looked at by the store. */
let seeds = 1
const nextSeed = () => ++seeds

const similar = (owner: string, seed: number, differing = 0): Partial<CapsuleDraft> => ({
  owner,
  minhash: signature(seed, differing),
  bands: [seed, 1_000_000 + seed * 50 + differing],
})

function testNearDuplicates(under: Under): void {
  test('are named with their similarity, best first, and linked', async () => {
    const { store } = under
    const [owner, seed] = [nextId(), nextSeed()]
    const [far, near] = [await create(store, similar(owner, seed, 8)), await create(store, similar(owner, seed, 2))]
    const draft = draftOf(similar(owner, seed))
    const receipt = await commit(store, createCommand(store, draft))
    expect(receipt.outcome).toBe('created')
    expect(receipt.near_duplicates).toEqual([
      { id: near.id, similarity: 38 / 40 },
      { id: far.id, similarity: 32 / 40 },
    ])
    const links = await store.capsules.links(draft.id, ['SIMILAR_TO'])
    expect(new Map(links.map(({ to, weight }) => [to, weight]))).toEqual(
      new Map([
        [near.id, 38 / 40],
        [far.id, 32 / 40],
      ]),
    )
    expect(links.every(({ from }) => from === draft.id)).toBe(true)
  })

  test('are similar enough from the threshold on', async () => {
    const { store } = under
    const owner = nextId()
    const most = Math.floor(POSITIONS * (1 - NEAR_DUPLICATE_SIMILARITY))
    for (const { differing, named } of [
      { differing: most, named: 1 },
      { differing: most + 1, named: 0 },
    ]) {
      const seed = nextSeed()
      await create(store, similar(owner, seed, differing))
      const receipt = await commit(store, createCommand(store, draftOf(similar(owner, seed))))
      expect(receipt.near_duplicates).toHaveLength(named)
    }
  })

  test('are at most so many, the best of them', async () => {
    const { store } = under
    const [owner, seed] = [nextId(), nextSeed()]
    for (let differing = 8; differing > 0; differing--) await create(store, similar(owner, seed, differing))
    const { near_duplicates } = await commit(store, createCommand(store, draftOf(similar(owner, seed))))
    expect(near_duplicates.map(({ similarity }) => Math.round((1 - similarity) * POSITIONS))).toEqual(
      Array.from({ length: NEAR_DUPLICATES_MAX }, (_, index) => index + 1),
    )
  })

  test('are ACTIVE heads of the same owner', async () => {
    const { store } = under
    const [owner, seed] = [nextId(), nextSeed()]
    await create(store, similar(nextId(), seed))
    const archived = await create(store, similar(owner, seed))
    await setStatus(store, archived.id, 'ARCHIVED')
    const rewritten = await create(store, similar(owner, seed))
    await addVersion(store, versionOf(rewritten, '1.1.0', similar(owner, nextSeed())))
    const { near_duplicates } = await commit(store, createCommand(store, draftOf(similar(owner, seed))))
    expect(near_duplicates).toEqual([])
  })

  test('are found within one batch, and not where a command failed', async () => {
    const { store } = under
    const [owner, seed] = [nextId(), nextSeed()]
    const lost = createCommand(
      store,
      draftOf({ ...similar(owner, seed), parents: [{ id: nextId(), version: '1.0.0', reason: 'r', at: 1 }] }),
    )
    const kept = draftOf(similar(owner, seed, 1))
    const last = createCommand(store, draftOf(similar(owner, seed)))
    const outcomes = await store.append([lost, createCommand(store, kept), last])
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true, true])
    expect(idsOf(receiptOf(outcomes[2]).near_duplicates)).toEqual([kept.id])
  })

  test('a new version names those it now resembles, and never itself', async () => {
    const { store } = under
    const [owner, seed] = [nextId(), nextSeed()]
    const other = await create(store, similar(owner, seed))
    const draft = await create(store, { owner })
    const receipt = await addVersion(store, versionOf(draft, '1.1.0', similar(owner, seed, 1)))
    expect(idsOf(receipt.near_duplicates)).toEqual([other.id])
    const next = await addVersion(store, versionOf(draft, '1.2.0', similar(owner, seed, 2)))
    expect(idsOf(next.near_duplicates)).toEqual([other.id])
  })

  test('real texts that differ in a word are near-duplicates, others are not', async () => {
    const { store } = under
    const owner = nextId()
    const words = Array.from({ length: 120 }, (_, index) => `word${index * 7919}`)
    const original = await create(store, { owner, content: words.join(' ') })
    await create(store, { owner, content: words.toReversed().join(' ') })
    const changed = draftOf({ owner, content: words.with(60, 'another').join(' ') })
    const { near_duplicates } = await commit(store, createCommand(store, changed))
    expect(idsOf(near_duplicates)).toEqual([original.id])
  })

  test('texts too short to tell apart are nobody’s near-duplicate', async () => {
    const { store } = under
    const owner = nextId()
    await create(store, { owner, content: 'Thanks a lot!' })
    const { near_duplicates } = await commit(store, createCommand(store, draftOf({ owner, content: 'Thanks a lot!' })))
    expect(near_duplicates).toEqual([])
    expect(await codeOf(() => create(store, { owner, minhash: null, bands: [] }))).toBe('carried out')
  })
}
