import { ACTION_TRAITS, GATE_MODES, GATE_STEPS, REASONS, TRUST_LEVELS } from '@forge-cascade/contract/vocabulary'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Subject } from '#identity'
import type { PolicyEngine } from '#policy'
import type { ArmedBundle } from './armed-bundle.ts'
import { isInShare } from './canary.ts'
import { decideFrom } from './decide-from.ts'
import type { DecisionInput } from './decision-input.ts'
import { GovernanceGate } from './governance-gate.ts'
import { ADA, ALL_ACTIONS, anyInput, armText, BUILT_IN, FACTS, inputOf } from './testing/draw-inputs.ts'

/** Inputs that a law is tried with. */
const DRAWN = { numRuns: 10_000 }
const EVERYTHING = '@id("all") permit(principal, action, resource);\n'
const resource = 'capsule/01900000-0000-7000-8000-0000000000e1'

const decide = (fields: Partial<DecisionInput>, bundle: ArmedBundle = BUILT_IN) => decideFrom(inputOf(fields), bundle)
const codes = (fields: Partial<DecisionInput>, bundle?: ArmedBundle) =>
  decide(fields, bundle).reasons.map(({ code }) => code)

describe('the steps stand in their order, and the first that stops is the last', () => {
  // Each row is stopped by its step, and by every one below it.
  const STOPS = [
    ['emergency', { emergency: true }, 'EMERGENCY'],
    ['identity', { scopes: ['ledger.read'] }, 'OUT_OF_SCOPE'],
    ['rate', { rateExceeded: true }, 'RATE_LIMITED'],
    ['constitution', { subject: { ...ADA, trust: 39, roles: [] } }, 'FORBIDDEN_BY_CONSTITUTION'],
    ['policy', { subject: { ...ADA, roles: [] } }, 'NOT_PERMITTED'],
    ['guardian', { risk: 97 }, 'RISK_TOO_HIGH'],
  ] as const
  test.for(STOPS.map(([step], at) => [step, at] as const))('%s', ([step, at]) => {
    const fields = Object.assign({}, ...STOPS.slice(at).map(([, given]) => given), STOPS[at]?.[1])
    const { steps, reasons, effect } = decide(fields)
    const place = GATE_STEPS.indexOf(step)
    expect(effect).toBe('deny')
    expect(reasons.at(-1)).toMatchObject({ step, code: STOPS[at]?.[2] })
    expect(steps.map(({ step: name }) => name)).toEqual(GATE_STEPS)
    expect(steps.map(({ result }) => result)).toEqual(
      GATE_STEPS.map((_, index) => (index < place ? 'passed' : index === place ? 'stopped' : 'unreached')),
    )
  })

  test.for([
    ['nobody', { subject: null }, 'NO_CREDENTIAL'],
    ['who was deactivated', { subject: { ...ADA, active: false } }, 'SUBJECT_INACTIVE'],
    ['what is not there', { absent: true }, 'RESOURCE_ABSENT'],
  ] as const)('the identity step stops %s', ([, fields, code]) => {
    expect(decide(fields).reasons).toEqual([expect.objectContaining({ step: 'identity', code })])
  })
})

test.for([
  { name: 'a member', fields: { roles: ['member'] } },
  { name: 'someone without a role', fields: { roles: [] } },
  {
    name: 'somebody of full trust who has a role of that name written otherwise',
    fields: { roles: ['Administrator'] },
  },
  { name: 'a service', fields: { kind: 'service', roles: ['member'] } },
] as const)('$name keeps nothing, governs nobody and reads no log', ({ fields }) => {
  for (const action of ['system.backup', 'policy.apply', 'token.create', 'ledger.read', 'capsule.export'] as const)
    expect(decide({ action, subject: { ...ADA, ...fields } }).applied, action).toBe('deny')
})

test('an administrator may do every action, and an agent that is one governs nobody', () => {
  for (const action of ALL_ACTIONS) {
    expect(decide({ action }).applied, action).toBe('allow')
    const agent = decide({ action, subject: { ...ADA, kind: 'agent' } })
    const governs = [
      'agent.own',
      'policy.apply',
      'subject.update',
      'token.create',
      'token.revoke',
      'emergency.lift',
      'approval.decide',
      ...['proposal.create', 'proposal.vote', 'proposal.delegate', 'proposal.execute'],
    ]
    expect(agent.applied === 'deny', action).toBe([...governs, 'capsule.hold', 'capsule.trust'].includes(action))
  }
})

