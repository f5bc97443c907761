import { CAPSULE_TYPES } from '@forge-cascade/contract'
import { beforeAll, describe, expect, test } from 'vitest'
import { campaign, createSeeded, nextId, pick, shareStore } from '../../platform/store/testing.ts'
import { type CapsuleReach, isWithin, type Namespace } from './access/capsule-reach.ts'
import type { CapsuleDraft } from './capsule-draft.ts'
import type { CapsuleFilter } from './capsule-store.ts'
import {
  commitAll,
  createAll,
  draftOf,
  idsOf,
  listAll,
  type OpenStore,
  randomVector,
  search,
  statusCommand,
  trustCommand,
  type Under,
} from './testing.ts'

/** Every filter, alone and together with each way to search, against a look at every capsule. */
export function describeFilters(name: string, open: OpenStore): void {
  describe(`${name}: filters`, () => {
    const under = shareStore(open)
    const random = createSeeded(4711)
    const model: Known[] = []
    beforeAll(async () => {
      model.push(...(await fill(under, random, campaign(400, 3000))))
      filters = Array.from({ length: campaign(120, 1000) }, () => randomFilter(random, idsOf(model)))
    })
    let filters: readonly CapsuleFilter[] = []

    test('the sample has filters that admit nothing, few and many', () => {
      const sizes = filters.map((filter) => model.filter((known) => admits(filter, known)).length)
      for (const [least, most] of [
        [0, 0],
        [1, 30],
        [31, model.length],
      ] as const) {
        const hits = sizes.filter((size) => size >= least && size <= most)
        expect(hits.length, `${least} to ${most}`).toBeGreaterThan(filters.length / 40)
      }
    })

    test('lists hold exactly what the filter admits, newest first', async () => {
      for (const filter of filters) {
        const expected = model.filter((known) => admits(filter, known))
        const listed = await listAll((cursor) => under.store.capsules.list(filter, { limit: 100, ...cursor }))
        expect(idsOf(listed), label(filter)).toEqual(idsOf(expected).reverse())
      }
    })

    test('words bring up k whenever k match, and nothing from outside', async () => {
      for (const filter of filters) {
        const words = [pick(random, WORDS), pick(random, WORDS)]
        const perSignal = pick(random, [1, 10, 1000])
        const admitted = new Map(model.filter((known) => admits(filter, known)).map((known) => [known.id, known]))
        const matching = admitted
          .values()
          .filter((known) => words.some((word) => known.words.has(word)))
          .toArray()
        const found = await search(under.store, filter, { text: words.join(' '), perSignal })
        for (const { id } of found) expect(admitted.has(id), label(filter)).toBe(true)
        const byWords = found.filter(({ signals }) => signals.lexical !== undefined)
        expect(byWords.length, label(filter)).toBe(Math.min(perSignal, matching.length))
        for (const { id } of byWords) expect(words.some((word) => admitted.get(id)!.words.has(word))).toBe(true)
      }
    })

    test('vectors bring up the k nearest of what the filter admits', async () => {
      const least = under.store.capabilities().exactVectorSearch ? 1 : 0.95
      let [wanted, recalled] = [0, 0]
      for (const filter of filters) {
        const vector = randomVector(random, DIMENSIONS)
        const admitted = model.filter((known) => admits(filter, known) && known.vector)
        const found = await search(under.store, filter, { embedding: { model: MODEL, vector }, perSignal: K })
        const allowed = new Set(idsOf(model.filter((known) => admits(filter, known))))
        for (const { id } of found) expect(allowed.has(id), label(filter)).toBe(true)
        const nearest = admitted.map((known) => cosine(vector, known.vector!)).sort((a, b) => b - a)
        // Equal scores may stand in any order: whatever is as near as the k-th is one of the k nearest.
        const bound = (nearest[Math.min(K, nearest.length) - 1] ?? 2) - TOLERANCE
        const good = found.filter(({ signals }) => (signals.vector ?? -2) >= bound).length
        wanted += Math.min(K, nearest.length)
        recalled += Math.min(K, nearest.length, good)
        expect(found.filter(({ signals }) => signals.vector !== undefined).length).toBeGreaterThanOrEqual(
          Math.min(K, nearest.length),
        )
      }
      expect(recalled / wanted).toBeGreaterThanOrEqual(least)
    })

    test('the vector signal is the cosine of what was stored', async () => {
      const vector = randomVector(random, DIMENSIONS)
      const stored = new Map(model.map((known) => [known.id, known.vector]))
      for (const { id, signals } of await search(under.store, {}, { embedding: { model: MODEL, vector } })) {
        // A capsule without a vector may come up as the neighbour of one that has one.
        const own = stored.get(id)
        if (own) expect(signals.vector).toBeCloseTo(cosine(vector, own), 4)
        else expect(signals.vector).toBeUndefined()
      }
    })
  })
}

const [MODEL, DIMENSIONS, K, TOLERANCE] = ['filters', 48, 10, 1e-5] as const
const [OWNERS, SCOPES] = [
  [nextId(), nextId(), nextId()],
  [null, 'a', 'b'],
] as const
const WORDS = Array.from({ length: 40 }, (_, index) => `w${index}`)
const TAGS = ['red', 'green', 'blue', "it's"]

