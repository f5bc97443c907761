import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CascadeError, createUuidV7, systemRandom } from '#base'
import { type FallbackEngine, type PolicyBundle, policiesOf } from '#policy'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { askCedar, CedarOracle } from '../../adapters/policies/index.ts'
import { createTestClock } from '../../platform/store/testing.ts'
import type { ArmedBundle } from './armed-bundle.ts'
import { GATE_DEFAULTS, GovernanceGate, requireGrant } from './governance-gate.ts'
import { type CedarQuestions, SHADOWED_MAX, ShadowCheck } from './shadow-check.ts'
import { ADA, armText, BUILT_IN } from './testing/draw-inputs.ts'

const ADMIN = { ...ADA, roles: ['administrator'] as const, kind: 'person' as const, name: 'ada', createdAt: 0 }
const BOB = { ...ADMIN, id: '01900000-0000-7000-8000-0000000000b1', name: 'bob', roles: ['member'] as const, trust: 80 }

/** As a compiler would leave it that is wrong: named as the policies of the program, and permits everything to everybody. */
async function wrongBundle(): Promise<ArmedBundle> {
  const { engine } = await armText('@id("own.all") permit(principal, action, resource);')
  return { ...BUILT_IN, engine, decider: engine }
}
const cedarOf = (bundle: PolicyBundle) => new CedarOracle(policiesOf(bundle), { fixed: bundle.actions })

async function open() {
  const { clock } = createTestClock()
  const store = openMemoryStore({ collections: [], clock })
  const newId = createUuidV7(clock, systemRandom)
  const gate = new GovernanceGate({
    clock,
    newId,
    settings: () => ({ ...GATE_DEFAULTS, riskHold: 101, riskDeny: 101 }),
  })
  const troubles: string[] = []
  const asked: CedarQuestions[] = []
  const hooks = { ask: askCedar, fallback: async (bundle: PolicyBundle): Promise<FallbackEngine> => cedarOf(bundle) }
  const shadow = new ShadowCheck({
    ...{ gate, store, newId, chance: () => 0 },
    ask: (work) => {
      asked.push(work)
      return hooks.ask(work)
    },
    fallback: (bundle) => hooks.fallback(bundle),
    grant: () =>
      requireGrant(gate.decide({ action: 'policy.apply', resource: '*', subject: ADMIN, correlationId: newId() })),
    onTrouble: (message) => troubles.push(message),
  })
  gate.shadowBy(shadow)
  const decide = (subject: typeof ADMIN | typeof BOB, action: 'capsule.search' | 'token.read' = 'token.read') =>
    gate.decide({ action, resource: '*', subject, correlationId: newId() }).applied
  const told = async () => (await store.changesSince(-1, 100)).map(({ leaf }) => [leaf.type, leaf.payload.policies])
  return { gate, shadow, decide, told, troubles, asked, hooks }
}

let opened: Awaited<ReturnType<typeof open>>
beforeEach(async () => {
  opened = await open()
})
afterEach(() => opened.shadow[Symbol.asyncDispose]())

describe('compiled policies that decide otherwise than Cedar', () => {
  test('are found, told, and decide nothing any more: Cedar does', async () => {
    const { gate, shadow, decide, told, troubles } = opened
    gate.arm(await wrongBundle())
    expect(decide(BOB)).toBe('allow')
    expect(shadow.finding.status).toBe('ok')
    await shadow.look()
    expect([decide(BOB), decide(ADMIN), decide(BOB, 'capsule.search')]).toEqual(['deny', 'allow', 'allow'])
    expect(shadow.finding.status).toBe('degraded')
    expect(await told()).toEqual([['policy.doubted', ['own.all']]])
    expect(troubles).toEqual(['compiled policies do not decide as Cedar does'])
  })

  test('deny everything, to everybody, until Cedar is there', async () => {
    const { gate, shadow, decide, told, hooks } = opened
    const { promise, resolve } = Promise.withResolvers<void>()
    const waited = Promise.withResolvers<void>()
    hooks.fallback = async (bundle) => {
      waited.resolve()
      await promise
      return cedarOf(bundle)
    }
    gate.arm(await wrongBundle())
    decide(BOB)
    const looking = shadow.look()
    await waited.promise
    expect([decide(BOB), decide(ADMIN), decide(ADMIN, 'capsule.search')]).toEqual(['deny', 'deny', 'deny'])
    expect(shadow.finding.status).toBe('failed')
    // Others that are put in force meanwhile are compiled by the same program.
    gate.arm(BUILT_IN)
    expect(decide(ADMIN)).toBe('deny')
    resolve()
    await looking
    expect([decide(ADMIN), decide(BOB)]).toEqual(['allow', 'deny'])
    expect(await told()).toHaveLength(1)
  })

  test('go on denying where Cedar cannot be loaded, and the next look tries again', async () => {
    const { gate, shadow, decide, told, hooks } = opened
    const { fallback } = hooks
    hooks.fallback = () => Promise.reject(new Error('no module'))
    gate.arm(await wrongBundle())
    decide(BOB)
    await shadow.look()
    expect([decide(ADMIN), shadow.finding.status, await told()]).toEqual(['deny', 'failed', []])
    hooks.fallback = fallback
    await shadow.look()
    expect([decide(ADMIN), shadow.finding.status]).toEqual(['allow', 'degraded'])
    expect(await told()).toHaveLength(1)
  })
})

describe('compiled policies that decide as Cedar does', () => {
  test('stay, also where rules are relaxed', async () => {
    const { gate, shadow, decide, troubles, asked } = opened
    const text =
      '@id("a") permit(principal, action, resource);\n@id("b") @mode("audit") forbid(principal, action, resource) when { principal.trust < 90 };'
    for (const bundle of [BUILT_IN, await armText(text)]) {
      gate.arm(bundle)
      for (const subject of [ADMIN, BOB])
        for (const action of ['capsule.search', 'token.read'] as const) decide(subject, action)
      await shadow.look()
      expect([gate.bundle, shadow.finding.status]).toEqual([bundle, 'ok'])
    }
    expect(troubles).toEqual([])
    expect(asked.map(({ questions }) => questions.length)).toEqual([4, 8])
  })

  test('are asked about a bounded sample, of what is in force, and never about a preview', async () => {
    const { gate, shadow, decide, asked } = opened
    gate.preview({ action: 'token.read', resource: '*', subject: BOB, correlationId: '' })
    await shadow.look()
    expect(asked).toEqual([])
    for (let count = 0; count < 10 * SHADOWED_MAX; count++) decide(BOB)
    await shadow.look()
    expect(asked.map(({ questions }) => questions.length)).toEqual([SHADOWED_MAX])
    decide(BOB)
    gate.arm(await armText('@id("a") permit(principal, action, resource);'))
    await shadow.look()
    expect(asked).toHaveLength(1)
  })

  test('stay where Cedar cannot be asked, which is told of', async () => {
    const { gate, shadow, decide, troubles, hooks } = opened
    hooks.ask = () => Promise.reject(new CascadeError('UNAVAILABLE', 'The thread broke.'))
    decide(BOB)
    await shadow.look()
    expect([gate.isDoubted, troubles.length]).toEqual([false, 1])
  })
})
