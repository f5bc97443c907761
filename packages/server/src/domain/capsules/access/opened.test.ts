import { SHARE_LIMITS } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { sha256Hex } from '#base'
import type { Records } from '#store'
import { tell } from '../use-cases/tell.ts'
import { openWorld } from '../use-cases/testing.ts'
import { acceptTerms } from './acceptances.ts'
import { findOpened } from './opened.ts'
import { revokeShare, shareCapsule, shareNamespace } from './shares.ts'

/** A world that counts how often shares and acceptances are read, and somebody to share with. */
async function open() {
  const world = await openWorld()
  const { context } = world
  const { id: grace } = await context.subjects.resolveOrRegister('grace', () => world.call('subject.create').grant)
  const looked = { lists: 0 }
  const { records } = context.store
  const list = records.listBy.bind(records)
  records.listBy = (...asked: Parameters<Records['listBy']>) => {
    looked.lists += ['shares', 'acceptances'].includes(asked[0]) ? 1 : 0
    return list(...asked) as never // the value is what the caller says it is
  }
  const subject = (await context.subjects.find(grace))!
  const opened = () => findOpened(context, subject)
  return { world, context, subject, opened, looked }
}

test('what is opened to a subject is read once, until something is shared, revoked, accepted or over', async () => {
  const { world, context, subject, opened, looked } = await open()
  const { id } = await world.add({ content: 'Shared.' })
  const count = async (work: () => Promise<unknown>) => {
    const before = looked.lists
    await work()
    return looked.lists - before
  }
  expect(await count(opened)).toBe(2)
  expect(await count(opened)).toBe(0)
  const share = await shareCapsule(context, world.call('capsule.share'), id, { with: 'grace', right: 'read' })
  expect((await opened()).reach.ids).toEqual([id])
  expect(await count(opened)).toBe(0)
  await revokeShare(context, world.call('capsule.share'), share.id)
  expect((await opened()).reach.ids).toEqual([])
  const until = new Date(context.clock() + 1000).toISOString()
  await shareNamespace(context, world.call('capsule.share'), { lane: 'l' }, { with: 'grace', right: 'read', until })
  expect((await opened()).reach.namespaces).toHaveLength(1)
  world.time.advance(1001)
  expect((await opened()).reach.namespaces).toEqual([])
  const sold = await world.add({ content: 'Sold.', licence: 'for-sale', licence_terms: 'Pay.' })
  const accept = () => acceptTerms(context, { ...world.call('capsule.accept'), subject }, sold.id, sha256Hex('Pay.'))
  const accepted = await accept()
  expect([...(await opened()).accepted]).toEqual([sold.id])
  const head = context.store.head()
  world.time.advance(5000)
  expect(await accept()).toEqual(accepted)
  expect(context.store.head()).toBe(head)
})

test('what was shared while it was read is not missed afterwards', async () => {
  const { world, context, opened } = await open()
  const { id } = await world.add({ content: 'Shared.' })
  const early = opened()
  await shareCapsule(context, world.call('capsule.share'), id, { with: 'grace', right: 'read' })
  await early
  expect((await opened()).reach.ids).toEqual([id])
})

const scopes = (count: number, name = 'lane') => Array.from({ length: count }, (_, index) => `${name} ${index}`)

test('one giver cannot fill what may be shared with a subject; several can, and one share more is refused', async () => {
  const { world, context } = await open()
  const give = (lane: string, by = world.administrator) =>
    shareNamespace(context, world.call('capsule.share', by), { lane }, { with: 'grace', right: 'read' })
  const { sharesFromOneMax, sharesMax } = SHARE_LIMITS
  const ends = await Promise.allSettled(scopes(sharesFromOneMax + 5).map((lane) => give(lane)))
  const refused = ends.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(5)
  expect(refused[0]).toMatchObject({ reason: { code: 'UNPROCESSABLE' } })
  expect(await give('lane 0')).toMatchObject({ namespace: { lane: 'lane 0' } })
  for (const giver of scopes(sharesMax / sharesFromOneMax - 1, 'giver')) {
    const by = { ...world.administrator, id: giver }
    await Promise.all(scopes(sharesFromOneMax).map((lane) => give(lane, by)))
  }
  await expect(give('x', { ...world.administrator, id: 'last' })).rejects.toMatchObject({ code: 'UNPROCESSABLE' })
})

test('the same capsule or scope and right, from and with the same, is one share; another end is its end', async () => {
  const { world, context } = await open()
  const { id } = await world.add({ content: 'Shared.' })
  const capsule = (more: object = {}) =>
    shareCapsule(context, world.call('capsule.share'), id, { with: 'grace', right: 'read', ...more })
  const scope = (more: object = {}) =>
    shareNamespace(context, world.call('capsule.share'), { lane: 'l', ...more }, { with: 'grace', right: 'read' })
  const [first, again] = await Promise.all([capsule(), capsule()])
  expect(again).toEqual(first)
  const until = new Date(context.clock() + 60_000).toISOString()
  expect(await capsule({ until })).toMatchObject({ id: first.id, until: Date.parse(until) })
  expect(await scope()).toEqual(await scope())
  expect((await scope({ fold: 'f' })).id).not.toBe((await scope()).id)
  expect((await capsule({ right: 'write' })).id).not.toBe(first.id)
  const all = async () => (await context.store.records.list('shares', { limit: 10 })).items.length
  expect(await all()).toBe(4)
  world.time.advance(60_001)
  expect(await all()).toBe(3)
})

test('nobody accepts the terms of more capsules than there is room for', async () => {
  const { world, context, subject } = await open()
  const { id } = await world.add({ content: 'Sold.', licence: 'for-sale', licence_terms: 'Pay.' })
  const { grant, command } = world.call('capsule.accept')
  const acceptance = { subject: subject.id, version: '1.0.0', termsDigest: '', at: 0 }
  const changes = scopes(SHARE_LIMITS.acceptancesMax, 'capsule').map((capsule) =>
    context.store.records.put(grant, 'acceptances', `${capsule}:${subject.id}`, { ...acceptance, capsule }),
  )
  const told = tell(grant, 'terms.accepted', id, { version: '1.0.0' }, { terms: sha256Hex('salted') })
  const [outcome] = await context.store.append([{ ...command, grant, changes, ...told }])
  expect(outcome).toMatchObject({ ok: true })
  await expect(
    acceptTerms(context, { ...world.call('capsule.accept'), subject }, id, sha256Hex('Pay.')),
  ).rejects.toMatchObject({ code: 'UNPROCESSABLE' })
})
