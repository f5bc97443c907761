import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { GovernanceGate } from '#governance'
import type { Subject } from '#identity'
import { toRecord } from '#store'
import { quarantineCapsule, releaseCapsule } from '../../domain/capsules/use-cases/life.ts'
import { openWorld, type World } from '../../domain/capsules/use-cases/testing.ts'
import {
  AFTER_FAILURE_MS,
  BESIDE_READERS_MS,
  IDLE_MS,
  Maintenance,
  type MaintenanceOptions,
  TICK_MS,
} from './maintenance.ts'

interface Job extends AsyncDisposable {
  readonly world: World
  readonly warnings: readonly unknown[]
  /** Lets time pass, then looks once and waits for what comes of it. */
  tick(ms?: number): Promise<void>
  /** Looks once without waiting. */
  look(): Promise<void>
}

type Setting = Partial<Pick<MaintenanceOptions, 'context' | 'gate' | 'subject'>>

async function openJob(setting: (world: World) => Setting = () => ({})): Promise<Job> {
  const world = await openWorld()
  const { context, time, administrator } = world
  const warnings: unknown[] = []
  const warn = (message: string, fields?: object) => void warnings.push({ message, ...fields })
  let look = () => Promise.resolve()
  const maintenance = new Maintenance({
    context,
    gate: new GovernanceGate({ clock: time.clock, newId: context.newId }),
    subject: administrator,
    clock: time.clock,
    log: { debug: () => undefined, info: () => undefined, warn, error: warn },
    every: (work, ms) => {
      expect(ms).toBe(TICK_MS)
      look = work
      return { [Symbol.dispose]: () => undefined }
    },
    ...setting(world),
  })
  const tick = async (ms = TICK_MS) => {
    time.advance(ms)
    await look()
  }
  return { world, warnings, tick, look: () => look(), [Symbol.asyncDispose]: () => maintenance[Symbol.asyncDispose]() }
}

/** A parent and its child, whose trust was lowered with the parent's and may rise again. */
async function addUnsettled({ context, call, add }: World): Promise<string> {
  const parent = await add({ content: 'the source of it all' })
  const child = await add({ content: 'what follows from it', parents: [{ id: parent.id, reason: 'derived' }] })
  await quarantineCapsule(context, call('capsule.trust'), parent.id, 'suspicious')
  await releaseCapsule(context, call('capsule.trust'), parent.id, 'harmless')
  return child.id
}

/** Two capsules that say the same in vectors, and different things in words. */
async function addSimilar({ add }: World): Promise<string> {
  const vector = { embedding: [1, 2, 3, 4], embedding_model: 'test' }
  const { id } = await add({ content: 'rivers carry water to the sea', ...vector })
  await add({ content: 'engines are oiled every spring', ...vector })
  return id
}

const trustOf = async ({ context }: World, id: string) =>
  (await context.store.capsules.getHeads([id]))[0]?.effectiveTrust
const linksOf = async ({ context }: World, id: string) =>
  (await context.store.capsules.links(id)).map(({ kind }) => kind)
const typesOf = async ({ context }: World) => (await context.store.changesSince(-1, 1000)).map(({ leaf }) => leaf.type)

describe('a failure', () => {
  test('is told once, and keeps it away for 30 seconds', async () => {
    await using job = await openJob(({ context }) => ({ context: breakingOn(context, 'listUnsettled') }))
    await addSimilar(job.world)
    await job.tick()
    expect(job.warnings).toEqual([{ message: 'maintenance failed', reason: 'UNAVAILABLE: the disk is gone' }])
    await job.tick(AFTER_FAILURE_MS - 1)
    expect(job.warnings).toHaveLength(1)
    await job.tick(1)
    expect(job.warnings).toHaveLength(2)
  })

  test('does not keep it away for hours when the clock is set back', async () => {
    await using job = await openJob(({ context }) => ({ context: breakingOn(context, 'listUnsettled') }))
    await job.tick()
    await job.tick(-3_600_000)
    expect(job.warnings).toHaveLength(2)
  })

  test('of the gate leaves everything as it is', async () => {
    const subject = ({ administrator }: World): Subject => ({ ...administrator, roles: ['member'] })
    await using job = await openJob((world) => ({ subject: subject(world) }))
    const child = await addUnsettled(job.world)
    const before = await typesOf(job.world)
    await job.tick()
    expect(job.warnings).toEqual([{ message: 'maintenance failed', reason: expect.stringContaining('FORBIDDEN') }])
    expect(await trustOf(job.world, child)).toBe(0)
    expect(await typesOf(job.world)).toEqual(before)
  })
})

describe('one at a time', () => {
  test('looks that come while it works do nothing', async () => {
    let asked = 0
    await using job = await openJob(({ context }) => ({ context: counting(context, () => asked++) }))
    await Promise.all([job.look(), job.look(), job.look()])
    expect(asked).toBe(1)
    await job.look()
    expect(asked).toBe(2)
  })

  test('after it was disposed of nothing is asked and nothing is written', async () => {
    let asked = 0
    const job = await openJob(({ context }) => ({ context: counting(context, () => asked++) }))
    const child = await addUnsettled(job.world)
    await job[Symbol.asyncDispose]()
    await job.tick()
    await job.tick(IDLE_MS)
    expect(asked).toBe(0)
    expect(await trustOf(job.world, child)).toBe(0)
  })

  test('disposing ends the look that is under way before its next step', async () => {
    const job = await openJob()
    await addSimilar(job.world)
    await job.tick()
    job.world.time.advance(IDLE_MS)
    const looked = job.look()
    await job[Symbol.asyncDispose]()
    const written = await typesOf(job.world)
    await looked
    expect(await typesOf(job.world)).toEqual(written)
    expect(written).not.toContain('capsule.similar_linked')
  })

  test('disposing waits for the command under way', async () => {
    const job = await openJob()
    const child = await addUnsettled(job.world)
    const looked = job.look()
    await job[Symbol.asyncDispose]()
    expect(await trustOf(job.world, child)).toBe(60)
    await looked
  })
})