/** What the model knows of a capsule. No parents, documents of full trust: effective trust is trust, or 0 in quarantine. */
interface Known {
  readonly id: string
  readonly draft: CapsuleDraft
  readonly words: ReadonlySet<string>
  readonly vector: Float32Array | undefined
  readonly status: 'ACTIVE' | 'ARCHIVED' | 'QUARANTINED'
  readonly effectiveTrust: number
}

async function fill({ store }: Under, random: () => number, count: number): Promise<Known[]> {
  const documents = [draftOf({ owner: OWNERS[0], trust: 100 }), draftOf({ owner: OWNERS[1], trust: 100 })]
  const drafts = [...documents, ...Array.from({ length: count }, () => randomDraft(random, documents))]
  await createAll(store, drafts)
  const known = drafts.map((draft): Known => {
    const isDocument = documents.includes(draft)
    const status = isDocument || random() > 0.25 ? 'ACTIVE' : random() < 0.6 ? 'ARCHIVED' : 'QUARANTINED'
    const trust = isDocument || random() > 0.3 ? draft.trust : Math.floor(random() * 101)
    const words = new Set(draft.content.split(' '))
    const effectiveTrust = status === 'QUARANTINED' ? 0 : trust
    return { id: draft.id, draft: { ...draft, trust }, words, vector: draft.embedding?.vector, status, effectiveTrust }
  })
  const before = new Map(drafts.map(({ id, trust }) => [id, trust]))
  const lifted = known.filter(({ id, draft }) => draft.trust !== before.get(id))
  const moved = known.filter(({ status }) => status !== 'ACTIVE')
  await commitAll(
    store,
    lifted.map(({ id, draft }) => trustCommand(store, id, draft.trust)),
  )
  await commitAll(
    store,
    moved.map(({ id, status }) => statusCommand(store, id, status)),
  )
  return known
}

function randomDraft(random: () => number, documents: readonly CapsuleDraft[]): CapsuleDraft {
  const embedding = random() < 0.9 ? { model: MODEL, vector: randomVector(random, DIMENSIONS) } : null
  return draftOf({
    owner: pick(random, OWNERS),
    identity: pick(random, SCOPES),
    lane: pick(random, SCOPES),
    fold: pick(random, SCOPES),
    type: pick(random, CAPSULE_TYPES),
    licence: random() < 0.1 ? 'public' : 'private',
    tags: TAGS.filter(() => random() < 0.4),
    trust: Math.floor(random() * 101),
    content: Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(random, WORDS)).join(' '),
    partOf: random() < 0.3 ? { id: pick(random, documents).id, place: `p${random()}`, index: 0 } : null,
    embedding,
  })
}

function randomFilter(random: () => number, ids: readonly string[]): CapsuleFilter {
  const maybe = <T>(value: T): T | undefined => (random() < 0.25 ? value : undefined)
  const given = {
    owner: maybe(pick(random, OWNERS)),
    identity: maybe(pick(random, ['a', 'b', 'nobody'])),
    lane: maybe(pick(random, ['a', 'b'])),
    fold: maybe(pick(random, ['a', 'b'])),
    types: maybe([pick(random, CAPSULE_TYPES), pick(random, CAPSULE_TYPES)]),
    tags: maybe(TAGS.filter(() => random() < 0.4)),
    statuses: maybe([pick(random, ['ACTIVE', 'ARCHIVED'] as const), pick(random, ['ACTIVE', 'QUARANTINED'] as const)]),
    minTrust: maybe(Math.floor(random() * 101)),
    chunks: maybe(random() < 0.5),
    reach: maybe(randomReach(random, ids)),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function randomReach(random: () => number, ids: readonly string[]): CapsuleReach {
  const some = <T>(values: readonly T[], share: number): T[] => values.filter(() => random() < share)
  const namespace = (): Namespace => ({
    ...(random() < 0.5 && { owner: pick(random, OWNERS) }),
    ...(random() < 0.5 && { identity: pick(random, ['a', 'b', 'nobody']) }),
    ...(random() < 0.3 && { lane: pick(random, ['a', 'b']) }),
  })
  return {
    owners: some(OWNERS, 0.2),
    ids: some(ids, random() * 0.1),
    namespaces: some([namespace(), namespace()], 0.4),
    licences: some(['public'], 0.3),
  }
}

/** The filter, member by member, as its comments say it. */
function admits(filter: CapsuleFilter, { draft, status, effectiveTrust }: Known): boolean {
  if (filter.owner !== undefined && draft.owner !== filter.owner) return false
  if (filter.identity !== undefined && draft.identity !== filter.identity) return false
  if (filter.lane !== undefined && draft.lane !== filter.lane) return false
  if (filter.fold !== undefined && draft.fold !== filter.fold) return false
  if (filter.types !== undefined && !filter.types.includes(draft.type)) return false
  if (filter.tags?.some((tag) => !draft.tags.includes(tag))) return false
  if (!(filter.statuses ?? ['ACTIVE']).includes(status)) return false
  if (filter.minTrust !== undefined && effectiveTrust < filter.minTrust) return false
  if (filter.reach && !isWithin(filter.reach, { ...draft, document: draft.partOf?.id ?? null })) return false
  return filter.chunks === undefined || filter.chunks === (draft.partOf !== null)
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, index) => sum + value * y[index]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

const label = (filter: CapsuleFilter): string => JSON.stringify(filter)