describe('laws of every decision', () => {
  test('the same input as JSON comes to the same', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(decideFrom(JSON.parse(JSON.stringify(input)), BUILT_IN)).toEqual(decideFrom(input, BUILT_IN))
      }),
      DRAWN,
    )
  })

  test('reasons are of the catalogue, each step is told once, and only an allowed one has no reason against it', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { reasons, steps, effect, applied, word, obligations } = decideFrom(input, BUILT_IN)
        for (const { code, message } of reasons) {
          expect(Object.hasOwn(REASONS, code)).toBe(true)
          expect(message).toMatch(/\.$/)
        }
        expect(steps.map(({ step }) => step)).toEqual(GATE_STEPS)
        expect(steps.some(({ result }) => result === 'stopped' || result === 'failed')).toBe(effect === 'deny')
        expect(effect === 'hold').toBe(effect !== 'deny' && obligations.length > 0)
        expect(word).toBe({ deny: 'deny', hold: 'require_approval', allow: word }[applied])
      }),
      DRAWN,
    )
  })

  test('what stops whatever the mode is denied in every mode, and a mode changes no effect', () => {
    const always = new Set(['emergency', 'identity', 'rate', 'constitution'])
    fc.assert(
      fc.property(anyInput, (input) => {
        const verdicts = GATE_MODES.map((mode) => decideFrom({ ...input, mode, canaryPercent: 0 }, BUILT_IN))
        const [audit, warn, enforce] = verdicts
        expect(new Set(verdicts.map(({ effect }) => effect)).size).toBe(1)
        expect(enforce?.applied).toBe(enforce?.effect)
        const stopped = enforce?.steps.find(({ result }) => result === 'stopped' || result === 'failed')
        const expected = stopped && always.has(stopped.step) ? 'deny' : 'allow'
        expect([audit?.applied, warn?.applied]).toEqual([expected, expected])
        if (enforce?.effect !== 'allow' && expected === 'allow')
          expect([audit?.word, warn?.word]).toEqual(['would_deny', 'would_deny'])
      }),
      DRAWN,
    )
  })

  test('a higher risk, less trust, or a lack of approval never opens what was closed', () => {
    const open = { deny: 0, hold: 1, allow: 2 } as const
    const least = fc.integer({ min: 0, max: 100 })
    fc.assert(
      fc.property(anyInput, least, least, (input, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        const effectOf = (fields: Partial<DecisionInput>) => open[decideFrom({ ...input, ...fields }, BUILT_IN).effect]
        expect(effectOf({ risk: high })).toBeLessThanOrEqual(effectOf({ risk: low }))
        expect(effectOf({ approval: null })).toBeLessThanOrEqual(effectOf({ approval: 'a' }))
        const { subject } = input
        if (subject !== null)
          expect(effectOf({ subject: { ...subject, trust: low } })).toBeLessThanOrEqual(
            effectOf({ subject: { ...subject, trust: high } }),
          )
      }),
      DRAWN,
    )
  })
})

