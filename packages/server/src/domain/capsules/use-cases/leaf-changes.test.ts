import { LEDGER_LIMITS } from '@forge-cascade/contract'
import { describe, expect, test } from 'vitest'
import type { Leaf } from '#ledger'
import { findLeafChanges } from './leaf-changes.ts'
import { archiveCapsule, quarantineCapsule, setTrust } from './life.ts'
import { tell } from './tell.ts'
import { openWorld, type World } from './testing.ts'
import { updateCapsule } from './update-capsule.ts'

const ANY = (): boolean => true

/** What the newest leaf of a kind changed. */
async function newest({ context: { store } }: World, type: string) {
  const [found] = await store.ledger.list({ type }, { limit: 1 })
  return findLeafChanges(store.capsules, found!.leaf)
}

describe('versions that are not there any more', () => {
  test('of an erased capsule nothing is told, neither of its creation nor of its versions', async () => {
    const world = await openWorld()
    const { context, call } = world
    const { id } = await world.add({ content: 'secret', title: 'Secret', tags: ['s'] })
    await updateCapsule(context, call('capsule.update'), id, { title: 'Still secret' }, ANY)
    expect(await newest(world, 'capsule.versioned')).toEqual({ title: { from: 'Secret', to: 'Still secret' } })
    const { grant, command } = call('capsule.erase')
    const [erased] = await context.store.append([
      {
        ...command,
        grant,
        changes: [context.store.capsules.erase(grant, id)],
        ...tell(grant, 'capsule.erased', id, { legal_basis: 'gdpr-17', erasure: context.newId() }),
      },
    ])
    expect(erased?.ok).toBe(true)
    expect(await newest(world, 'capsule.created')).toBeNull()
    expect(await newest(world, 'capsule.versioned')).toBeNull()
    expect(await newest(world, 'capsule.erased')).toEqual({ status: { to: 'ERASED' } })
  })

  test('of a capsule that lies in an archive nothing is told but where it went', async () => {
    const world = await openWorld()
    const { context, call } = world
    const { id } = await world.add({ content: 'old', title: 'Old' })
    await updateCapsule(context, call('capsule.update'), id, { content: 'older' }, ANY)
    const { grant, command } = call('capsule.offload')
    const segment = context.newId()
    const changes = [context.store.capsules.offload(grant, segment, [{ id, key: new Uint8Array(32) }])]
    const [moved] = await context.store.append([
      { ...command, grant, changes, ...tell(grant, 'capsule.offloaded', id, { segment, chunks: 0, reason: 'asked' }) },
    ])
    expect(moved?.ok).toBe(true)
    expect(await newest(world, 'capsule.created')).toBeNull()
    expect(await newest(world, 'capsule.versioned')).toBeNull()
    expect(await newest(world, 'capsule.offloaded')).toEqual({ archived_in: { from: null, to: segment } })
  })

  test.for([
    { name: 'a version that never was', payload: { version: '9.9.9' } },
    { name: 'no version at all', payload: {} },
    { name: 'something that is no version', payload: { version: { $ne: 1 } } },
  ])('an entry that names $name has no changes', async ({ payload }) => {
    const world = await openWorld()
    const { id } = await world.add({ content: 'a' })
    const leaf = { ...(await lastLeaf(world)), type: 'capsule.created', subject: `capsule/${id}`, payload }
    expect(await findLeafChanges(world.context.store.capsules, leaf)).toBeNull()
  })
})

test.for(['constructor', '__proto__', 'toString', 'capsule.flown', 'import.completed'])(
  'an entry of the kind %s changed no member',
  async (type) => {
    const world = await openWorld()
    await world.add({ content: 'a' })
    const leaf = { ...(await lastLeaf(world)), type }
    expect(await findLeafChanges(world.context.store.capsules, leaf)).toEqual({})
  },
)

describe('a change', () => {
  test('of words tells how long they are, also where they are as long as before, and never what they say', async () => {
    const world = await openWorld()
    const { id } = await world.add({ content: 'äbc' })
    expect(await newest(world, 'capsule.created')).toMatchObject({ content: { from: null, to: { bytes: 4 } } })
    await updateCapsule(world.context, world.call('capsule.update'), id, { content: 'xyzz' }, ANY)
    expect(await newest(world, 'capsule.versioned')).toEqual({ content: { from: { bytes: 4 }, to: { bytes: 4 } } })
  })

  test('of something long tells how long it is', async () => {
    const world = await openWorld()
    const { id } = await world.add({ content: 'a', metadata: { note: 'short' } })
    const note = 'x'.repeat(LEDGER_LIMITS.changeBytesMax)
    await updateCapsule(world.context, world.call('capsule.update'), id, { metadata: { note } }, ANY)
    const bytes = JSON.stringify({ note }).length
    expect(await newest(world, 'capsule.versioned')).toEqual({ metadata: { from: { note: 'short' }, to: { bytes } } })
  })

  test('begins with what a capsule has, and leaves out what it has not', async () => {
    const world = await openWorld()
    const parent = await world.add({ content: 'p' })
    await world.add({ content: 'c', tags: ['t'], parents: [{ id: parent.id, reason: 'derived' }] })
    expect(await newest(world, 'capsule.created')).toEqual({
      type: { from: null, to: 'knowledge' },
      content: { from: null, to: { bytes: 1 } },
      tags: { from: null, to: ['t'] },
      licence: { from: null, to: 'private' },
      parents: { from: null, to: [{ id: parent.id, version: '1.0.0', reason: 'derived' }] },
      owner: { from: null, to: world.administrator.id },
      trust: { from: null, to: 60 },
    })
  })

  test('of trust and status is as the entry says it', async () => {
    const world = await openWorld()
    const { context, call } = world
    const { id } = await world.add({ content: 'a' })
    await setTrust(context, call('capsule.trust'), id, { trust: 50, reason: 'checked' })
    expect(await newest(world, 'capsule.trust_changed')).toEqual({ trust: { from: 60, to: 50 } })
    await archiveCapsule(context, call('capsule.archive'), id)
    expect(await newest(world, 'capsule.archived')).toEqual({ status: { to: 'ARCHIVED' } })
    await quarantineCapsule(context, call('capsule.trust'), id, 'doubted')
    expect(await newest(world, 'capsule.quarantined')).toEqual({ status: { from: 'ARCHIVED', to: 'QUARANTINED' } })
  })
})

async function lastLeaf({ context: { store } }: World): Promise<Leaf> {
  return (await store.ledger.find(store.head()))!.leaf
}
