import { describe, expect, test } from 'vitest'
import { isCascadeError } from '#base'
import type { Call } from './context.ts'
import { explainTrust } from './explain-trust.ts'
import { archiveCapsule, quarantineCapsule, releaseCapsule, restoreCapsule, setTrust } from './life.ts'
import { addLink, removeLink } from './links.ts'
import { getCapsule } from './read-capsule.ts'
import { openWorld, type World } from './testing.ts'

const KEY = 'a'.repeat(32)

/** The code with which a promise is refused. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (isCascadeError(error)) return error.code
    throw error
  }
  return 'nothing was refused'
}

/** A call under a key: the digest says which request the key means. */
function keyed<A extends 'capsule.link' | 'capsule.restore' | 'capsule.trust'>(
  world: World,
  action: A,
  bodyDigest: string,
): Call<A> {
  return { ...world.call(action), command: { id: KEY, bodyDigest } }
}

describe('many at once', () => {
  const CALLERS = 20
  const many = <T>(one: (index: number) => Promise<T>) => Promise.all(Array.from({ length: CALLERS }, (_, i) => one(i)))

  test('nobody is refused for a state that nobody named', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'wanted by all' })
    await many(() => archiveCapsule(context, call('capsule.archive'), id))
    await many(() => restoreCapsule(context, call('capsule.restore'), id))
    await many((trust) => setTrust(context, call('capsule.trust'), id, { trust, reason: 'all at once' }))
    expect((await explainTrust(context, id)).history).toHaveLength(CALLERS)
    await many(() => quarantineCapsule(context, call('capsule.trust'), id, 'all at once'))
    expect((await getCapsule(context, id)).status).toBe('QUARANTINED')
  })
})

describe('quarantine', () => {
  test('does not touch what is CORE', async () => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'the foundation', trust: 100 })
    const head = context.store.head()
    expect(await refusal(quarantineCapsule(context, call('capsule.trust'), id, 'why not'))).toBe('CONFLICT')
    expect([context.store.head(), (await getCapsule(context, id)).effectiveTrust]).toEqual([head, 100])
  })

  test.for(['ACTIVE', 'ARCHIVED'] as const)('its end brings back the status %s', async (status) => {
    const { context, call, add } = await openWorld()
    const { id } = await add({ content: 'doubted' })
    if (status === 'ARCHIVED') await archiveCapsule(context, call('capsule.archive'), id)
    await quarantineCapsule(context, call('capsule.trust'), id, 'doubt')
    await releaseCapsule(context, call('capsule.trust'), id, 'no doubt')
    expect((await getCapsule(context, id)).status).toBe(status)
  })

  test('stands in the history of trust, as its end does', async () => {
    const { context, call, add, time, administrator } = await openWorld()
    const { id } = await add({ content: 'watched' })
    const steps = [
      () => setTrust(context, call('capsule.trust'), id, { trust: 80, reason: 'read' }),
      () => quarantineCapsule(context, call('capsule.trust'), id, 'retracted'),
      () => releaseCapsule(context, call('capsule.trust'), id, 'published again'),
    ]
    for (const step of steps) {
      time.advance(1000)
      await step()
    }
    const { history } = await explainTrust(context, id)
    expect(history.map(({ what, old, new: after, reason }) => [what, old, after, reason])).toEqual([
      ['released', 0, 80, 'published again'],
      ['quarantined', 80, 0, 'retracted'],
      ['changed', 60, 80, 'read'],
    ])
    expect(new Set(history.map(({ actor }) => actor))).toEqual(new Set([administrator.id]))
  })
})

describe('trust of a document', () => {
  test('goes down with its chunks and up with those that nobody trusted less', async () => {
    const { context, call, addDocument } = await openWorld()
    const { document, chunks } = await addDocument('The whole text.', ['The whole', 'text.'])
    const trust = async () => Promise.all(chunks.map(async ({ id }) => (await getCapsule(context, id)).effectiveTrust))
    const set = (id: string, value: number) =>
      setTrust(context, call('capsule.trust'), id, { trust: value, reason: 'r' })
    await set(chunks[1]?.id ?? '', 20)
    await set(document.id, 30)
    expect(await trust()).toEqual([30, 20])
    await set(document.id, 70)
    expect(await trust()).toEqual([70, 20])
    await set(document.id, 10)
    expect(await trust()).toEqual([10, 10])
  })
})

describe('a key', () => {
  test('means one link, whether or not there was anything to do', async () => {
    const world = await openWorld()
    const { context, call, add } = world
    const [a, b] = [await add({ content: 'a' }), await add({ content: 'b' })]
    const related = { to: b.id, kind: 'RELATED_TO' } as const
    await addLink(context, call('capsule.link'), a.id, related)
    expect(await addLink(context, keyed(world, 'capsule.link', 'related'), a.id, related)).toMatchObject({
      created: false,
    })
    expect(await addLink(context, keyed(world, 'capsule.link', 'related'), a.id, related)).toMatchObject({
      created: false,
    })
    const reused = addLink(context, keyed(world, 'capsule.link', 'similar'), a.id, { to: b.id, kind: 'SIMILAR_TO' })
    expect(await refusal(reused)).toBe('IDEMPOTENCY_KEY_REUSED')
  })

  test('of a link that was made says so again, and does not bring back what was removed', async () => {
    const world = await openWorld()
    const { context, call, add } = world
    const [a, b] = [await add({ content: 'a' }), await add({ content: 'b' })]
    const related = { to: b.id, kind: 'RELATED_TO' } as const
    const link = () => addLink(context, keyed(world, 'capsule.link', 'related'), a.id, related)
    expect(await link()).toMatchObject({ created: true })
    expect(await link()).toMatchObject({ created: true })
    await removeLink(context, call('capsule.link'), a.id, related)
    expect(await refusal(link())).toBe('CONFLICT')
  })

  test('of a release answers again after it', async () => {
    const world = await openWorld()
    const { context, call, add } = world
    const { id } = await add({ content: 'doubted' })
    await quarantineCapsule(context, call('capsule.trust'), id, 'doubt')
    await releaseCapsule(context, keyed(world, 'capsule.trust', 'release'), id, 'no doubt')
    await releaseCapsule(context, keyed(world, 'capsule.trust', 'release'), id, 'no doubt')
    expect(await refusal(releaseCapsule(context, call('capsule.trust'), id, 'no doubt'))).toBe('CONFLICT')
    const other = quarantineCapsule(context, keyed(world, 'capsule.trust', 'other'), id, 'doubt')
    expect(await refusal(other)).toBe('IDEMPOTENCY_KEY_REUSED')
  })

  test('of a restore that had nothing to do is kept too', async () => {
    const world = await openWorld()
    const { context, add } = world
    const { id } = await add({ content: 'never archived' })
    await restoreCapsule(context, keyed(world, 'capsule.restore', 'one'), id)
    expect(await refusal(restoreCapsule(context, keyed(world, 'capsule.restore', 'other'), id))).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    )
  })
})