describe('a forbid of the constitution', () => {
  let permissive: ArmedBundle
  beforeAll(async () => {
    permissive = await armText(EVERYTHING)
  })

  test.for(GATE_MODES)('beats any permit in the mode %s', (mode) => {
    const quarantined = { subject: { ...ADA, trust: 39 }, mode, approval: 'a' } as const
    for (const bundle of [BUILT_IN, permissive])
      expect(decide(quarantined, bundle)).toMatchObject({
        applied: 'deny',
        reasons: [{ code: 'FORBIDDEN_BY_CONSTITUTION', policyId: 'const.quarantine' }],
      })
    const member = { ...ADA, roles: ['member'] }
    expect(decide({ action: 'system.backup', subject: member, mode }, permissive).applied).toBe('deny')
  })

  test.for(GATE_MODES)('counts in the mode %s where a policy beside it fails', async (mode) => {
    const failing = await armText(`${EVERYTHING}@id("own.fails") forbid(principal, action, resource) when {
      context.risk * 9223372036854775807 > 0 };`)
    const subject = { ...ADA, trust: 39 }
    const verdict = decide({ subject, mode }, failing)
    expect([verdict.applied, verdict.reasons[0]?.code]).toEqual(['deny', 'FORBIDDEN_BY_CONSTITUTION'])
    expect(decide({ mode }, failing)).toMatchObject({
      ...{ effect: 'deny', applied: mode === 'enforce' ? 'deny' : 'allow' },
      reasons: [{ step: 'policy', code: 'POLICY_ERROR', policyId: 'own.fails' }],
    })
  })

  test.for(GATE_MODES)('that nobody could ask denies in the mode %s: the request itself is none', (mode) => {
    const facts = { ...FACTS, trust: 60.5 }
    expect(decide({ action: 'capsule.read', resource, facts, mode })).toMatchObject({
      applied: 'deny',
      reasons: [{ step: 'constitution', code: 'POLICY_ERROR', policyId: null }],
    })
  })

  test('cannot be softened: its mode, canary and cure are not looked at', async () => {
    const soft = await armText(EVERYTHING, [
      {
        path: 'constitution.cedar',
        text: '@id("const.none") @mode("audit") @canary("0") @curable("approval") forbid(principal, action, resource);',
      },
    ])
    for (const mode of GATE_MODES) expect(decide({ mode, approval: 'a' }, soft).applied).toBe('deny')
  })
})

describe('the own work of the instance', () => {
  test('is refused by no policy, trust or risk, and is by the constitution and every step before', async () => {
    const bundles = [
      await armText('@id("own.no") forbid(principal, action, resource);'),
      await armText('@id("own.no") @curable("approval") forbid(principal, action, resource);'),
      await armText(
        '@id("own.no") forbid(principal, action, resource) when { context.risk * 9223372036854775807 > 0 };',
      ),
    ]
    const own = { action: 'import.run', ownWork: true, risk: 100, subject: { ...ADA, trust: 40 } } as const
    for (const bundle of bundles) {
      expect(decide(own, bundle)).toMatchObject({ effect: 'allow', word: 'allow', reasons: [{ code: 'OWN_WORK' }] })
      expect(codes({ ...own, subject: { ...ADA, trust: 39 } }, bundle)).toEqual(['FORBIDDEN_BY_CONSTITUTION'])
      expect(codes({ ...own, emergency: true }, bundle)).toEqual(['EMERGENCY'])
      expect(codes({ ...own, subject: { ...ADA, active: false } }, bundle)).toEqual(['SUBJECT_INACTIVE'])
    }
  })

  test('is what the table of it says: the mark does nothing for any other action', () => {
    const gate = new GovernanceGate({ clock: () => 0, newId: () => 'd' })
    const subject: Subject = { ...ADA, kind: 'person', roles: [], name: 'nobody', createdAt: 0 }
    const allowed = ALL_ACTIONS.filter((action) => {
      const { verdict } = gate.preview({ action, resource: '*', subject, correlationId: 'c', ownWork: true })
      return verdict.applied === 'allow'
    })
    // Without the role of an administrator the constitution keeps what keeps the instance.
    expect(allowed.toSorted()).toEqual(['capsule.erase', 'emergency.raise', 'import.run', 'subject.create'])
  })
})

test('whoever may turn the kill switch turns it, whatever its trust and the risk: nobody could approve that', () => {
  for (const trust of [40, 60, 100])
    for (const action of ['emergency.raise', 'emergency.lift'] as const) {
      const fields = { action, emergency: true, risk: 100, subject: { ...ADA, roles: ['steward'], trust } }
      expect(decide(fields).applied).toBe('allow')
      expect(decide({ ...fields, subject: { ...fields.subject, roles: ['member'] } }).applied).toBe('deny')
    }
})

