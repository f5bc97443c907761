import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { GovernanceGate } from '#governance'
import { openWorld, type World } from '../../domain/capsules/use-cases/testing.ts'
import { DEEP_AGE_MS, DeepProbe, type DeepProbeOptions, PROBE_SCOPE } from './deep-probe.ts'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

function openProbe(
  world: World,
  context: Partial<DeepProbeOptions['context']> = {},
  options: Pick<DeepProbeOptions, 'msMax'> = {},
): DeepProbe {
  const gate = new GovernanceGate({ clock: world.time.clock, newId: world.context.newId })
  const { clock } = world.time
  return new DeepProbe({
    context: { ...world.context, ...context },
    gate,
    subject: world.administrator,
    clock,
    log: silent,
    ...options,
  })
}

const inScope = async ({ context }: World, statuses: readonly ('ACTIVE' | 'ARCHIVED')[]) =>
  (await context.store.capsules.list({ ...PROBE_SCOPE, statuses }, { limit: 100 })).items

describe('the deep probe', () => {
  test('writes, finds, quotes and takes away, and a hundred of them leave one archived capsule and 200 records', async () => {
    const world = await openWorld()
    await world.add({ content: 'The deep probe is not about this sentence of a person.' })
    const probe = openProbe(world)
    const head = world.context.store.head()
    for (let count = 0; count < 100; count++) {
      const { status, checks } = await probe.look()
      expect({ status, names: checks.map(({ name }) => name) }).toEqual({
        status: 'ok',
        names: ['write', 'search', 'cite', 'remove'],
      })
      world.time.advance(DEEP_AGE_MS)
    }
    expect(world.context.store.head() - head).toBe(200)
    expect(await inScope(world, ['ACTIVE'])).toEqual([])
    expect(await inScope(world, ['ARCHIVED'])).toMatchObject([{ version: '1.0.0', trust: 0 }])
  })

  test('writes once for all who ask within ten seconds', async () => {
    const world = await openWorld()
    const probe = openProbe(world)
    await Promise.all([probe.look(), probe.look(), probe.look()])
    const head = world.context.store.head()
    world.time.advance(DEEP_AGE_MS - 1)
    expect((await probe.look()).checks[0]?.age_ms).toBe(DEEP_AGE_MS - 1)
    expect(world.context.store.head()).toBe(head)
  })

  test('goes on with the capsule of an earlier process, and takes away what that one left', async () => {
    const world = await openWorld()
    const { store } = world.context
    const failing = {
      ...store.capsules,
      search: () => Promise.reject(new CascadeError('UNAVAILABLE', 'at /home/ann')),
    }
    const broken = await openProbe(world, { store: { ...bind(store), capsules: failing } }).look()
    expect(broken.status).toBe('failed')
    expect(broken.checks.map(({ status, detail }) => (status === 'ok' ? 'ok' : detail))).toEqual([
      'ok',
      'UNAVAILABLE',
      'not tried',
      'ok',
    ])
    expect(await inScope(world, ['ACTIVE'])).toEqual([])
    expect((await openProbe(world).look()).status).toBe('ok')
    expect(await inScope(world, ['ARCHIVED'])).toHaveLength(1)
  })

  test('a step that takes too long has failed', async () => {
    const world = await openWorld()
    const { store } = world.context
    const silentStore = { ...store.capsules, search: () => new Promise<never>(() => undefined) }
    const probe = openProbe(world, { store: { ...bind(store), capsules: silentStore } }, { msMax: 4000 })
    const { status, checks } = await probe.look()
    expect(status).toBe('failed')
    expect(checks.find(({ name }) => name === 'search')?.detail).toBe('no answer within 1000 ms')
  })

  test('is not found by a search of others while it is there', async () => {
    const world = await openWorld()
    let seen: readonly string[] = ['not asked']
    const { store } = world.context
    const watching = {
      ...bind(store),
      append: async (commands: Parameters<typeof store.append>[0]) => {
        const outcomes = await store.append(commands)
        const found = await store.capsules.candidates({
          text: 'quixotic axolotl',
          filter: { minTrust: 40 },
          perSignal: 9,
        })
        seen = found.candidates.map(({ id }) => id)
        return outcomes
      },
    }
    expect((await openProbe(world, { store: watching }).look()).status).toBe('ok')
    expect(seen).toEqual([])
  })
})

/** The store with its methods as members of their own, so that single ones can be exchanged. */
function bind(store: World['context']['store']): World['context']['store'] {
  return {
    capsules: store.capsules,
    ledger: store.ledger,
    records: store.records,
    append: (commands) => store.append(commands),
    receipt: (id) => store.receipt(id),
    head: () => store.head(),
    changesSince: (sequence, limit) => store.changesSince(sequence, limit),
    capabilities: () => store.capabilities(),
    ready: () => store.ready(),
    repair: (findings) => store.repair(findings),
    scrub: () => store.scrub(),
    doctor: (depth, onProgress) => store.doctor(depth, onProgress),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
