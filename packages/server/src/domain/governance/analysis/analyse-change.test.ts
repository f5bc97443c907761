import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createUuidV7, systemRandom } from '#base'
import type { Subject } from '#identity'
import { campaign, createTestClock } from '../../../platform/store/testing.ts'
import type { ArmedBundle } from '../armed-bundle.ts'
import type { DecisionInput } from '../decision-input.ts'
import { toDecisionRow } from '../decision-row.ts'
import { GovernanceGate } from '../governance-gate.ts'
import { ADA, anyInput, armText, BUILT_IN, FACTS, inputOf } from '../testing/draw-inputs.ts'
import { type Analysis, analyseChange, decideAgain } from './analyse-change.ts'
import type { AnalysedChange, TrustShift } from './analysed-change.ts'
import { recordedOf } from './testing.ts'

const { signal } = new AbortController()
const ALL = '@id("all") permit(principal, action, resource);'
const ROLES = '@id("role.administrator") permit(principal in Role::"administrator", action, resource);'
const change = (before: ArmedBundle, after: ArmedBundle, more: Partial<AnalysedChange> = {}): AnalysedChange => ({
  ...{ before, after, trust: null, settings: null },
  ...more,
})
const analyse = (of: AnalysedChange, inputs: readonly DecisionInput[] = []): Promise<Analysis> =>
  analyseChange(
    of,
    inputs.map((input, n) => recordedOf(input, of.before, n)),
    { signal },
  )
const turned = ({ flips }: Analysis['recorded']) =>
  flips.map(({ row, from, to, policyId }) => [row.at, from, to, policyId])
const flipsOf = ({ recorded }: Analysis) => turned(recorded)

/** The same without a sample, which takes longer. */
const flipsFor = async (before: ArmedBundle, after: ArmedBundle, inputs: readonly DecisionInput[]) => {
  const recorded = inputs.map((input, n) => recordedOf(input, before, n))
  return turned(await decideAgain(change(before, after), recorded, signal))
}

/** Rules of which policies are drawn. */
const RULES = [
  ALL,
  ROLES,
  '@id("trusted") permit(principal, action, resource) when { principal.trust >= 60 };',
  '@id("members") permit(principal in Role::"member", action in Action::"begin", resource is Thing);',
  '@id("no-archive") forbid(principal, action == Action::"capsule.archive", resource);',
  '@id("erase") @curable("approval") forbid(principal, action == Action::"capsule.erase", resource) unless { context.approved };',
  '@id("risky") @mode("warn") @canary("50") forbid(principal, action, resource) when { context.risk > 84 };',
  '@id("lane") forbid(principal, action, resource is Capsule) when { resource has lane && resource.lane == "l" };',
]

let drawn: readonly ArmedBundle[]
beforeAll(async () => {
  const sets = fc.sample(fc.subarray(RULES, { minLength: 1 }), { numRuns: 10, seed: 7 })
  drawn = [BUILT_IN, ...(await Promise.all(sets.map((rules) => armText(rules.join('\n')))))]
})

/** A gate that weighs every request as it was drawn. */
const gateFor = (input: DecisionInput): GovernanceGate => {
  const { clock } = createTestClock()
  const { mode, canaryPercent, riskHold, riskDeny } = input
  const guardian = { note: () => undefined, weigh: () => ({ risk: input.risk, signals: [] }) }
  const settings = () => ({ mode, canaryPercent, riskHold, riskDeny })
  const gate = new GovernanceGate({ clock, newId: createUuidV7(clock, systemRandom), guardian, settings })
  gate.stopBy(() => input.emergency)
  return gate
}

const requestOf = ({ action, resource, subject, scopes, facts, absent, rateExceeded, approval }: DecisionInput) => ({
  ...{ action, resource, scopes, rateExceeded, correlationId: 'c' },
  // The drawn kind and roles are such as a subject can have.
  subject: subject === null ? undefined : ({ ...subject, name: 'n', createdAt: 0 } as Subject),
  ...(absent ? { facts: 'absent' as const } : facts !== null && { facts }),
  ...(approval !== null && { approval }),
})