describe('a rule of the instance', () => {
  const ruled = (annotations: string) =>
    armText(
      `${EVERYTHING}@id("own.no") ${annotations} forbid(principal, action == Action::"capsule.search", resource);`,
    )

  test('that is not enforced is told of, and stops nobody', async () => {
    for (const mode of ['audit', 'warn'])
      expect(decide({}, await ruled(`@mode("${mode}")`))).toMatchObject({
        ...{ effect: 'allow', applied: 'allow', word: 'would_deny' },
        reasons: [{ code: 'FORBIDDEN_BY_POLICY', policyId: 'own.no' }, { code: 'PERMITTED' }],
      })
  })

  test.for(['@mode("enforce")', '@mode("Audit")', '@mode("")', '@mode'])('with %s is enforced', async (annotation) => {
    expect(decide({}, await ruled(annotation)).applied).toBe('deny')
  })

  test('is enforced for its share of subjects, always the same ones', async () => {
    const bundle = await ruled('@mode("audit") @canary("30")')
    const ids = Array.from({ length: 1000 }, (_, at) => `subject-${at}`)
    const stopped = ids.filter((id) => decide({ subject: { ...ADA, id } }, bundle).applied === 'deny')
    expect(stopped).toEqual(ids.filter((id) => isInShare('own.no', id, 30)))
    expect(stopped.length).toBeGreaterThan(250)
    expect(stopped.length).toBeLessThan(350)
    const larger = await ruled('@mode("audit") @canary("60")')
    for (const id of stopped) expect(decide({ subject: { ...ADA, id } }, larger).applied).toBe('deny')
  })

  test.for(['101', '-1', '5.5', 'all', ''])(
    'with the share "%s", which is none, is enforced for nobody by it',
    async (share) => {
      expect(decide({}, await ruled(`@mode("audit") @canary("${share}")`)).applied).toBe('allow')
    },
  )

  test('that fails is passed over where it is not enforced, and denies where it is', async () => {
    const failing = (annotation: string) =>
      armText(`${EVERYTHING}@id("own.no") ${annotation} forbid(principal, action, resource) when {
        context.risk * 9223372036854775807 > 0 };`)
    expect(decide({}, await failing('@mode("audit")')).applied).toBe('allow')
    expect(codes({}, await failing(''))).toEqual(['POLICY_ERROR'])
  })

  test('a permit has no mode: a relaxed forbid beside it takes nothing from it', async () => {
    const bundle = await armText(
      `@id("own.yes") @mode("audit") permit(principal, action, resource);
       @id("own.no") @mode("audit") forbid(principal, action, resource);`,
    )
    expect(decide({}, bundle)).toMatchObject({ applied: 'allow', word: 'would_deny' })
  })
})

describe('a mode', () => {
  const denied = { action: 'capsule.archive', subject: { ...ADA, roles: ['auditor'] } } as const

  test.for([
    ['enforce', 'deny', 'deny'],
    ['warn', 'allow', 'would_deny'],
    ['audit', 'allow', 'would_deny'],
  ] as const)('%s makes of a denial %s, with the word %s', ([mode, applied, word]) => {
    expect(decide({ ...denied, mode })).toMatchObject({ effect: 'deny', applied, word, mode })
  })

  test('is enforced for the share of the canary, and the verdict names the mode that held', () => {
    const seen = new Set<string>()
    for (let at = 0; at < 100; at++) {
      const subject = { ...denied.subject, id: `subject-${at}` }
      const { applied, mode } = decide({ ...denied, subject, mode: 'audit', canaryPercent: 40 })
      expect([applied, mode]).toEqual(isInShare('gate', subject.id, 40) ? ['deny', 'enforce'] : ['allow', 'audit'])
      seen.add(applied)
    }
    expect(seen.size).toBe(2)
  })
})

