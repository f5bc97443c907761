import { describe, expect, test } from 'vitest'
import { campaign, createSeeded, nextId, pick } from '../../platform/store/testing.ts'
import type { CapsuleCounts, Tally } from './capsule-counts.ts'
import { SCOPES_COUNTED_MAX } from './capsule-counts.ts'
import type { CapsuleDraft } from './capsule-draft.ts'
import {
  addVersion,
  create,
  createAll,
  draftOf,
  getHead,
  type OpenStore,
  parentOf,
  setStatus,
  setTrust,
  settleAll,
  versionOf,
} from './testing.ts'
import { trustLevel } from './trust.ts'

const TYPES = ['knowledge', 'code', 'decision'] as const
const MODELS = [null, 'left', 'right'] as const
const LANES = [null, 'a', 'b'] as const
const OPERATIONS = 220

/** What statistics say, against everything counted by hand. */
export function describeCounts(name: string, open: OpenStore): void {
  describe(`${name}: counts`, () => {
    test('of an empty store are zero', async () => {
      const { store } = await open()
      await using _ = store
      expect(await store.capsules.counts()).toEqual(EMPTY)
    })

    test.for(Array.from({ length: campaign(1, 10) }, (_, seed) => ({ seed })))(
      'are what a count by hand gives, whatever happened (world $seed)',
      async ({ seed }) => {
        const { store } = await open()
        await using _ = store
        const random = createSeeded(3000 + seed)
        const known: CapsuleDraft[] = []
        const versions = new Map<string, CapsuleDraft[]>()
        for (let operation = 0; operation < OPERATIONS; operation++) {
          const some = () => [...new Set([pick(random, known), pick(random, known)])]
          const what =
            known.length < 4 ? 'create' : pick(random, ['create', 'derive', 'derive', 'version', 'status', 'trust'])
          const fields = {
            content: 'é'.repeat(Math.floor(random() * 5) + 1) + nextId(),
            type: pick(random, TYPES),
            lane: pick(random, LANES),
            embedding: embeddingOf(pick(random, MODELS)),
          }
          if (what === 'create' || what === 'derive') {
            const parents = what === 'derive' ? some().map(({ id }) => parentOf(id)) : []
            const draft = await create(store, { ...fields, parents, indexed: random() > 0.1 })
            known.push(draft)
            versions.set(draft.id, [draft])
            continue
          }
          const one = pick(random, known)
          const head = await getHead(store, one.id)
          if (what === 'status')
            await setStatus(
              store,
              one.id,
              head.status === 'ACTIVE' ? pick(random, ['ARCHIVED', 'QUARANTINED']) : 'ACTIVE',
            )
          else if (what === 'trust') await setTrust(store, one.id, pick(random, [0, 39, 40, 60, 80, 100]))
          else if (head.status === 'ACTIVE') {
            // Only what came before it may become a parent: no cycle by accident.
            const before = known.slice(0, known.indexOf(one))
            const parents = before.length > 0 && random() > 0.3 ? [parentOf(pick(random, before).id)] : []
            await addVersion(store, versionOf(one, `1.${head.ordinal}.0`, { ...fields, parents }))
            versions.get(one.id)!.push({ ...one, ...fields, parents })
          }
        }
        await settleAll(store)
        const expected = await countByHand(known, versions, async (id) => {
          const { status, effectiveTrust } = await getHead(store, id)
          return { status, effectiveTrust }
        })
        const { sequence, ...counted } = await store.capsules.counts()
        expect(counted).toEqual({
          ...expected,
          lineage: { ...expected.lineage, depthMean: expect.closeTo(expected.lineage.depthMean, 9) },
        })
        expect(sequence).toBe(store.head())
      },
    )

    test('a chain that gets an origin at its far end is deeper at once, all of it', async () => {
      const { store } = await open()
      await using _ = store
      const chain = [await create(store)]
      for (let link = 0; link < 40; link++) chain.push(await create(store, { parents: [parentOf(chain.at(-1)!.id)] }))
      const origin = await create(store)
      await addVersion(store, versionOf(chain[0]!, '1.1.0', { parents: [parentOf(origin.id)] }))
      expect((await store.capsules.counts()).lineage).toMatchObject({ derived: 41, depthMax: 41 })
      await addVersion(store, versionOf(chain[0]!, '1.2.0', { parents: [] }))
      expect((await store.capsules.counts()).lineage).toMatchObject({ derived: 41, depthMax: 41 })
    })

    test('of scopes the largest are named, and all are counted', async () => {
      const { store } = await open()
      await using _ = store
      const lanes = Array.from({ length: SCOPES_COUNTED_MAX + 20 }, (_, index) => `lane ${index}`)
      await createAll(
        store,
        [...lanes, 'lane 110'].map((lane) => draftOf({ lane, content: lane })),
      )
      const { scopes, byScope } = await store.capsules.counts()
      expect([scopes, byScope.length]).toEqual([SCOPES_COUNTED_MAX + 20, SCOPES_COUNTED_MAX])
      expect(byScope.slice(0, 2).map(({ lane, capsules, bytes }) => [lane, capsules, bytes])).toEqual([
        ['lane 110', 2, 16],
        ['lane 0', 1, 6],
      ])
    })
  })
}

