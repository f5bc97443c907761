import { decisionRecord } from '@forge-cascade/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import type { Subject } from '#identity'
import { presentDecision } from '../../edge/http/present/decision.ts'
import { campaign, createTestClock } from '../../platform/store/testing.ts'
import type { ArmedBundle } from './armed-bundle.ts'
import { isSameVerdict } from './decision-book.ts'
import type { DecisionInput } from './decision-input.ts'
import type { GateRequest } from './gate.ts'
import { GovernanceGate } from './governance-gate.ts'
import { anyInput, armText, BUILT_IN } from './testing/draw-inputs.ts'

const QUESTIONS = 10_000

let bundles: readonly ArmedBundle[]
beforeAll(async () => {
  const texts = [
    '@id("a") permit(principal, action, resource);\n@id("b") @mode("audit") forbid(principal, action, resource) when { context.risk > 50 };',
    '@id("a") permit(principal, action, resource) when { principal.trust >= 60 };\n@id("b") @curable("approval") forbid(principal, action == Action::"capsule.erase", resource);',
    '@id("a") permit(principal, action, resource);\n@id("b") @mode("warn") @canary("50") forbid(principal, action, resource) unless { principal in Role::"steward" };',
  ]
  bundles = [BUILT_IN, ...(await Promise.all(texts.map((text) => armText(text))))]
})
afterAll(() => {
  bundles = []
})

const requestOf = ({
  action,
  resource,
  subject,
  scopes,
  facts,
  absent,
  rateExceeded,
  approval,
}: DecisionInput): GateRequest => ({
  ...{ action, resource, scopes, rateExceeded, correlationId: 'c' },
  // The drawn kind and roles are such as a subject can have.
  subject: subject === null ? undefined : ({ ...subject, name: 'n', createdAt: 0 } as Subject),
  ...(absent ? { facts: 'absent' as const } : facts !== null && { facts }),
  ...(approval !== null && { approval }),
})

test('a preview says what the decision then says, whoever asks for what under which policies, mode and emergency', () => {
  const { clock } = createTestClock()
  fc.assert(
    fc.property(anyInput, fc.nat({ max: 3 }), fc.boolean(), (drawn, which, isBroken) => {
      const newId = createUuidV7(clock, systemRandom)
      const guardian = {
        note: () => undefined,
        weigh: () => {
          if (isBroken && drawn.risk === 100) throw new TypeError('it is gone')
          return { risk: drawn.risk, signals: [] }
        },
      }
      const { mode, canaryPercent, riskHold, riskDeny } = drawn
      const settings = () => ({ mode, canaryPercent, riskHold, riskDeny })
      const gate = new GovernanceGate({ clock, newId, guardian, settings })
      gate.stopBy(() => drawn.emergency)
      gate.arm(bundles[which] ?? BUILT_IN)
      const request = requestOf(drawn)
      const previewed = gate.preview(request)
      const decided = gate.decide(request)
      expect(isSameVerdict(previewed.verdict, decided.verdict)).toBe(true)
      expect(previewed.verdict).toEqual(decided.verdict)
      expect(previewed.input).toEqual(decided.input)
      expect(decided.applied).toBe(
        previewed.verdict.applied === 'allow' && !request.subject ? 'deny' : previewed.verdict.applied,
      )
      const shown = (made: typeof previewed) =>
        decisionRecord.parse({
          ...presentDecision({ ...made, decisionId: null, latencyMs: 0 }, new Map()),
          correlation_id: 'c',
        })
      expect(shown(previewed)).toEqual(shown(decided))
    }),
    { numRuns: campaign(QUESTIONS, 10 * QUESTIONS) },
  )
}, 120_000)

test('what the guardian remembers of a decision counts from the next one on', () => {
  const { clock } = createTestClock()
  const gate = new GovernanceGate({ clock, newId: createUuidV7(clock, systemRandom) })
  fc.assert(
    fc.property(anyInput, (drawn) => {
      const request = requestOf(drawn)
      const previewed = gate.preview(request)
      expect(gate.decide(request).verdict).toEqual(previewed.verdict)
    }),
    { numRuns: 1000 },
  )
})
