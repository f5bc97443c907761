import { beforeAll, expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import type { Subject } from '#identity'
import { createTestClock } from '../../platform/store/testing.ts'
import type { ArmedBundle } from './armed-bundle.ts'
import { GATE_DEFAULTS, GovernanceGate } from './governance-gate.ts'
import { ADA, armText, BUILT_IN } from './testing/draw-inputs.ts'

const SUBJECT: Subject = { ...ADA, kind: 'person', roles: ['administrator'], name: 'ada', createdAt: 0 }
const ASKED = { action: 'system.maintain', resource: 'system/ledger', subject: SUBJECT, correlationId: 'c' } as const
const HOUR_MS = 3_600_000
let forbidding: ArmedBundle

beforeAll(async () => {
  forbidding = await armText(`@id("own.all") permit(principal, action, resource);
@id("own.no") forbid(principal, action == Action::"system.maintain", resource);`)
})

function openGate() {
  const time = createTestClock()
  const settings = { ...GATE_DEFAULTS }
  const stop = { isOn: false }
  const newId = createUuidV7(time.clock, systemRandom)
  const gate = new GovernanceGate({ clock: time.clock, newId, settings: () => settings })
  gate.stopBy(() => stop.isOn)
  gate.arm(forbidding)
  /** Id of the decision that refused it; undefined where it was allowed. */
  const refusedBy = (ask: 'retried' | 'standing', more: { readonly resource?: string } = {}): unknown => {
    try {
      gate[ask]({ ...ASKED, ...more })
      return undefined
    } catch (error) {
      return (error as { readonly extensions: { readonly decision_id: string } }).extensions.decision_id // a CascadeError
    }
  }
  return { time, settings, stop, gate, refusedBy }
}

test.for(['retried', 'standing'] as const)('what rules refuse to %s is one decision for an hour', (ask) => {
  const { time, refusedBy } = openGate()
  const first = refusedBy(ask)
  expect(first).toBeDefined()
  time.advance(HOUR_MS - 1)
  expect(refusedBy(ask)).toBe(first)
  expect(refusedBy(ask, { resource: 'another' })).not.toBe(first)
  time.advance(1)
  expect(refusedBy(ask)).not.toBe(first)
})

test('a refusal ends at once with the policies, the mode or the state of the kill switch that it came from', () => {
  const { settings, stop, gate, refusedBy } = openGate()
  const first = refusedBy('retried')
  gate.arm(BUILT_IN)
  expect(refusedBy('retried')).toBeUndefined()
  gate.arm(forbidding)
  expect(refusedBy('retried')).toBe(first)
  Object.assign(settings, { mode: 'audit' })
  expect(refusedBy('retried')).toBeUndefined()
  Object.assign(settings, { mode: 'enforce' })
  stop.isOn = true
  expect(refusedBy('retried')).not.toBe(first)
})

test('what is refused for the moment is asked anew each time, and what is allowed is a decision each time', () => {
  const { settings, stop, gate, refusedBy } = openGate()
  gate.arm(BUILT_IN)
  expect(gate.retried(ASKED).decisionId).not.toBe(gate.retried(ASKED).decisionId)
  expect(gate.standing(ASKED)).toBe(gate.standing(ASKED))
  stop.isOn = true
  expect(refusedBy('retried')).not.toBe(refusedBy('retried'))
  stop.isOn = false
  Object.assign(settings, { riskDeny: 0 })
  expect(refusedBy('retried')).not.toBe(refusedBy('retried'))
})

test('what stands ends with a doubt in what it was decided by, and again once somebody else decides', () => {
  const { gate, refusedBy } = openGate()
  gate.arm(BUILT_IN)
  const before = gate.standing(ASKED)
  gate.doubt()
  const refusal = refusedBy('standing')
  expect(refusal).toBeDefined()
  const { engine } = BUILT_IN
  gate.arm({ ...BUILT_IN, decider: { decide: (request, except) => engine.decide(request, except) } })
  const after = gate.standing(ASKED)
  expect(after).not.toBe(before)
  expect(gate.standing(ASKED)).toBe(after)
})
