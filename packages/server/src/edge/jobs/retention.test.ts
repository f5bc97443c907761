import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { Archives, dueBy, type Retention } from '#capsules'
import { Metrics } from '#observability'
import { MemoryObjects } from '../../adapters/objects/memory-objects.ts'
import { liftHold, placeHold } from '../../domain/capsules/keeping/holds.ts'
import { getCapsule } from '../../domain/capsules/use-cases/read-capsule.ts'
import { openWorld } from '../../domain/capsules/use-cases/testing.ts'
import { LOOK_EVERY_MS, RetentionJob } from './retention.ts'

const DAY_MS = 24 * 60 * 60 * 1000

async function openJob(retention: Retention, objects = new MemoryObjects()) {
  const world = await openWorld()
  const { context, time, call } = world
  const warnings: unknown[] = []
  const warn = (message: string, fields?: object) => void warnings.push({ message, ...fields })
  const archives = new Archives({ context, objects, compressionLevel: 6, movedAtOnceMax: 2 })
  const metrics = new Metrics()
  let look = () => Promise.resolve()
  const job = new RetentionJob({
    archives,
    due: () => dueBy(retention, time.clock()),
    grant: () => call('capsule.offload').grant,
    clock: time.clock,
    log: { debug: () => undefined, info: () => undefined, warn, error: warn },
    metrics,
    every: (work) => {
      look = work
      return { [Symbol.dispose]: () => undefined }
    },
  })
  const tick = async (ms = LOOK_EVERY_MS) => {
    time.advance(ms)
    await look()
  }
  const awayOf = async (...ids: string[]) =>
    (await context.store.capsules.getHeads(ids)).map(({ archivedIn }) => archivedIn !== null)
  const read = async (name: string): Promise<string | undefined> =>
    (await metrics.render()).body.split('\n').find((line) => line.startsWith(`${name} `))
  return {
    ...world,
    archives,
    objects,
    warnings,
    tick,
    awayOf,
    read,
    [Symbol.asyncDispose]: () => job[Symbol.asyncDispose](),
  }
}

const MONTH: Retention = { rules: [], days: 30 }

describe('what stays', () => {
  test('everything, where no retention is configured', async () => {
    await using job = await openJob({ rules: [], days: null })
    const { id } = await job.add({ content: 'old' })
    await job.tick(1000 * DAY_MS)
    expect(await job.awayOf(id)).toEqual([false])
  })

  test('what a legal hold covers, with a record that says so once, until it is lifted', async () => {
    await using job = await openJob(MONTH)
    const { context, call } = job
    const held = await Promise.all(['a', 'b', 'c'].map((content) => job.add({ content, lane: 'contracts' })))
    const free = await job.add({ content: 'd' })
    const target = { kind: 'scope', lane: 'contracts' } as const
    const hold = await placeHold(context, call('capsule.hold'), { target, reason: 'Case 4711' })
    await job.tick(31 * DAY_MS)
    await job.tick()
    expect(await job.awayOf(...held.map(({ id }) => id), free.id)).toEqual([false, false, false, true])
    const told = await context.store.ledger.list({ type: 'retention.held' }, { limit: 10 })
    expect(told.map(({ leaf }) => leaf.payload)).toMatchObject([{ capsules: 3, holds: [hold.id] }])
    expect(await job.read('cascade_retention_held')).toBe('cascade_retention_held 3')
    await liftHold(context, call('capsule.hold'), hold.id, 'closed')
    await job.tick()
    expect(await job.awayOf(...held.map(({ id }) => id))).toEqual([true, true, true])
    expect(await job.read('cascade_retention_held')).toBe('cascade_retention_held 0')
  })

  test('all, while the place is away; it is told of, and tried again', async () => {
    const objects = new MemoryObjects()
    await using job = await openJob(MONTH, objects)
    const { id } = await job.add({ content: 'old' })
    const { put } = objects
    objects.put = () => Promise.reject(new CascadeError('UNAVAILABLE', 'The folder is away.'))
    await job.tick(31 * DAY_MS)
    expect(await job.awayOf(id)).toEqual([false])
    expect(job.warnings).toMatchObject([{ reason: expect.stringContaining('The folder is away.') }])
    objects.put = put
    await job.tick()
    expect(await job.awayOf(id)).toEqual([true])
    const { items } = await job.archives.list({ limit: 10 })
    expect(items.map(({ state, reason }) => [state, reason])).toEqual([['stored', 'retention']])
  })
})

describe('what moves', () => {
  test('what is older, to the moment, by the rule that matches first', async () => {
    const rules = [
      { scope: { lane: 'chat', tag: 'keep' }, days: null },
      { scope: { lane: 'chat' }, days: 2 },
    ]
    await using job = await openJob({ rules, days: 30 })
    const chat = await job.add({ content: 'chat', lane: 'chat' })
    const kept = await job.add({ content: 'kept', lane: 'chat', tags: ['keep'] })
    const other = await job.add({ content: 'other' })
    const away = () => job.awayOf(chat.id, kept.id, other.id)
    await job.tick(2 * DAY_MS)
    expect(await away()).toEqual([false, false, false])
    await job.tick(LOOK_EVERY_MS)
    expect(await away()).toEqual([true, false, false])
    await job.tick(30 * DAY_MS)
    expect(await away()).toEqual([true, false, true])
    await job.archives.restore(job.call('capsule.reload'), [chat.id])
    expect(await getCapsule(job.context, chat.id)).toMatchObject({ content: 'chat', status: 'ACTIVE' })
    // What came back is wanted: it has its time.
    await job.tick()
    expect(await away()).toEqual([false, false, true])
    await job.tick(2 * DAY_MS)
    expect(await away()).toEqual([true, false, true])
  })

  test('all that is due, a bounded number at a time, and nothing between two looks', async () => {
    await using job = await openJob(MONTH)
    const ids: string[] = []
    for (let index = 0; index < 5; index++) ids.push((await job.add({ content: `capsule ${index}` })).id)
    await job.tick(31 * DAY_MS)
    expect(await job.awayOf(...ids)).toEqual(Array(5).fill(true))
    expect(await job.read('cascade_archived_capsules_total')).toBe('cascade_archived_capsules_total 5')
    const { id } = await job.add({ content: 'again', valid_from: '2020-01-01T00:00:00Z' })
    await job.tick(1000)
    expect(await job.awayOf(id)).toEqual([false])
  })

  test('nothing after it was told to stop', async () => {
    const job = await openJob(MONTH)
    const { id } = await job.add({ content: 'old' })
    await job[Symbol.asyncDispose]()
    await job.tick(31 * DAY_MS)
    expect(await job.awayOf(id)).toEqual([false])
  })
})
