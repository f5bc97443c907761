import { describe, expect, test } from 'vitest'
import { codeOf, createSeeded, nextId, pick, shareStore } from '../../platform/store/testing.ts'
import {
  addVersion,
  create,
  createAll,
  draftOf,
  getHead,
  idsOf,
  type OpenStore,
  parentOf,
  RANKING,
  search,
  setStatus,
  setTrust,
  settleAll,
  type Under,
  versionOf,
} from './testing.ts'

/** Trust, its history, and what descends from it. The random worlds are in the suite of lineage. */
export function describeTrust(name: string, open: OpenStore): void {
  describe(`${name}: trust`, () => {
    const under = shareStore(open)
    describe('history', () => testHistory(under))
    describe('effective trust', () => testEffective(under))
    describe('leaks', () => testLeaks(under))
  })
}

const effective = async ({ store }: Under, id: string) => (await getHead(store, id)).effectiveTrust

function testHistory(under: Under): void {
  test('has every change, newest first, at most so many', async () => {
    const { store, clock } = under
    const { id } = await create(store)
    for (const trust of [70, 70, 20]) {
      clock.advance(5)
      await setTrust(store, id, trust, `to ${trust}`)
    }
    const history = await store.capsules.trustHistory(id, 10)
    expect(history.map((entry) => [entry.old, entry.new, entry.reason])).toEqual([
      [70, 20, 'to 20'],
      [70, 70, 'to 70'],
      [60, 70, 'to 70'],
    ])
    expect(history.map(({ at }) => at)).toEqual([clock.clock(), clock.clock() - 5, clock.clock() - 10])
    expect(await store.capsules.trustHistory(id, 2)).toEqual(history.slice(0, 2))
  })

  test.for([-1, 101, 50.5, Number.NaN])('trust is an integer from 0 to 100, not %d', async (trust) => {
    const { store } = under
    const { id } = await create(store)
    expect(await codeOf(() => setTrust(store, id, trust))).toBe('UNPROCESSABLE')
    expect((await getHead(store, id)).trust).toBe(60)
  })
}

function testEffective(under: Under): void {
  test('a chunk is never trusted above its document, whatever lowers the document', async () => {
    const { store } = under
    const [document, source] = [await create(store), await create(store)]
    const partOf = { id: document.id, place: '# A', index: 0 }
    const chunk = await create(store, { partOf, content: 'a part' })
    expect(await effective(under, chunk.id)).toBe(60)
    await setTrust(store, document.id, 10)
    expect(await effective(under, chunk.id)).toBe(10)
    const late = await create(store, { partOf: { ...partOf, place: '# B', index: 1 }, content: 'another part' })
    expect(await effective(under, late.id)).toBe(10)
    await setTrust(store, document.id, 60)
    await settleAll(store)
    expect(await effective(under, chunk.id)).toBe(60)
    await setStatus(store, source.id, 'QUARANTINED')
    await addVersion(store, versionOf(document, '1.1.0', { parents: [parentOf(source.id)] }))
    expect([await effective(under, chunk.id), await effective(under, late.id)]).toEqual([0, 0])
  })

  test('a child is trusted no more than the least of its parents, from its creation on', async () => {
    const { store } = under
    const [a, b] = [await create(store, { trust: 80 }), await create(store, { trust: 45 })]
    const child = await create(store, { trust: 100, parents: [parentOf(a.id), parentOf(b.id)] })
    expect(await getHead(store, child.id)).toMatchObject({ trust: 100, effectiveTrust: 45 })
    const parents = await store.capsules.parentTrust(child.id)
    expect(new Map(parents.map(({ id, effectiveTrust }) => [id, effectiveTrust]))).toEqual(
      new Map([
        [a.id, 80],
        [b.id, 45],
      ]),
    )
  })

  test('one quarantined parent of two leaves 40, both leave nothing, and lifting restores', async () => {
    const { store } = under
    const [a, b] = [await create(store, { trust: 80 }), await create(store, { trust: 70 })]
    const child = await create(store, { parents: [parentOf(a.id), parentOf(b.id)] })
    const grandchild = await create(store, { parents: [parentOf(child.id)] })
    const both = async () => [await effective(under, child.id), await effective(under, grandchild.id)]
    expect(await both()).toEqual([60, 60])
    await setStatus(store, a.id, 'QUARANTINED')
    expect(await both()).toEqual([40, 40])
    await setStatus(store, b.id, 'QUARANTINED')
    expect(await both()).toEqual([0, 0])
    await setStatus(store, a.id, 'ACTIVE')
    await settleAll(store)
    expect(await both()).toEqual([40, 40])
    await setStatus(store, b.id, 'ACTIVE')
    await settleAll(store)
    expect(await both()).toEqual([60, 60])
    expect((await getHead(store, child.id)).revision).toBe(1)
  })

  test('a quarantined capsule is worth nothing and leaves its own trust as it was', async () => {
    const { store } = under
    const { id } = await create(store, { trust: 90 })
    await setStatus(store, id, 'QUARANTINED')
    expect(await getHead(store, id)).toMatchObject({ trust: 90, effectiveTrust: 0, status: 'QUARANTINED' })
    await setStatus(store, id, 'ACTIVE')
    await settleAll(store)
    expect(await effective(under, id)).toBe(90)
  })

  test('archived parents count as they are', async () => {
    const { store } = under
    const parent = await create(store, { trust: 50 })
    const child = await create(store, { parents: [parentOf(parent.id)] })
    await setStatus(store, parent.id, 'ARCHIVED')
    expect(await effective(under, child.id)).toBe(50)
    await setTrust(store, parent.id, 30)
    expect(await effective(under, child.id)).toBe(30)
  })

  test('a version with other parents is worth what those are worth, and so are its descendants', async () => {
    const { store } = under
    const [good, bad] = [await create(store, { trust: 60 }), await create(store, { trust: 20 })]
    const child = await create(store, { parents: [parentOf(good.id)] })
    const grandchild = await create(store, { parents: [parentOf(child.id)] })
    await addVersion(store, versionOf(child, '1.0.1', { parents: [parentOf(bad.id)] }))
    expect([await effective(under, child.id), await effective(under, grandchild.id)]).toEqual([20, 20])
    await addVersion(store, versionOf(child, '1.0.2', { parents: [parentOf(good.id)] }))
    await settleAll(store)
    expect([await effective(under, child.id), await effective(under, grandchild.id)]).toEqual([60, 60])
    // Only the head's parents count.
    await setTrust(store, bad.id, 0)
    expect(await effective(under, child.id)).toBe(60)
  })

  test('what rises is named as unsettled until it is settled', async () => {
    const { store } = under
    const parent = await create(store, { trust: 20 })
    const child = await create(store, { parents: [parentOf(parent.id)] })
    await settleAll(store)
    await setTrust(store, parent.id, 50)
    expect(await effective(under, child.id)).toBeLessThanOrEqual(50)
    await settleAll(store)
    expect([await effective(under, parent.id), await effective(under, child.id)]).toEqual([50, 50])
    expect(await store.capsules.listUnsettled(10)).toEqual([])
  })

  test('a parent that comes out of quarantine with less than 40 lowers its child when it is settled', async () => {
    const { store } = under
    const [low, sound] = [await create(store, { trust: 10 }), await create(store)]
    const child = await create(store, { parents: [parentOf(low.id), parentOf(sound.id)] })
    const grandchild = await create(store, { parents: [parentOf(child.id)] })
    await setStatus(store, low.id, 'QUARANTINED')
    await settleAll(store)
    expect(await effective(under, grandchild.id)).toBe(40)
    await setStatus(store, low.id, 'ACTIVE')
    await settleAll(store)
    expect([await effective(under, child.id), await effective(under, grandchild.id)]).toEqual([10, 10])
  })
}

