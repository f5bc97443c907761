import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LiveRouting } from './live-routing.ts'
import { factorOf } from './penalty.ts'
import { CONFIGURED, NO_RULES, routingSchema } from './routing-rules.ts'
import { type RoutingRequest, type RoutingState, selectProvider } from './select-provider.ts'
import { drift, PROVIDERS, request, rules, view } from './testing/draws.ts'

const ALL_CLOSED: RoutingState = { circuit: () => 'closed', drift: () => undefined }
const ASKED: RoutingRequest = { purpose: 'query', characters: 10, at: 0 }

describe('a decision', () => {
  test('is the configured embedder where there are no rules', () => {
    expect(selectProvider(NO_RULES, ASKED, ALL_CLOSED)).toMatchObject({
      rule: null,
      provider: CONFIGURED,
      fallbacks: [],
    })
  })

  test('never names a provider whose circuit lets nobody through, names each once, and is the same from the same', () => {
    const views = fc.record({ configured: view, east: view, west: view, north: view })
    const drifts = fc.record({ configured: drift, east: drift, west: drift, north: drift })
    fc.assert(
      fc.property(rules, request, views, drifts, (drawn, asked, circuits, drifted) => {
        const state = {
          circuit: (name: string) => circuits[name as keyof typeof circuits],
          drift: (name: string) => drifted[name as keyof typeof drifted],
        }
        const decision = selectProvider(drawn, asked, state)
        const named = [...(decision.provider === null ? [] : [decision.provider]), ...decision.fallbacks]
        expect(new Set(named).size).toBe(named.length)
        for (const name of named) expect(['closed', 'probing']).toContain(state.circuit(name))
        if (decision.provider === null) expect(decision.reasons.at(-1)?.code).toBe('NOBODY_LEFT')
        expect(selectProvider(drawn, asked, state)).toEqual(decision)
      }),
      { numRuns: 1000 },
    )
  })

  test('a preview is what is done next, in any rules, requests and circuits', () => {
    const call = fc.record({
      request,
      wait: fc.nat(600),
      outcomes: fc.array(fc.constantFrom('good', 'failed', 'unknown'), { minLength: 4, maxLength: 4 }),
    })
    let compared = 0
    fc.assert(
      fc.property(
        rules,
        fc.array(call, { minLength: 20, maxLength: 22 }),
        fc.array(drift, { minLength: 4, maxLength: 4 }),
        (drawn, calls, drifted) => {
          let now = 0
          const names = [CONFIGURED, ...PROVIDERS]
          const live = new LiveRouting({ clock: () => now, drift: { read: (name) => drifted[names.indexOf(name)] } })
          live.use(drawn)
          for (const { request: asked, wait, outcomes } of calls) {
            now += wait
            const preview = live.decide(asked)
            const { provider, fallbacks } = live.decide(asked)
            const done: string[] = []
            for (const name of provider === null ? [] : [provider, ...fallbacks]) {
              const ticket = live.admit(name)
              // What was promised a moment ago is let through.
              expect(ticket).toBeDefined()
              done.push(name)
              const outcome = outcomes[done.length - 1] ?? 'good'
              live.settle(ticket!, outcome)
              if (outcome === 'good') break
            }
            const promised = preview.provider === null ? [] : [preview.provider, ...preview.fallbacks]
            expect(done).toEqual(promised.slice(0, done.length))
            expect(done.length > 0 || preview.provider === null).toBe(true)
            compared += 1
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(compared).toBeGreaterThanOrEqual(10_000)
  })

  test.for([
    { when: { purpose: 'document' }, fits: { purpose: 'document' }, not: {} },
    { when: { lane: ['a', 'b'] }, fits: { lane: 'b' }, not: { lane: 'c' } },
    { when: { characters_min: 11 }, fits: { characters: 11 }, not: {} },
    { when: { characters_max: 9 }, fits: { characters: 9 }, not: {} },
    { when: { hours: [22, 6] }, fits: { at: 3_600_000 * 23 }, not: { at: 3_600_000 * 6 } },
    { when: { action: 'capsule.search' }, fits: { action: 'capsule.search' }, not: {} },
  ] as const)('a rule with $when holds for what fits and for nothing else', ({ when, fits, not }) => {
    const drawn = routingSchema.parse({
      version: 1,
      rules: [{ name: 'r', when, split: [{ provider: CONFIGURED, weight: 1 }] }],
    })
    expect(selectProvider(drawn, { ...ASKED, ...fits }, ALL_CLOSED).rule).toBe('r')
    expect(selectProvider(drawn, { ...ASKED, ...not }, ALL_CLOSED).rule).toBeNull()
  })

  test.for(['subject', 'kind', 'role', 'trust_min'] as const)(
    'a rule about %s holds for nobody who is not known',
    (key) => {
      const when = {
        subject: { subject: 'ada' },
        kind: { kind: 'person' },
        role: { role: 'member' },
        trust_min: { trust_min: 0 },
      }[key]
      const drawn = routingSchema.parse({
        version: 1,
        rules: [{ name: 'r', when, split: [{ provider: CONFIGURED, weight: 1 }] }],
      })
      const subject = { id: '1', name: 'ada', kind: 'person', roles: ['member'], trust: 0 }
      expect(selectProvider(drawn, ASKED, ALL_CLOSED).rule).toBeNull()
      expect(selectProvider(drawn, { ...ASKED, subject }, ALL_CLOSED).rule).toBe('r')
    },
  )
})

describe('drift', () => {
  test('takes a part of a weight that grows with it, never beyond the floor, and nothing where too little is known', () => {
    const settings = fc.record({
      strength: fc.double({ min: 0, max: 1, noNaN: true }),
      floor: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const value = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(settings, value, value, (penalty, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map((bad) =>
          factorOf({ value: bad, samples: 9, at: 0 }, penalty),
        )
        expect(high!).toBeLessThanOrEqual(low!)
        expect(high!).toBeGreaterThanOrEqual(penalty.floor)
        expect(low!).toBeLessThanOrEqual(1)
        expect(factorOf({ value: one, samples: 2, at: 0 }, penalty)).toBe(1)
      }),
    )
  })

  test('moves ids away from whoever drifted, and nobody else', () => {
    const drawn = routingSchema.parse({
      version: 1,
      rules: [{ name: 'r', split: ['a', 'b', 'c'].map((provider) => ({ provider, weight: 1 })) }],
      penalty: { strength: 1, floor: 0 },
    })
    const drifted = {
      ...ALL_CLOSED,
      drift: (name: string) => (name === 'a' ? { value: 0.5, samples: 9, at: 0 } : undefined),
    }
    let moved = 0
    for (let index = 0; index < 3000; index++) {
      const asked = { ...ASKED, subject: { id: `s${index}`, name: '', kind: '', roles: [], trust: 0 } }
      const [before, after] = [selectProvider(drawn, asked, ALL_CLOSED), selectProvider(drawn, asked, drifted)]
      if (before.arm === after.arm) continue
      expect(before.arm).toBe('a')
      expect(after.reasons.map(({ code }) => code)).toContain('PENALISED')
      moved += 1
    }
    expect(moved).toBeGreaterThan(300)
  })
})