describe('an approval', () => {
  const erasing = {
    action: 'capsule.erase',
    resource,
    facts: { ...FACTS, owner: { ...FACTS.owner, id: ADA.id } },
  } as const
  const member = { ...ADA, roles: ['member'] }

  test('is asked for by a curable rule, and cures it', () => {
    expect(decide({ ...erasing, subject: member })).toMatchObject({
      ...{ effect: 'hold', word: 'require_approval', obligations: [{ kind: 'approval', policyId: 'guard.erase' }] },
      reasons: [{ code: 'FORBIDDEN_BY_POLICY', policyId: 'guard.erase' }, { code: 'NEEDS_APPROVAL' }],
    })
    expect(decide({ ...erasing, subject: member, approval: 'a' })).toMatchObject({ effect: 'allow', obligations: [] })
  })

  test('cures nothing that nobody permits', () => {
    const facts = { ...FACTS, shared: ['read'] }
    for (const approval of [null, 'a'])
      expect(decide({ ...erasing, facts, subject: member, approval }).effect).toBe('deny')
  })

  test('is not asked for where a rule that yields to none stands beside', async () => {
    const bundle = await armText(
      `${EVERYTHING}@id("own.no") forbid(principal, action, resource);
       @id("own.cured") @curable("approval") forbid(principal, action, resource) unless { context.approved };`,
    )
    expect(decide({}, bundle).effect).toBe('deny')
    expect(decide({ approval: 'a' }, bundle).effect).toBe('deny')
  })

  test('is not asked for by a rule that calls itself curable and takes none', async () => {
    const bundle = await armText(`${EVERYTHING}@id("own.no") @curable("approval") forbid(principal, action, resource);`)
    expect(decide({}, bundle).effect).toBe('deny')
  })
})

describe('trust and risk', () => {
  const { SANDBOX, STANDARD, TRUSTED } = TRUST_LEVELS

  test.for(['low', 'medium', 'high'] as const)('actions of %s risk ask for their trust', (risk) => {
    const floor = { low: SANDBOX, medium: STANDARD, high: TRUSTED }[risk]
    const ofRisk = ALL_ACTIONS.filter((action) => ACTION_TRAITS[action].risk === risk)
    const actions = ofRisk.filter((action) => action !== 'emergency.raise' && action !== 'emergency.lift')
    for (const action of actions)
      for (const trust of [SANDBOX - 1, SANDBOX, STANDARD - 1, STANDARD, TRUSTED - 1, TRUSTED]) {
        const { effect } = decide({ action, subject: { ...ADA, trust } })
        expect([trust, effect]).toEqual([trust, trust < SANDBOX ? 'deny' : trust < floor ? 'hold' : 'allow'])
      }
  })

  test.for([
    [84, 'allow'],
    [85, 'hold'],
    [96, 'hold'],
    [97, 'deny'],
    [Number.NaN, 'deny'],
  ] as const)('a risk of %d is %s', ([risk, effect]) => {
    expect(decide({ risk }).effect).toBe(effect)
  })

  test('what is refused is refused, also where the score to hold from stands above', () => {
    expect(decide({ risk: 60, riskHold: 90, riskDeny: 50 }).effect).toBe('deny')
  })
})

describe('a step that breaks', () => {
  const broken = (throws: (calls: number) => boolean): ArmedBundle => {
    let calls = 0
    const decider: Pick<PolicyEngine, 'decide'> = {
      decide: (request, except) => {
        if (throws(++calls)) throw new Error('the engine is gone')
        return BUILT_IN.decider.decide(request, except)
      },
    }
    return { ...BUILT_IN, decider }
  }

  test.for(GATE_MODES)('denies in the mode %s where it would have stopped in every mode, and is named', (mode) => {
    const verdict = decide(
      { mode },
      broken(() => true),
    )
    expect(verdict).toMatchObject({
      ...{ effect: 'deny', applied: 'deny', word: 'deny' },
      reasons: [{ step: 'constitution', code: 'STEP_FAILED', message: expect.stringContaining('the engine is gone') }],
    })
    expect(verdict.steps.find(({ step }) => step === 'constitution')?.result).toBe('failed')
    expect(verdict.steps.find(({ step }) => step === 'policy')?.result).toBe('unreached')
  })

  test('further on denies where it is enforced', () => {
    // No action of the table: the step of trust finds no risk of it.
    const action = 'no.such' as 'capsule.search'
    expect(decide({ action })).toMatchObject({ applied: 'deny', reasons: [{}, { step: 'trust', code: 'STEP_FAILED' }] })
    expect(decide({ action, mode: 'audit' })).toMatchObject({ effect: 'deny', applied: 'allow', word: 'would_deny' })
  })
})
