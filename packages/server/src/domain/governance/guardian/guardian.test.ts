import { expect, test } from 'vitest'
import { Guardian } from './guardian.ts'
import { RISK_SIGNALS, type RiskWeights } from './risk.ts'

test('asking changes nothing, what was decided is remembered, and weights count from when they change', () => {
  let factor = 1
  const weights = (): RiskWeights => ({
    ...{ action: 1, actor_trust: 0.25 * factor, novelty: 0.1 * factor, time: 0.1, volume: 0.3, denials: 0.4 },
    ...{ anomaly: 0.6, affect_delta: 0.3, drift_score: 0.4, provider_history: 0.2 },
  })
  const guardian = new Guardian({ clock: () => 0, weights })
  const ask = () => guardian.weigh({ subject: 'ada', action: 'capsule.create', resource: '*', trust: 60 })
  const first = ask()
  expect(first.signals.map(({ name, value }) => [name, value])).toEqual([
    ...[
      ['action', 40],
      ['actor_trust', 40],
      ['novelty', 50],
    ],
  ])
  expect(ask()).toEqual(first)
  guardian.note({ subject: 'ada', action: 'capsule.create', isAllowed: true })
  expect(ask().risk).toBeLessThan(first.risk)
  factor = 0
  expect(ask().risk).toBe(40)
})

test('what a provider measures in the moment it is asked is known, whichever millisecond ends meanwhile', () => {
  let now = 0
  const clock = () => now++
  const provider = { name: 'drift_score', freshMs: 1000, read: () => ({ value: 0, at: clock() }) } as const
  const weights = Object.fromEntries(RISK_SIGNALS.map((name) => [name, 1])) as RiskWeights // each has one
  const guardian = new Guardian({ clock, weights: () => weights, providers: [provider] })
  const { signals } = guardian.weigh({ subject: 'ada', action: 'capsule.create', resource: '*', trust: 100 })
  expect(signals.find(({ name }) => name === 'drift_score')).toMatchObject({ value: 0, stale: false })
})
