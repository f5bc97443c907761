import { RISK_WEIGHTS } from '@forge-cascade/contract/vocabulary'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RISK_SIGNALS, type RiskWeights, riskOf } from '../guardian/risk.ts'
import { riskErrorOf, riskWith } from './analysed-change.ts'

const NAMES = RISK_SIGNALS.slice(0, 6)
const anyWeights: fc.Arbitrary<RiskWeights> = fc.oneof(
  fc.constant(RISK_WEIGHTS),
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 10, maxLength: 10 }).map(
    // As many as there are signals.
    (drawn) => Object.fromEntries(RISK_SIGNALS.map((name, at) => [name, drawn[at]])) as unknown as RiskWeights,
  ),
)

test('the risk of another trust is what the guardian would say, as near as whole points tell', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 100 }), { minLength: 6, maxLength: 6 }),
      anyWeights,
      fc.nat({ max: 100 }),
      (values, weights, trust) => {
        const signals = NAMES.map((name, at) => ({ name, value: values[at] ?? 0 }))
        const recorded = riskOf(signals, weights)
        const moved = signals.map((one) => (one.name === 'actor_trust' ? { ...one, value: 100 - trust } : one))
        const estimate = riskWith(recorded, trust, weights.actor_trust)
        expect(Math.abs(estimate - riskOf(moved, weights).risk)).toBeLessThanOrEqual(riskErrorOf(recorded.risk))
      },
    ),
    { numRuns: 2000 },
  )
})
