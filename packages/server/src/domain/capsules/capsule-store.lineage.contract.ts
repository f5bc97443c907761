import { describe, expect, test } from 'vitest'
import {
  campaign,
  codeOf,
  createSeeded,
  nextId,
  pick,
  receiptOf,
  shareStore,
  TEST_SUBJECT,
} from '../../platform/store/testing.ts'
import type { Lineage, LineageQuery } from './capsule-store.ts'
import { LineageWorld } from './testing/lineage-world.ts'
import {
  addVersion,
  create,
  createAll,
  draftOf,
  getHead,
  idsOf,
  type OpenStore,
  parentOf,
  setTrust,
  settleAll,
  type Under,
  versionCommand,
  versionOf,
} from './testing.ts'

/** Where capsules come from and what came of them. */
export function describeLineage(name: string, open: OpenStore): void {
  describe(`${name}: lineage`, () => {
    const under = shareStore(open)
    describe('answers', () => testAnswers(under))
    describe('cycles', () => testCycles(under))
    describe('size', () => testSize(under))
  })
  describe(`${name}: lineage and trust against a brute-force model`, () => testWorlds(shareStore(open)))
}

const walk = async ({ store }: Under, id: string, query: Partial<LineageQuery> = {}): Promise<Lineage> =>
  (await store.capsules.lineage(id, { direction: 'ancestors', nodesMax: 20_000, ...query }))!

function testAnswers(under: Under): void {
  test('names the start, its ancestors oldest first with their depth, and the edges between them', async () => {
    const { store, clock } = under
    const root = await create(store, { title: 'root', trust: 50 })
    clock.advance(1)
    const left = await create(store, { parents: [parentOf(root.id)] })
    const edge = { id: left.id, version: '1.0.0', reason: 'merged', at: 777 }
    const child = await create(store, { parents: [edge, parentOf(root.id)] })
    const { nodes, edges, truncated } = await walk(under, child.id)
    expect(idsOf(nodes)).toEqual(idsOf([root, left, child]))
    expect(nodes.map(({ depth }) => depth)).toEqual([1, 1, 0])
    expect(nodes[0]).toEqual({
      id: root.id,
      version: '1.0.0',
      title: 'root',
      status: 'ACTIVE',
      trust: 50,
      effectiveTrust: 50,
      createdAt: clock.clock() - 1,
      depth: 1,
    })
    const plain = { childVersion: '1.0.0', parentVersion: '1.0.0', reason: 'derived', at: 1000, current: true }
    expect(new Set(edges)).toEqual(
      new Set([
        { child: left.id, parent: root.id, ...plain },
        { child: child.id, parent: root.id, ...plain },
        { child: child.id, parent: left.id, ...plain, reason: 'merged', at: 777 },
      ]),
    )
    expect(truncated).toBe(false)
  })

  test('a capsule without relations is its own lineage, in both directions', async () => {
    const { id } = await create(under.store)
    for (const direction of ['ancestors', 'descendants'] as const) {
      expect(await walk(under, id, { direction })).toMatchObject({
        nodes: [{ id, depth: 0 }],
        edges: [],
        truncated: false,
      })
    }
  })

  test('what an older version came from stays, marked as no longer current', async () => {
    const { store } = under
    const [old, now] = [await create(store), await create(store)]
    const child = await create(store, { parents: [parentOf(old.id)] })
    await addVersion(store, versionOf(child, '1.1.0', { parents: [parentOf(now.id)] }))
    const { edges } = await walk(under, child.id)
    expect(new Map(edges.map(({ parent, current }) => [parent, current]))).toEqual(
      new Map([
        [old.id, false],
        [now.id, true],
      ]),
    )
    expect(edges.find(({ parent }) => parent === old.id)?.childVersion).toBe('1.0.0')
    expect((await getHead(store, child.id)).parents.map(({ id }) => id)).toEqual([now.id])
    const back = await walk(under, old.id, { direction: 'descendants' })
    expect(idsOf(back.nodes)).toEqual(idsOf([old, child]))
  })

  test('is pinned to the version it was taken from', async () => {
    const { store } = under
    const parent = await create(store)
    await addVersion(store, versionOf(parent, '2.0.0'))
    const child = await create(store, { parents: [parentOf(parent.id, '1.0.0')] })
    expect((await walk(under, child.id)).edges[0]).toMatchObject({ parent: parent.id, parentVersion: '1.0.0' })
    const parents = [parentOf(parent.id, '3.0.0')]
    expect(await codeOf(() => create(store, { parents }))).toBe('NOT_FOUND')
    expect(await codeOf(() => create(store, { parents: [parentOf(nextId())] }))).toBe('NOT_FOUND')
  })
}