const EMPTY: CapsuleCounts = {
  ...{ capsules: 0, chunks: 0, versions: 0, contentBytes: 0, scopes: 0, byScope: [], sequence: -1 },
  ...{ byStatus: {}, byType: {}, byTrustLevel: {}, byEmbeddingModel: {} },
  lineage: { derived: 0, depthMean: 0, depthMax: 0 },
}

const embeddingOf = (model: string | null) => (model === null ? null : { model, vector: Float32Array.of(1, 2) })

type Standing = (id: string) => Promise<{ readonly status: string; readonly effectiveTrust: number }>

async function countByHand(
  known: readonly CapsuleDraft[],
  versions: ReadonlyMap<string, readonly CapsuleDraft[]>,
  standingOf: Standing,
): Promise<Omit<CapsuleCounts, 'sequence'>> {
  const bytesOf = (id: string): number =>
    versions.get(id)!.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
  const tallies = {
    byStatus: new Map(),
    byType: new Map(),
    byTrustLevel: new Map(),
    byEmbeddingModel: new Map(),
    byScope: new Map(),
  }
  const add = (to: Map<string, Tally>, key: string, id: string): void => {
    const { capsules, bytes } = to.get(key) ?? { capsules: 0, bytes: 0 }
    to.set(key, { capsules: capsules + 1, bytes: bytes + bytesOf(id) })
  }
  for (const { id } of known) {
    const head = versions.get(id)!.at(-1)!
    const { status, effectiveTrust } = await standingOf(id)
    add(tallies.byStatus, status, id)
    add(tallies.byType, head.type, id)
    add(tallies.byTrustLevel, trustLevel(effectiveTrust), id)
    add(tallies.byScope, JSON.stringify([head.identity, head.lane, head.fold]), id)
    if (head.embedding && head.indexed) add(tallies.byEmbeddingModel, head.embedding.model, id)
  }
  const depthOf = (id: string): number =>
    Math.max(0, ...versions.get(id)!.flatMap(({ parents }) => parents.map((parent) => 1 + depthOf(parent.id))))
  const depths = known.map(({ id }) => depthOf(id))
  const byScope = [...tallies.byScope].map(([key, counted]: [string, Tally]) => {
    const [identity, lane, fold] = JSON.parse(key) as (string | null)[]
    return { identity: identity!, lane: lane!, fold: fold!, ...counted }
  })
  return {
    capsules: known.length,
    chunks: 0,
    versions: [...versions.values()].reduce((sum, all) => sum + all.length, 0),
    contentBytes: known.reduce((sum, { id }) => sum + bytesOf(id), 0),
    byStatus: Object.fromEntries(tallies.byStatus),
    byType: Object.fromEntries(tallies.byType),
    byTrustLevel: Object.fromEntries(tallies.byTrustLevel),
    byEmbeddingModel: Object.fromEntries(tallies.byEmbeddingModel),
    scopes: byScope.length,
    byScope: byScope.sort((a, b) => b.capsules - a.capsules),
    lineage: {
      derived: depths.filter((depth) => depth > 0).length,
      depthMean: depths.reduce((sum, depth) => sum + depth, 0) / depths.length,
      depthMax: Math.max(...depths),
    },
  }
}