describe('recorded decisions that flip', () => {
  test('are those, and no others, that the gate decides otherwise once the change is applied', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyInput, { minLength: 1, maxLength: 40 }),
        fc.nat({ max: 10 }),
        fc.nat({ max: 10 }),
        async (inputs, one, other) => {
          const [before, after] = [drawn[one] ?? BUILT_IN, drawn[other] ?? BUILT_IN]
          const seen = inputs.map((input) => {
            const gate = gateFor(input)
            gate.arm(before)
            const made = gate.decide(requestOf(input))
            const first = made.decisionId
            const row = toDecisionRow({ ...made, decisionId: first }, 1, systemRandom)
            gate.arm(after)
            return {
              recorded: { first, count: 1, row },
              from: made.verdict.word,
              to: gate.decide(requestOf(input)).verdict.word,
            }
          })
          const recorded = await decideAgain(
            change(before, after),
            seen.map((each) => each.recorded),
            signal,
          )
          const expected = seen.filter(({ from, to }) => from !== to)
          expect(recorded.flips.map(({ row, from, to }) => [row.first, from, to])).toEqual(
            expected.map((each) => [each.recorded.first, each.from, each.to]),
          )
          expect([recorded.flipped, recorded.decisions]).toEqual([expected.length, inputs.length])
        },
      ),
      { numRuns: campaign(100, 5000) },
    )
  }, 60_000)

  test('name the policy that stops them from then on, or that stopped them until then', async () => {
    const [open, closed] = [await armText(ALL), await armText(`${ALL}\n${RULES[4]}`)]
    const archive = inputOf({ action: 'capsule.archive', facts: FACTS, resource: 'capsule/x' })
    expect(await flipsFor(open, closed, [archive, inputOf()])).toEqual([[0, 'allow', 'deny', 'no-archive']])
    expect(await flipsFor(closed, open, [archive, inputOf()])).toEqual([[0, 'deny', 'allow', 'no-archive']])
  })

  test('are counted with those of equal inputs, and what is kept no longer is counted as undecided', async () => {
    const [open, closed] = [await armText(ALL), await armText(`${ALL}\n${RULES[4]}`)]
    const archive = recordedOf(inputOf({ action: 'capsule.archive' }), open, 1)
    const recorded = [
      { ...archive, count: 7 },
      { first: 'gone', count: 3, row: undefined },
    ]
    expect(await decideAgain(change(open, closed), recorded, signal)).toMatchObject({
      ...{ decisions: 10, flipped: 7, undecided: { inputGone: 3, riskNear: 0 } },
    })
  })
})

describe('a change of trust', () => {
  const bob = { id: FACTS.owner.id, kind: 'person', roles: ['administrator'], owner: null } as const
  const shift = (before: number, after: number): TrustShift => ({
    ...{ subject: bob, before, after, agents: new Map([['agent', 70]]), most: 100, weight: 0.2 },
  })
  const asked = (more: Partial<DecisionInput>) => inputOf({ subject: { ...bob, trust: 80, active: true }, ...more })

  test('flips decisions of the subject and of agents that act with no more than it has', async () => {
    const agent = { id: 'agent', kind: 'agent', roles: ['administrator'], trust: 70, owner: bob.id, active: true }
    const inputs = [
      asked({ action: 'system.restore' }),
      asked({}),
      inputOf({ action: 'system.restore' }),
      inputOf({ subject: agent, action: 'import.run' }),
    ]
    const analysis = await analyse(change(BUILT_IN, BUILT_IN, { trust: shift(80, 50) }), inputs)
    expect(flipsOf(analysis)).toEqual([
      [0, 'allow', 'require_approval', null],
      [3, 'allow', 'require_approval', null],
    ])
    expect(analysis).toMatchObject({ isKept: true, conflicts: { fresh: [], standing: 0 } })
  })

  test('of a quarantined subject flips all, and that breaks no rule of the constitution', async () => {
    const analysis = await analyse(change(BUILT_IN, BUILT_IN, { trust: shift(0, 80) }), [asked({})])
    expect(flipsOf(analysis)).toEqual([[0, 'deny', 'allow', 'const.quarantine']])
    expect(analysis.isKept).toBe(true)
    expect(analysis.drift.score).toBeGreaterThan(0)
  })

  test('says nothing where the risk is too near to a threshold', async () => {
    const signals = [
      { name: 'actor_trust', share: 4 },
      { name: 'action', share: 80 },
    ]
    const near = asked({ risk: 84, signals })
    const { recorded } = await analyse(change(BUILT_IN, BUILT_IN, { trust: shift(80, 79) }), [near])
    expect(recorded).toMatchObject({ flipped: 0, undecided: { riskNear: 1 } })
  })
})

test('a change of the settings of the gate is analysed as well', async () => {
  const archive = inputOf({ action: 'capsule.archive', subject: { ...ADA, roles: [] } })
  const settings = { before: { mode: 'enforce' }, after: { mode: 'audit' } } as const
  const analysis = await analyse(change(BUILT_IN, BUILT_IN, { settings }), [archive])
  expect(flipsOf(analysis)).toEqual([[0, 'deny', 'would_deny', null]])
  expect(analysis.drift.parts.find(({ name }) => name === 'unenforced')?.points).toBeGreaterThan(0)
})