const LEAK_TRIES = 300
const MODEL = 'leaks'
const vector = Float32Array.of(1, 2, 3)

function testLeaks(under: Under): void {
  test('after the receipt of a lowering no search returns it or what descends from it', async () => {
    const { store } = under
    const random = createSeeded(99)
    const owner = nextId()
    const filter = { owner, minTrust: 40 }
    const question = { text: 'leaky', embedding: { model: MODEL, vector }, perSignal: 1000 }
    const fallen = new Set<string>()
    const leaks: string[] = []
    let isOver = false

    /** Ids that had fallen before the look began, and are seen all the same. */
    async function look(): Promise<void> {
      const before = new Set(fallen)
      const found = await search(store, filter, question)
      const { hits } = await store.capsules.search({ filter, ...question }, RANKING)
      const seen = [...found, ...hits.map(({ capsule }) => capsule)]
      leaks.push(...idsOf(seen).filter((id) => before.has(id)))
    }
    const watch = async (): Promise<void> => {
      while (!isOver) await look()
    }
    const attack = async (): Promise<void> => {
      for (let attempt = 0; attempt < LEAK_TRIES / 3; attempt++) await lower()
    }
    async function lower(): Promise<void> {
      const family = await createFamily(under, owner)
      const found = await search(store, filter, question)
      const visible = new Set(idsOf(found))
      expect(family.every((id) => visible.has(id))).toBe(true)
      if (random() < 0.5) await setTrust(store, family[0]!, pick(random, [0, 20, 39]))
      else await setStatus(store, family[0]!, 'QUARANTINED')
      for (const id of family) fallen.add(id)
      const before = new Set(fallen)
      const { items } = await store.capsules.list(filter, { limit: 100 })
      leaks.push(...idsOf(items).filter((id) => before.has(id)))
      await look()
    }

    const watchers = Promise.all([watch(), watch()])
    await Promise.all([attack(), attack(), attack()]).finally(() => {
      isOver = true
    })
    await watchers
    expect(leaks).toEqual([])
    expect(fallen.size).toBe(LEAK_TRIES * 3)
  })
}

/** A capsule, its child and its grandchild. */
async function createFamily({ store }: Under, owner: string): Promise<string[]> {
  const fields = { owner, content: 'leaky', embedding: { model: MODEL, vector } }
  const parent = draftOf(fields)
  const child = draftOf({ ...fields, parents: [parentOf(parent.id)] })
  const family = [parent, child, draftOf({ ...fields, parents: [parentOf(child.id)] })]
  await createAll(store, family)
  return idsOf(family)
}
