import { describe, expect, test } from 'vitest'
import { searchCapsules } from '../search/search-capsules.ts'
import { getCapsule } from './read-capsule.ts'
import { openWorld, type World } from './testing.ts'
import { updateCapsule } from './update-capsule.ts'

const ANY = () => true

const addZebras = ({ addDocument }: World) =>
  addDocument('Zebras have violet stripes. Zebras eat grass.', ['Zebras have violet stripes.', 'Zebras eat grass.'])

async function found({ context }: World, q: string, more: object = {}): Promise<readonly string[]> {
  const request = { q, limit: 10, mode: 'lexical', explain: false, ...more } as const
  return (await searchCapsules(context, request)).hits.map(({ capsule }) => capsule.content)
}

describe('a document that is changed by hand', () => {
  test('is not found by words it says no more, and is found by those it says now', async () => {
    const world = await openWorld()
    const { document, chunks } = await addZebras(world)
    const { context, call } = world
    await updateCapsule(context, call('capsule.update'), document.id, { content: 'Zebras have black stripes.' }, ANY)
    expect(await found(world, 'violet')).toEqual([])
    expect(await found(world, 'black')).toEqual(['Zebras have black stripes.'])
    expect((await getCapsule(context, chunks[1]?.id ?? '')).status).toBe('ARCHIVED')
  })

  test('takes its chunks along into another scope, and is found through them still', async () => {
    const world = await openWorld()
    const { document, chunks } = await addZebras(world)
    const { context, call } = world
    await updateCapsule(context, call('capsule.update'), document.id, { lane: 'secret', tags: ['animals'] }, ANY)
    const [best] = await found(world, 'violet', { lane: 'secret', tag: ['animals'] })
    expect(best).toBe('Zebras have violet stripes.')
    expect(await getCapsule(context, chunks[0]?.id ?? '')).toMatchObject({
      version: '1.0.1',
      partOf: { id: document.id, index: 0 },
      embeddingModel: context.embedder.model,
    })
  })

  test('leaves its chunks alone where it changes nothing that they share', async () => {
    const world = await openWorld()
    const { document, chunks } = await addZebras(world)
    const { context, call } = world
    await updateCapsule(context, call('capsule.update'), document.id, { title: 'Zebras', metadata: { seen: 1 } }, ANY)
    expect((await found(world, 'violet'))[0]).toBe('Zebras have violet stripes.')
    expect((await getCapsule(context, chunks[0]?.id ?? '')).version).toBe('1.0.0')
  })
})

test('the answer to a change has the revision that the change made', async () => {
  const { context, call, add } = await openWorld()
  const { id } = await add({ content: 'one' })
  const updated = await updateCapsule(context, call('capsule.update'), id, { content: 'two' }, ANY)
  expect(updated).toMatchObject({ changed: true, revision: (await getCapsule(context, id)).revision })
})
