import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import { MemoryObjects } from '../../../adapters/objects/memory-objects.ts'
import { codeOf } from '../../../platform/store/testing.ts'
import { Erasures } from '../keeping/erasures.ts'
import { createErasureFiles } from '../keeping/testing.ts'
import { getCapsule } from '../use-cases/read-capsule.ts'
import { openWorld } from '../use-cases/testing.ts'
import { Archives } from './archives.ts'

async function open() {
  const world = await openWorld()
  const { context, call } = world
  const objects = new MemoryObjects()
  const archives = new Archives({ context, objects, compressionLevel: 6 })
  const grant = () => call('capsule.erase').grant
  const vaults = [archives.vault(grant)]
  const erasures = new Erasures({ context, files: createErasureFiles(), vaults, forget: () => undefined })
  const erase = (capsule: string) =>
    erasures.erase(call('capsule.erase'), { target: { kind: 'capsule', capsule }, legalBasis: 'gdpr-17' })
  const move = (...ids: string[]) => archives.archive(call('capsule.offload'), { kind: 'named', ids })
  const back = (...ids: string[]) => archives.restore(call('capsule.reload'), ids)
  return { ...world, objects, archives, erase, move, back, grant }
}

const namesOf = ({ objects }: { readonly objects: MemoryObjects }) => [...objects.objects.keys()].toSorted()

test('an erased capsule goes out of its segment, and the others come back from the next generation', async () => {
  const world = await open()
  const { add, addDocument, move, erase, back, context } = world
  const [gone, kept] = [await add({ content: 'gone' }), await add({ content: 'kept' })]
  const { document, chunks } = await addDocument('one two', ['one', 'two'])
  const { rows } = await move(gone.id, document.id, kept.id)
  const segment = rows[0]?.id ?? ''
  expect((await erase(gone.id)).places).toContainEqual(expect.objectContaining({ outcome: 'rewritten' }))
  expect(namesOf(world)).toEqual([`${segment}.2.segment`, `${segment}.manifest.json`])
  expect((await erase(document.id)).places).toContainEqual(expect.objectContaining({ outcome: 'rewritten' }))
  await back(kept.id)
  expect((await getCapsule(context, kept.id)).content).toBe('kept')
  for (const { id } of [gone, document, ...chunks]) expect(await codeOf(() => back(id))).toBe('ERASED')
})

test('a segment of which everything was erased is taken away, also what came back before', async () => {
  const world = await open()
  const { add, move, erase, back } = world
  const [one, two] = [await add({ content: 'one' }), await add({ content: 'two' })]
  await move(one.id, two.id)
  await back(one.id)
  await erase(one.id)
  expect((await erase(two.id)).places).toContainEqual(expect.objectContaining({ outcome: 'deleted' }))
  expect(namesOf(world)).toEqual([])
})

test('where the place is away the key is gone at once, and the segment is written anew when it is back', async () => {
  const world = await open()
  const { add, move, erase, archives, objects, context, grant } = world
  const [gone, kept] = [await add({ content: 'gone' }), await add({ content: 'kept' })]
  const { rows } = await move(gone.id, kept.id)
  const [{ key } = { key: new Uint8Array() }] = await context.store.capsules.findArchived([gone.id])
  const { get } = objects
  objects.get = () => Promise.reject(new CascadeError('UNAVAILABLE', 'The bucket is away.'))
  const receipt = await erase(gone.id)
  expect(receipt.state).toBe('completed')
  expect(receipt.places).toContainEqual(
    expect.objectContaining({ outcome: 'key destroyed', detail: expect.stringContaining('The bucket is away.') }),
  )
  expect(await context.store.capsules.findArchived([gone.id])).toEqual([])
  objects.get = get
  const before = objects.objects.get(`${rows[0]?.id}.1.segment`)
  expect([key.length, before === undefined]).toEqual([32, false])
  await archives.tidy(grant)
  expect(namesOf(world)).toEqual([`${rows[0]?.id}.2.segment`, `${rows[0]?.id}.manifest.json`])
  expect(await archives.finding()).toMatchObject({ ok: true, detail: '1 segments in memory' })
})

test('damage is named: what was altered, exchanged or is missing brings nothing back', async () => {
  const world = await open()
  const { add, move, back, archives, objects } = world
  const [one, two] = [await add({ content: 'one' }), await add({ content: 'two' })]
  await move(one.id, two.id)
  const [object = ''] = namesOf(world)
  const whole = objects.objects.get(object) ?? new Uint8Array()
  const altered = whole.slice()
  altered[3] = (altered[3] ?? 0) ^ 1
  for (const bytes of [altered, whole.subarray(1), new Uint8Array()]) {
    objects.objects.set(object, bytes)
    expect(await codeOf(() => back(one.id))).toBe('ARCHIVE_DAMAGED')
    for await (const found of archives.verify()) expect(found.ok).toBe(false)
  }
  objects.objects.set(object, whole)
  for await (const found of archives.verify())
    expect(found).toMatchObject({ ok: true, detail: '2 units, 2 opened', opened: 2 })
  await back(one.id, two.id)
})
