import { describe, expect, test } from 'vitest'
import { codeOf, commandOf, commit, grantOf, shareStore } from '../../platform/store/testing.ts'
import {
  addVersion,
  create,
  getHead,
  idsOf,
  link,
  type OpenStore,
  setStatus,
  type Under,
  versionOf,
} from './testing.ts'

/** Links between capsules, beside lineage. */
export function describeLinks(name: string, open: OpenStore): void {
  describe(`${name}: links`, () => {
    const under = shareStore(open)

    test('are seen from both ends, by kind', async () => {
      const { store, clock } = under
      const [a, b, c] = [await create(store), await create(store), await create(store)]
      await link(store, a.id, b.id, 'RELATED_TO')
      await link(store, c.id, a.id, 'SIMILAR_TO', 0.75)
      const related = { from: a.id, to: b.id, kind: 'RELATED_TO', weight: 1, createdAt: clock.clock() }
      const similar = { from: c.id, to: a.id, kind: 'SIMILAR_TO', weight: 0.75, createdAt: clock.clock() }
      expect(new Set(await store.capsules.links(a.id))).toEqual(new Set([related, similar]))
      expect(await store.capsules.links(b.id)).toEqual([related])
      expect(await store.capsules.links(a.id, ['SIMILAR_TO'])).toEqual([similar])
      expect(await store.capsules.links(a.id, ['PART_OF'])).toEqual([])
    })

    test('of different kinds and directions stand beside each other', async () => {
      const { store } = under
      const [a, b] = [await create(store), await create(store)]
      await link(store, a.id, b.id, 'RELATED_TO')
      await link(store, a.id, b.id, 'SIMILAR_TO', 0.5)
      await link(store, b.id, a.id, 'RELATED_TO')
      expect(await store.capsules.links(a.id)).toHaveLength(3)
      await unlink(under, a.id, b.id, 'RELATED_TO')
      expect(new Set((await store.capsules.links(b.id)).map(({ from, kind }) => `${from} ${kind}`))).toEqual(
        new Set([`${a.id} SIMILAR_TO`, `${b.id} RELATED_TO`]),
      )
    })

    test('said again are one link with the newest weight', async () => {
      const { store } = under
      const [a, b] = [await create(store), await create(store)]
      await link(store, a.id, b.id, 'SIMILAR_TO', 0.5)
      await link(store, a.id, b.id, 'SIMILAR_TO', 0.9)
      expect((await store.capsules.links(b.id)).map(({ weight }) => weight)).toEqual([0.9])
    })

    test('raise the revision of where they begin, and make no version', async () => {
      const { store } = under
      const [a, b] = [await create(store), await create(store)]
      await link(store, a.id, b.id, 'RELATED_TO')
      const head = await getHead(store, a.id)
      expect(head.version).toBe('1.0.0')
      expect(head.revision).toBeGreaterThan(1)
    })

    test('outlive versions and archiving', async () => {
      const { store } = under
      const [a, b] = [await create(store), await create(store)]
      await link(store, a.id, b.id, 'RELATED_TO')
      await addVersion(store, versionOf(a, '1.1.0', { content: 'new' }))
      await setStatus(store, b.id, 'ARCHIVED')
      expect(await store.capsules.links(b.id)).toHaveLength(1)
    })

    test('never lead from a capsule to itself', async () => {
      const { store } = under
      const a = await create(store)
      expect(await codeOf(() => link(store, a.id, a.id, 'RELATED_TO'))).toBe('UNPROCESSABLE')
      expect(await store.capsules.links(a.id)).toEqual([])
    })

    test('are no lineage', async () => {
      const { store } = under
      const [a, b] = [await create(store), await create(store)]
      await link(store, a.id, b.id, 'PART_OF')
      const lineage = await store.capsules.lineage(a.id, { direction: 'ancestors', nodesMax: 10 })
      expect(idsOf(lineage!.nodes)).toEqual([a.id])
    })
  })
}

function unlink({ store }: Under, from: string, to: string, kind: 'RELATED_TO'): Promise<unknown> {
  const grant = grantOf('capsule.link')
  return commit(store, commandOf(grant, [store.capsules.unlink(grant, from, to, kind)]))
}
