import { expect, test } from 'vitest'
import { searchCapsules } from '../search/search-capsules.ts'
import { createCapsule } from '../use-cases/create-capsules.ts'
import { getLineage } from '../use-cases/lineage.ts'
import { getCapsule } from '../use-cases/read-capsule.ts'
import { openWorld, type World } from '../use-cases/testing.ts'
import { updateCapsule } from '../use-cases/update-capsule.ts'
import type { CapsuleFacts } from './capsule-reach.ts'
import { seeAs } from './see-as.ts'

/** The world for somebody who may read all of its capsules but some, of which the indexes know nothing. */
const without = ({ context, administrator }: World, isHidden: (facts: CapsuleFacts) => boolean) =>
  seeAs(context, {
    reach: { owners: [administrator.id], ids: [], namespaces: [], licences: [] },
    isWhole: false,
    mayRead: (facts) => !isHidden(facts),
    may: () => true,
  })

const question = { q: 'lantern', mode: 'hybrid', explain: false } as const

test('a search and a list are full whenever enough may be read, however much is refused after the indexes', async () => {
  const world = await openWorld()
  for (let index = 0; index < 60; index++)
    await world.add({ content: `The lantern ${index} of the harbour.`, tags: index % 6 === 0 ? [] : ['hidden'] })
  const seen = without(world, ({ tags }) => tags.includes('hidden'))
  const { hits } = await searchCapsules(seen, { ...question, limit: 10 })
  expect(hits.map(({ capsule }) => capsule.tags)).toEqual(Array.from({ length: 10 }, () => []))
  const first = await seen.store.capsules.list({}, { limit: 7 })
  const rest = await seen.store.capsules.list({}, { limit: 7, cursor: first.next! })
  expect([first.items.length, rest.items.length, rest.next]).toEqual([7, 3, undefined])
})

test('a lineage ends before what may not be read, and does not say that it was cut', async () => {
  const world = await openWorld()
  const { id: root } = await world.add({ content: 'Root.' })
  const { id: hidden } = await world.add({ content: 'Hidden.', tags: ['hidden'], parents: [{ id: root, reason: 'r' }] })
  const { id: beside } = await world.add({ content: 'Beside.', parents: [{ id: root, reason: 'r' }] })
  const parents = [hidden, beside].map((id) => ({ id, reason: 'r' }))
  const { id: end } = await world.add({ content: 'End.', parents })
  const { id: alone } = await world.add({ content: 'Alone.', parents: [{ id: hidden, reason: 'r' }] })
  const seen = without(world, ({ tags }) => tags.includes('hidden'))
  const up = async (id: string, limit: number) => getLineage(seen, id, { direction: 'ancestors', limit })
  expect((await up(end, 3)).nodes.map(({ id, depth }) => [id, depth])).toEqual([
    [root, 2],
    [beside, 1],
    [end, 0],
  ])
  expect(await up(end, 3)).toMatchObject({ edges: [{ child: end }, { child: beside }], truncated: false })
  expect(await up(end, 2)).toMatchObject({ truncated: true })
  expect(await up(alone, 1)).toMatchObject({ nodes: [{ id: alone }], edges: [], truncated: false })
  expect((await getCapsule(seen, end)).parents.map(({ id }) => id)).toEqual([beside])
})

test('who adds a version keeps the parents that they may not read', async () => {
  const world = await openWorld()
  const { id: hidden } = await world.add({ content: 'Hidden.', tags: ['hidden'] })
  const { id } = await world.add({ content: 'Before.', parents: [{ id: hidden, reason: 'r' }] })
  const seen = without(world, ({ tags }) => tags.includes('hidden'))
  const updated = await updateCapsule(seen, world.call('capsule.update'), id, { content: 'After.' }, () => true)
  expect(updated).toMatchObject({ changed: true, outcome: { ok: true } })
  expect(await getCapsule(seen, id)).toMatchObject({ content: 'After.', parents: [] })
  expect(await getCapsule(world.context, id)).toMatchObject({ content: 'After.', parents: [{ id: hidden }] })
})

test('a receipt does not name a near-duplicate that may not be read', async () => {
  const world = await openWorld()
  const words = Array.from({ length: 80 }, (_, index) => `word${index}`).join(' ')
  const { id: shown } = await world.add({ content: words })
  await world.add({ content: `${words} and more`, tags: ['hidden'] })
  const seen = without(world, ({ tags }) => tags.includes('hidden'))
  const input = { content: `${words} at last`, type: 'knowledge' } as const
  const { outcome } = await createCapsule(seen, world.call('capsule.create'), input)
  if (!outcome.ok) throw outcome.error
  expect(outcome.receipt.near_duplicates.map(({ id }) => id)).toEqual([shown])
  expect((await world.context.store.receipt(outcome.receipt.command_id))?.near_duplicates).toHaveLength(2)
})

test('without a bound it is the context itself', async () => {
  const { context } = await openWorld()
  expect(seeAs(context, { reach: undefined, isWhole: true, mayRead: () => false, may: () => false })).toBe(context)
})