function testCycles(under: Under): void {
  test('a capsule is never its own parent', async () => {
    const { store } = under
    const a = await create(store)
    expect(await codeOf(() => addVersion(store, versionOf(a, '1.1.0', { parents: [parentOf(a.id)] })))).toBe(
      'LINEAGE_CYCLE',
    )
  })

  test('nor the child of a descendant, however far, or of a former one', async () => {
    const { store } = under
    const chain = await createChain(under, 50)
    const [first, last] = [chain[0]!, chain.at(-1)!]
    const close = () => addVersion(store, versionOf(first, '1.1.0', { parents: [parentOf(last.id)] }))
    expect(await codeOf(close)).toBe('LINEAGE_CYCLE')
    await addVersion(store, versionOf(chain[25]!, '1.1.0', { parents: [] }))
    expect(await codeOf(close)).toBe('LINEAGE_CYCLE')
    expect((await getHead(store, first.id)).ordinal).toBe(1)
  })

  test('of two that would become each other’s parent, one does', async () => {
    const { store } = under
    for (const together of [true, false]) {
      const [a, b] = [await create(store), await create(store)]
      const commands = [
        versionCommand(store, versionOf(a, '1.1.0', { parents: [parentOf(b.id)] })),
        versionCommand(store, versionOf(b, '1.1.0', { parents: [parentOf(a.id)] })),
      ]
      const outcomes = together
        ? await store.append(commands)
        : (await Promise.all(commands.map((command) => store.append([command])))).flat()
      expect(outcomes.map(({ ok }) => ok).toSorted()).toEqual([false, true])
      const refused = outcomes.find(({ ok }) => !ok)
      expect(await codeOf(async () => receiptOf(refused))).toBe('LINEAGE_CYCLE')
    }
  })
}

function testSize(under: Under): void {
  test('a chain of 10,000 is walked from both ends, cut where asked, and falls as a whole', async () => {
    const { store } = under
    const chain = await createChain(under, 10_000)
    const [first, last] = [chain[0]!, chain.at(-1)!]
    const up = await walk(under, last.id)
    expect([up.nodes.length, up.edges.length, up.truncated]).toEqual([10_000, 9_999, false])
    expect(up.nodes.map(({ depth }) => depth)).toEqual(chain.map((_, index) => 9_999 - index))
    expect(idsOf(up.nodes)).toEqual(idsOf(chain))
    const down = await walk(under, first.id, { direction: 'descendants', depthMax: 100 })
    expect(idsOf(down.nodes)).toEqual(idsOf(chain.slice(0, 101)))
    const cut = await walk(under, last.id, { nodesMax: 50 })
    expect([cut.nodes.length, cut.truncated]).toEqual([50, true])
    await setTrust(store, first.id, 13)
    expect((await getHead(store, last.id)).effectiveTrust).toBe(13)
  })

  test('1,000 parents and 1,000 children are named in full', async () => {
    const { store } = under
    const parents = Array.from({ length: 1000 }, () => draftOf())
    await createAll(store, parents)
    const merged = await create(store, { parents: parents.map(({ id }) => parentOf(id)) })
    const children = Array.from({ length: 1000 }, () => draftOf({ parents: [parentOf(merged.id)] }))
    await createAll(store, children)
    const up = await walk(under, merged.id)
    expect([up.nodes.length, up.edges.length]).toEqual([1001, 1000])
    const down = await walk(under, merged.id, { direction: 'descendants' })
    expect(new Set(idsOf(down.nodes))).toEqual(new Set([merged.id, ...idsOf(children)]))
    expect((await getHead(store, merged.id)).parents).toHaveLength(1000)
    await setTrust(store, parents[500]!.id, 45)
    const heads = await store.capsules.getHeads(idsOf(children))
    expect(new Set(heads.map(({ effectiveTrust }) => effectiveTrust))).toEqual(new Set([45]))
  })

  test('layers that are fully connected are no explosion of paths', async () => {
    const { store } = under
    let layer = [draftOf(), draftOf(), draftOf(), draftOf()]
    const all = [...layer]
    await createAll(store, layer)
    for (let depth = 1; depth < 40; depth++) {
      const parents = layer.map(({ id }) => parentOf(id))
      layer = parents.map(() => draftOf({ parents }))
      all.push(...layer)
      await createAll(store, layer)
    }
    const { nodes, edges } = await walk(under, layer[0]!.id)
    expect([nodes.length, edges.length]).toEqual([39 * 4 + 1, 38 * 16 + 4])
    await setTrust(store, all[0]!.id, 11)
    expect((await getHead(store, layer[3]!.id)).effectiveTrust).toBe(11)
  })
}