describe('trust', () => {
  test('that may rise again rises, by a decision of the gate that is on record', async () => {
    await using job = await openJob()
    const child = await addUnsettled(job.world)
    expect(await trustOf(job.world, child)).toBe(0)
    await job.tick()
    expect(await trustOf(job.world, child)).toBe(60)
    const leaf = (await job.world.context.store.changesSince(-1, 1000)).at(-1)?.leaf
    expect(leaf).toMatchObject({ type: 'capsule.trust_settled', actor: job.world.administrator.id })
    expect(leaf?.payload.decision_id).toEqual(expect.any(String))
  })

  test('rises also while others write', async () => {
    await using job = await openJob()
    const child = await addUnsettled(job.world)
    await job.tick()
    await job.world.add({ content: 'traffic' })
    await job.tick()
    expect(await trustOf(job.world, child)).toBe(60)
  })
})

describe('links by similarity', () => {
  test('wait until nobody has written for 3 seconds', async () => {
    await using job = await openJob()
    const id = await addSimilar(job.world)
    await job.tick()
    await job.tick(IDLE_MS - 1)
    await job.world.add({ content: 'somebody still writes' })
    await job.tick()
    await job.tick(IDLE_MS - 1)
    expect(await linksOf(job.world, id)).toEqual([])
    await job.tick(1)
    expect(await linksOf(job.world, id)).toContain('SIMILAR_TO')
  })

  test('go on at each look while there is more, for its own writes are no traffic', async () => {
    await using job = await openJob()
    for (let count = 0; count < 30; count++) await job.world.add({ content: `note ${count}`, ...LONELY })
    const id = await addSimilar(job.world)
    await job.tick()
    await job.tick(IDLE_MS)
    expect(await linksOf(job.world, id)).toEqual([])
    await job.tick()
    expect(await linksOf(job.world, id)).toContain('SIMILAR_TO')
  })

  test('are made every five seconds alone while somebody reads', async () => {
    await using job = await openJob()
    for (let count = 0; count < 80; count++) await job.world.add({ content: `note ${count}`, ...LONELY })
    const stepsAfter = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += TICK_MS) {
        await tellOfReading(job.world)
        await job.tick()
      }
      return (await typesOf(job.world)).filter((type) => type === 'capsule.similar_linked').length
    }
    await job.tick()
    expect(await stepsAfter(IDLE_MS)).toBe(1)
    expect(await stepsAfter(BESIDE_READERS_MS - TICK_MS)).toBe(1)
    expect(await stepsAfter(TICK_MS)).toBe(2)
    for (let looks = 0; looks < 3; looks++) await job.tick()
    expect(await stepsAfter(0)).toBeGreaterThan(2)
  })

  test('that are made make no more work: it falls silent', async () => {
    await using job = await openJob()
    await addSimilar(job.world)
    await job.tick()
    await job.tick(IDLE_MS)
    const before = await typesOf(job.world)
    for (let looks = 0; looks < 10; looks++) await job.tick()
    expect(await typesOf(job.world)).toEqual(before)
    expect(before.filter((type) => type === 'capsule.similar_linked')).toHaveLength(1)
  })

  test('wait no longer than that when the clock is set back', async () => {
    await using job = await openJob()
    const id = await addSimilar(job.world)
    await job.tick()
    await job.tick(-3_600_000)
    expect(await linksOf(job.world, id)).toContain('SIMILAR_TO')
  })
})

const DIGEST = 'ab'.repeat(32)

/** What the journal writes once a second while somebody reads. */
async function tellOfReading({ context, call }: World): Promise<void> {
  const { grant, command } = call('system.maintain')
  const verdict = { decision: 'allow', mode: 'enforce', reasons: [], trust: null, risk: 0, bundle: DIGEST }
  const what = { action: 'capsule.search', resource: '*', subject: null, first: grant.decisionId, count: 9 }
  const told = { decisions: [{ ...verdict, ...what, inputs: DIGEST }] }
  const records = [toRecord(grant, 'decision.gathered', 'governance/decisions', told, {})]
  const [outcome] = await context.store.append([{ ...command, grant, changes: [], records, events: [] }])
  expect(outcome?.ok).toBe(true)
}

/** A vector in a space where nothing else is near. */
const LONELY = { embedding: [1, 0, 0, 0], embedding_model: 'elsewhere' }

type Context = World['context']
type Reads = Context['store']['capsules']

/** The same context, but that one read of the store is another. */
function withRead(context: Context, name: 'listUnsettled', read: Reads['listUnsettled']): Context {
  const { store } = context
  const capsules = new Proxy(store.capsules, { get: (target, key) => (key === name ? read : bound(target, key)) })
  return {
    ...context,
    store: new Proxy(store, { get: (target, key) => (key === 'capsules' ? capsules : bound(target, key)) }),
  }
}

function bound(target: object, key: string | symbol): unknown {
  const member: unknown = Reflect.get(target, key)
  return typeof member === 'function' ? member.bind(target) : member
}

const breakingOn = (context: Context, name: 'listUnsettled'): Context =>
  withRead(context, name, async () => {
    throw new CascadeError('UNAVAILABLE', 'the disk is gone')
  })

const counting = (context: Context, count: () => void): Context =>
  withRead(context, 'listUnsettled', (limit) => {
    count()
    return context.store.capsules.listUnsettled(limit)
  })
