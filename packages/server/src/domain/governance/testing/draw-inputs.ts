import type { Action } from '@forge-cascade/contract/vocabulary'
import { ACTIONS, GATE_STEPS } from '@forge-cascade/contract/vocabulary'
import fc from 'fast-check'
import { type PolicyFile, policiesOf } from '#policy'
import { CedarOracle, readPolicies } from '../../../adapters/policies/index.ts'
import { type ArmedBundle, armBundle, BUILT_IN_BUNDLE, BUILT_IN_FILES } from '../armed-bundle.ts'
import type { CapsuleFacts, DecisionFacts, DecisionInput, InputSubject } from '../decision-input.ts'

export const BUILT_IN: ArmedBundle = armBundle(BUILT_IN_BUNDLE, BUILT_IN_FILES)

const FIXED = BUILT_IN_FILES.filter(({ path }) => path === 'constitution.cedar' || path.endsWith('.cedarschema'))

/** The constitution, and these policies in the place of those that come with the program. */
export async function armText(text: string, files: readonly PolicyFile[] = FIXED): Promise<ArmedBundle> {
  const all = [...files, { path: 'own.cedar', text }]
  const { bundle, findings } = await readPolicies(all)
  if (bundle === undefined) throw new Error(findings.map(({ message }) => message).join('\n'))
  return armBundle(bundle, all, new CedarOracle(policiesOf(bundle), { fixed: bundle.actions }))
}

export const ADA: InputSubject = {
  ...{ id: '01900000-0000-7000-8000-0000000000a1', kind: 'person', roles: ['administrator'] },
  ...{ trust: 100, owner: null, active: true },
}

export const FACTS: CapsuleFacts = {
  owner: { id: '01900000-0000-7000-8000-0000000000b1', kind: 'person', trust: 60, owner: null },
  ...{ trust: 60, status: 'ACTIVE', licence: 'private', type: 'knowledge', tags: [], shared: [] },
  ...{ identity: null, lane: null, fold: null },
}

/** What an administrator is allowed, unless the fields say otherwise. */
export const inputOf = (fields: Partial<DecisionInput> = {}): DecisionInput => ({
  ...{ v: 1, action: 'capsule.search', resource: '*', facts: null, absent: false, subject: ADA, scopes: null },
  ...{ rateExceeded: false, emergency: false, mode: 'enforce', canaryPercent: 0, risk: 10, signals: [] },
  ...{ riskHold: 85, riskDeny: 97, approval: null, bundle: BUILT_IN.digest },
  ...fields,
})

/** The keys of the table are exactly the actions. */
export const ALL_ACTIONS = Object.keys(ACTIONS) as Action[]

const IDS = ['a1', 'b1', 'c1', 'd1'].map((end) => `01900000-0000-7000-8000-0000000000${end}`)
const anyId = fc.constantFrom(...IDS)

export const anySubject: fc.Arbitrary<InputSubject> = fc.record({
  id: anyId,
  kind: fc.constantFrom('person', 'agent', 'service'),
  roles: fc.subarray(['administrator', 'steward', 'auditor', 'member']),
  trust: fc.constantFrom(0, 39, 40, 59, 60, 79, 80, 100),
  owner: fc.option(anyId),
  active: fc.boolean(),
})

const anyFacts: fc.Arbitrary<CapsuleFacts> = fc.record({
  owner: fc.record({
    id: anyId,
    kind: fc.constantFrom('person', 'agent'),
    trust: fc.integer({ min: 0, max: 100 }),
    owner: fc.option(anyId),
  }),
  trust: fc.integer({ min: 0, max: 100 }),
  status: fc.constantFrom('ACTIVE', 'ARCHIVED', 'QUARANTINED'),
  licence: fc.constantFrom('private', 'public', 'for-sale'),
  type: fc.constantFrom('knowledge', 'code'),
  tags: fc.subarray(['a', 'b']),
  shared: fc.subarray(['read', 'write', 'fork']),
  identity: fc.option(fc.constant('i')),
  lane: fc.option(fc.constant('l')),
  fold: fc.option(fc.constant('f')),
})

const anyDecisionFacts: fc.Arbitrary<DecisionFacts> = fc.record({
  asker: fc.option(
    fc.record({ id: anyId, kind: fc.constant('person'), trust: fc.constant(60), owner: fc.option(anyId) }),
  ),
  readable: fc.boolean(),
})

/** What only some decisions are made from, left out of the others. */
const anyMore: fc.Arbitrary<Pick<DecisionInput, 'ownWork' | 'broken'>> = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ ownWork: true } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      broken: fc.record({
        step: fc.constantFrom(...GATE_STEPS),
        part: fc.constantFrom('the credential', 'the guardian', 'the kill switch', 'the settings'),
      }),
    }),
  },
)

/** Whatever may be asked. */
export const anyInput: fc.Arbitrary<DecisionInput> = fc
  .record({
    action: fc.constantFrom(...ALL_ACTIONS),
    facts: fc.option(fc.oneof({ weight: 4, arbitrary: anyFacts }, { weight: 1, arbitrary: anyDecisionFacts })),
    more: anyMore,
    absent: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
    subject: fc.option(anySubject, { freq: 15 }),
    scopes: fc.option(fc.subarray(['capsule.*', 'capsule.read', 'governance.read']), { freq: 3 }),
    rateExceeded: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
    emergency: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
    mode: fc.constantFrom('audit', 'warn', 'enforce'),
    canaryPercent: fc.constantFrom(0, 50, 100),
    risk: fc.constantFrom(0, 84, 85, 96, 97, 100),
    approval: fc.option(fc.constant('approval-1')),
  })
  .map(({ facts, more, ...fields }) => inputOf({ ...fields, ...more, facts, resource: resourceOf(facts) }))

function resourceOf(facts: DecisionInput['facts']): string {
  if (facts === null) return '*'
  return `${'asker' in facts ? 'decision' : 'capsule'}/01900000-0000-7000-8000-0000000000e1`
}