async function createChain({ store }: Under, length: number) {
  const chain = [draftOf()]
  for (let index = 1; index < length; index++) chain.push(draftOf({ parents: [parentOf(chain[index - 1]!.id)] }))
  await createAll(store, chain)
  return chain
}

/** Where the rule is monotone: no parent can fall into quarantine from below what a quarantined one leaves (40). */
const MONOTONE_TRUST = [0, 40, 45, 60, 70, 80, 95, 100]
const ANY_TRUST = [0, 1, 20, 39, 40, 41, 60, 80, 100]

function testWorlds(under: Under): void {
  const worlds = Array.from({ length: campaign(10, 100) }, (_, seed) => ({
    seed,
    trusts: seed % 3 === 2 ? ANY_TRUST : MONOTONE_TRUST,
  }))

  // Ten worlds of 1,000 operations are the 10,000 of every test run.
  test.for(worlds)('1,000 operations, world $seed', async ({ seed, trusts }) => {
    const random = createSeeded(seed + 1)
    for (let half = 0; half < 4; half++) {
      const world = new LineageWorld(nextId(), random, trusts)
      for (let done = 0; done < 250; ) {
        done += await runBatch(under, world, Math.min(250 - done, 1 + Math.floor(random() * 25)))
        await checkLineage(under, world, random)
        if (trusts === MONOTONE_TRUST) await checkNeverAbove(under, world)
      }
      await settleAll(under.store)
      expect(await storedTrust(under, world)).toEqual(world.deserved())
    }
  })
}

async function runBatch({ store }: Under, world: LineageWorld, count: number): Promise<number> {
  const steps = Array.from({ length: count }, () => world.step(store))
  const outcomes = await store.append(steps.map(({ command }) => command))
  const codes = outcomes.map((outcome) => (outcome.ok ? 'carried out' : outcome.error.code))
  expect(codes).toEqual(steps.map(({ code }) => code))
  return count
}

async function checkLineage(under: Under, world: LineageWorld, random: () => number): Promise<void> {
  const id = pick(random, world.ids)
  for (const direction of ['ancestors', 'descendants'] as const) {
    const depthMax = random() < 0.5 ? Math.floor(random() * 5) : undefined
    const query = { direction, ...(depthMax !== undefined && { depthMax }) }
    const expected = world.reach(id, query)
    const { nodes, edges, truncated } = await walk(under, id, query)
    expect(new Map(nodes.map((node) => [node.id, node.depth]))).toEqual(expected)
    expect(truncated).toBe(false)
    expect(currents(edges)).toEqual(
      currents(world.edges().filter(({ child, parent }) => expected.has(child) && expected.has(parent))),
    )
    const nodesMax = 1 + Math.floor(random() * expected.size)
    const cut = await walk(under, id, { ...query, nodesMax })
    expect([cut.nodes.length, cut.truncated]).toEqual([nodesMax, nodesMax < expected.size])
    expect(cut.nodes.some((node) => node.id === id)).toBe(true)
    for (const node of cut.nodes) expect(node.depth).toBe(expected.get(node.id))
  }
}

/** Which parents each child has, and whether its head still names them. */
const currents = (edges: readonly { child: string; parent: string; current: boolean }[]): Map<string, boolean> =>
  new Map(edges.map(({ child, parent, current }) => [`${child} ${parent}`, current]))

/** A lowering is visible at once: whatever waits in the background may only be too low. */
async function checkNeverAbove(under: Under, world: LineageWorld): Promise<void> {
  const deserved = world.deserved()
  for (const [id, stored] of await storedTrust(under, world)) expect(stored).toBeLessThanOrEqual(deserved.get(id)!)
}

async function storedTrust({ store }: Under, world: LineageWorld): Promise<Map<string, number>> {
  const heads = await store.capsules.getHeads(world.ids)
  expect(heads.every(({ author }) => author === TEST_SUBJECT)).toBe(true)
  return new Map(heads.map(({ id, effectiveTrust }) => [id, effectiveTrust]))
}
