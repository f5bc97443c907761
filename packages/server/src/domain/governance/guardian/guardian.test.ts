import { expect, test } from 'vitest'
import { Guardian } from './guardian.ts'
import type { RiskWeights } from './risk.ts'

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