describe('the constitution', () => {
  test('is kept by policies that permit everything; what leans on it is told, by a request', async () => {
    const analysis = await analyse(change(BUILT_IN, await armText(ALL)))
    expect(analysis.isKept).toBe(true)
    expect(analysis.constitution.map(({ id, isKept, leanedOn }) => [id, isKept, leanedOn > 0])).toEqual([
      ['const.agents-govern-nobody', true, true],
      ['const.no-self-approval', true, true],
      ['const.own-instance', true, true],
      ['const.people-approve', true, true],
      ['const.quarantine', true, true],
    ])
    expect(analysis.constitution[0]).toMatchObject({
      says: 'An agent changes neither the rules nor who there is: people govern.',
      example: expect.stringMatching(/^an agent that is a \w+: /),
    })
    expect(analysis.drift.score).toBeGreaterThan(35)
  })

  test('is broken by a bundle without one of its rules, which is named with a request', async () => {
    const files = BUILT_IN.files
      .filter(({ path }) => path === 'constitution.cedar' || path.endsWith('.cedarschema'))
      .map(({ path, text }) => ({ path, text: text.replace('principal.trust < 40', 'principal.trust < 0') }))
    const analysis = await analyse(change(await armText(ALL), await armText(ALL, files)))
    expect(analysis.isKept).toBe(false)
    expect(analysis.constitution.filter(({ isKept }) => !isKept)).toMatchObject([
      { id: 'const.quarantine', example: expect.stringContaining('trust 0') },
    ])
    expect(analysis.drift.score).toBe(100)
  })
})

describe('conflicts', () => {
  test('are told where a policy permits and a rule forbids the same; one that forbids all of it shadows it', async () => {
    const before = await armText(`${ROLES}\n${RULES[3]}`)
    const after = await armText(
      `${ROLES}\n${RULES[3]}\n@id("nothing") forbid(principal, action in Action::"begin", resource is Thing);`,
    )
    const { conflicts } = await analyse(change(before, after))
    expect(conflicts.fresh.map(({ permit, forbid, kind }) => [permit, forbid, kind])).toEqual([
      ['members', 'nothing', 'shadows'],
      ['role.administrator', 'nothing', 'contradicts'],
    ])
    expect((await analyse(change(after, after))).conflicts).toMatchObject({ fresh: [], standing: 0 })
  })
})

test('who gains and who loses is told by role and action', async () => {
  const { effects, drift } = await analyse(change(BUILT_IN, await armText(ROLES)))
  expect(effects.every(({ lost, gained }) => lost > 0 && gained === 0)).toBe(true)
  expect(effects).toContainEqual(expect.objectContaining({ role: 'auditor', action: 'ledger.read', lost: 3 }))
  expect(drift.parts.find(({ name }) => name === 'oversight_lost')).toMatchObject({ points: 15 })
})

test('the words that policies name are asked about', async () => {
  const lane = await armText(
    `${ALL}\n@id("lane") forbid(principal, action, resource is Capsule) when { resource has lane && resource.lane == "secret" };`,
  )
  const { effects } = await analyse(change(await armText(ALL), lane))
  expect(effects.find(({ action }) => action === 'capsule.read')?.example).toMatch(/with lane secret$/)
})

test('no change is no drift and flips nothing; the same gives the same digest, and other decisions another', async () => {
  const inputs = fc.sample(anyInput, { numRuns: 50, seed: 3 })
  const [one, again] = [
    await analyse(change(BUILT_IN, BUILT_IN), inputs),
    await analyse(change(BUILT_IN, BUILT_IN), inputs),
  ]
  expect(one).toEqual(again)
  expect(one).toMatchObject({ isKept: true, effects: [], recorded: { flipped: 0 }, drift: { score: 0 } })
  expect((await analyse(change(BUILT_IN, BUILT_IN), inputs.slice(1))).digest).not.toBe(one.digest)
})

test('others have their turn many times while it works', async () => {
  let turns = 0
  let isDone = false
  const tick = (): void => {
    turns++
    if (!isDone) setImmediate(tick)
  }
  setImmediate(tick)
  const { sample } = await analyse(change(BUILT_IN, BUILT_IN))
  isDone = true
  expect(turns).toBeGreaterThan(sample.requests / 20)
})

test('it ends where whoever asked has gone', async () => {
  const gone = AbortSignal.abort(new Error('gone'))
  await expect(analyseChange(change(BUILT_IN, BUILT_IN), [], { signal: gone })).rejects.toThrow('gone')
})
