import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RiskProvider, readProviders } from './providers.ts'
import { RISK_SIGNALS, type RiskSignal, type RiskWeights, riskOf } from './risk.ts'

const WEIGHTS: RiskWeights = {
  ...{ action: 1, actor_trust: 0.25, novelty: 0.1, time: 0.1, volume: 0.3, denials: 0.4 },
  ...{ anomaly: 0.6, affect_delta: 0.3, drift_score: 0.4, provider_history: 0.2 },
}
const name = fc.constantFrom(...RISK_SIGNALS)
const value = fc.integer({ min: 0, max: 100 })
const signal = fc.record({ name, value: fc.option(value) })
const signals = fc.uniqueArray(signal, { selector: (one) => one.name })
const weights = fc.record(
  Object.fromEntries(RISK_SIGNALS.map((one) => [one, fc.double({ min: 0, max: 1, noNaN: true })])),
) as fc.Arbitrary<RiskWeights> // its keys are the names of the signals

describe('risk never falls', () => {
  test('when any signal rises, drift among them', () => {
    fc.assert(
      fc.property(signals, weights, name, value, value, (rest, weight, raised, one, other) => {
        const others = rest.filter((each) => each.name !== raised)
        const at = (each: number) => riskOf([...others, { name: raised, value: each }], weight).risk
        expect(at(Math.max(one, other))).toBeGreaterThanOrEqual(at(Math.min(one, other)))
      }),
    )
  })

  test('when a signal goes missing, or is one more', () => {
    fc.assert(
      fc.property(signals, weights, name, value, (rest, weight, missing, known) => {
        const others = rest.filter((each) => each.name !== missing)
        const without = riskOf(others, weight).risk
        const there = riskOf([...others, { name: missing, value: known }], weight).risk
        const gone = riskOf([...others, { name: missing, value: null }], weight).risk
        expect(there).toBeGreaterThanOrEqual(without)
        expect(gone).toBeGreaterThanOrEqual(there)
      }),
    )
  })
})

test('risk is an integer of 0 to 100, and the shares of its signals are all of it', () => {
  fc.assert(
    fc.property(signals, weights, (given, weight) => {
      const { risk, signals: weighed } = riskOf(given, weight)
      expect(Number.isInteger(risk) && risk >= 0 && risk <= 100).toBe(true)
      expect(weighed.reduce((sum, { share }) => sum + share, 0)).toBe(risk)
      expect(weighed.every(({ share }) => Number.isInteger(share) && share >= 0)).toBe(true)
    }),
  )
})

test.for([Number.NaN, -1, 101, Number.POSITIVE_INFINITY])('%s is no value and counts as the worst', (hostile) => {
  const of = (one: number | null) => riskOf([{ name: 'drift_score', value: one }], WEIGHTS).risk
  expect(of(hostile)).toBe(of(100))
})

test.for<{ name: string; signals: readonly RiskSignal[]; risk: number }>([
  { name: 'nothing', signals: [], risk: 0 },
  {
    name: 'a low action of full trust',
    signals: [
      { name: 'action', value: 10 },
      { name: 'actor_trust', value: 0 },
    ],
    risk: 10,
  },
  {
    name: 'a medium action of a newcomer',
    signals: [
      { name: 'action', value: 40 },
      { name: 'actor_trust', value: 40 },
      { name: 'novelty', value: 100 },
    ],
    risk: 51,
  },
  {
    name: 'a high action after many denials',
    signals: [
      { name: 'action', value: 70 },
      { name: 'denials', value: 100 },
    ],
    risk: 82,
  },
])('$name has the risk $risk', ({ signals: given, risk }) => {
  expect(riskOf(given, WEIGHTS).risk).toBe(risk)
})

test('a provider that knows nothing, is out of date or fails is told as stale and counts as the worst', () => {
  const provider = (read: RiskProvider['read']): RiskProvider => ({ name: 'drift_score', freshMs: 1000, read })
  const providers = [
    provider(() => ({ value: 3, at: 9000 })),
    provider(() => ({ value: 3, at: 8999 })),
    provider(() => ({ value: 3, at: 10_001 })),
    provider(() => undefined),
    provider(() => {
      throw new Error('away')
    }),
  ]
  const read = readProviders(providers, { subject: 's', action: 'capsule.create', resource: '*' }, () => 10_000)
  expect(read.map((one) => one.value)).toEqual([3, null, null, null, null])
  const { signals: weighed } = riskOf(read, WEIGHTS)
  expect(weighed.map(({ stale }) => stale)).toEqual([false, true, true, true, true])
})
