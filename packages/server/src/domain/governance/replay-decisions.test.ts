import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { canonicalJson } from '#base'
import { carriedIn, decisionsOf, digestOfInput, writeDecisions } from '#evidence'
import type { ArmedBundle } from './armed-bundle.ts'
import { decideFrom } from './decide-from.ts'
import type { DecisionInput } from './decision-input.ts'
import { type DecisionRow, inputDigest, tellDecision } from './decision-row.ts'
import { keptOf, replayDecisions } from './replay-decisions.ts'
import { anyInput, armText, BUILT_IN, inputOf } from './testing/draw-inputs.ts'

const ID = '01900000-0000-7000-8000-000000000001'
/** Rules that yield, that are relaxed, and that are enforced for some. */
const RULES = `@id("all") permit(principal, action, resource);
@id("some") @mode("audit") @canary("50") forbid(principal, action in Action::"high", resource);
@id("few") @curable("approval") forbid(principal, action in Action::"medium", resource) unless { context.approved };
@id("loud") @mode("warn") forbid(principal, action in Action::"low", resource) when { context.risk > 50 };
`
let relaxed: ArmedBundle
beforeAll(async () => {
  relaxed = await armText(RULES)
})

type Row = Pick<DecisionRow, 'key' | 'input' | 'verdict'>

const rowOf = (input: DecisionInput, bundle: ArmedBundle): Row => {
  const named = { ...input, bundle: bundle.digest }
  return { key: randomBytes(32).toString('hex'), input: named, verdict: decideFrom(named, bundle) }
}

/** Entry and file of a bundle as texts, as if they had been handed over. */
function carried(row: Row, change: (payload: ReturnType<typeof tellDecision>) => object = (payload) => payload) {
  const payload = change(tellDecision(row))
  const digests = { inputs: inputDigest(row) }
  const entry = canonicalJson({ type: 'decision.made', index: 5, subject: `decision/${ID}`, digests, payload })
  const { path, bytes } = writeDecisions({
    ...{ v: 1, entry: 5 },
    decisions: [{ id: ID, count: 1, digest: digests.inputs, kept: JSON.parse(JSON.stringify(keptOf(row))) }],
  })
  return new Map([
    ['entries/5.json', Buffer.from(entry)],
    [path, bytes],
  ])
}

const bundles = () => [BUILT_IN, relaxed]
const findPolicies = async (digest: string) => bundles().find((bundle) => bundle.digest === digest)
const replay = (files: ReadonlyMap<string, Uint8Array>) => replayDecisions(carriedIn(files), { findPolicies })

test('every input that a decision was made from comes to the same decision when it was handed over as text', async () => {
  const requester = fc.record({
    ...{
      id: fc.constantFrom(ID, 'x'),
      kind: fc.constantFrom('person', 'agent'),
      trust: fc.integer({ min: 0, max: 100 }),
    },
    owner: fc.option(fc.constant(ID)),
  })
  const signals = fc.array(fc.record({ name: fc.string(), share: fc.integer({ min: 0, max: 100 }) }), { maxLength: 3 })
  const drawn = fc.tuple(anyInput, fc.option(requester), signals, fc.boolean())
  const law = fc.asyncProperty(drawn, async ([input, asks, told, isRelaxed]) => {
    const more = asks && { facts: { requester: asks }, resource: `approval/${ID}` }
    const row = rowOf({ ...input, signals: told, ...more }, isRelaxed ? relaxed : BUILT_IN)
    const { decisions, same } = await replay(carried(row))
    return decisions === 1 && same === 1
  })
  await fc.assert(law, { numRuns: 10_000 })
}, 60_000)

describe('a decision that was noted otherwise than it comes out is found', () => {
  const row = () => rowOf(inputOf(), BUILT_IN)
  test.for([
    ['another word', { decision: 'deny' }, ['decision']],
    ['another mode', { mode: 'audit' }, ['mode']],
    ['no reason', { reasons: [] }, ['reasons']],
    ['another action', { action: 'capsule.erase' }, ['action']],
    ['another resource', { resource: 'capsule/1' }, ['resource']],
    ['another risk', { risk: 11 }, ['risk']],
    ['another trust', { trust: null }, ['trust']],
  ] as const)('in the log: %s', async ([, change, differs]) => {
    const report = await replay(carried(row(), (payload) => ({ ...payload, ...change })))
    expect(report).toMatchObject({ same: 0, differs: 1, findings: [{ id: ID, count: 1, ledger_index: 5, differs }] })
  })

  test.for([
    ['another effect', { effect: 'deny' }, ['effect']],
    ['something else that was done', { applied: 'hold' }, ['applied']],
    ['an approval that nobody asked for', { obligations: [{ kind: 'approval', policyId: null }] }, ['obligations']],
    ['no steps', { steps: [] }, ['steps']],
  ] as const)('beside the log: %s', async ([, change, differs]) => {
    const made = row()
    const files = carried(made)
    const verdict = { ...made.verdict, ...change }
    for (const [path, bytes] of carried({ ...made, verdict })) if (path.startsWith('decisions/')) files.set(path, bytes)
    expect(await replay(files)).toMatchObject({ same: 0, differs: 1, findings: [{ differs }] })
  })
})

test('an input that this program cannot read is counted as that, with its place, and is no agreement', async () => {
  for (const [change, place] of [
    [{ more: 1 }, ''],
    [{ action: 'capsule.fly' }, 'action'],
    [{ v: 2 }, 'v'],
    [{ subject: 'ada' }, 'subject'],
    [{ risk: null }, 'risk'],
  ] as const) {
    const made = rowOf(inputOf(), BUILT_IN)
    const changed = { ...made, input: { ...made.input, ...change } }
    // It is no input, and that is the test.
    const report = await replay(carried(changed as unknown as Row, () => tellDecision(made)))
    expect(report).toMatchObject({ same: 0, differs: 0, unreadable: 1, findings: [{ differs: [] }] })
    expect(report.findings[0]?.reason).toContain(`cannot be read here (/${place}:`)
  }
})

test('policies that are missing are told of, once for each decision, and are no agreement', async () => {
  const files = carried(rowOf(inputOf(), BUILT_IN))
  const asked: string[] = []
  const parts = { findPolicies: async (digest: string) => void asked.push(digest) }
  const [one] = carriedIn(files)
  const report = await replayDecisions([one!, one!], parts)
  expect(report).toMatchObject({ decisions: 2, same: 0, differs: 0, no_policies: 2 })
  expect([asked, report.findings.map(({ differs }) => differs)]).toEqual([[BUILT_IN.digest], [[], []]])
})

test('gathered decisions count one by one, and what has expired is counted and asks for no policies', async () => {
  const row = rowOf(inputOf(), BUILT_IN)
  const inputs = digestOfInput(row)
  const groups = [
    { ...tellDecision(row), subject: null, first: ID, count: 7, inputs },
    { ...tellDecision(row), subject: null, first: ID, count: 2, inputs, bundle: '0'.repeat(64) },
  ]
  const entry = JSON.stringify({ type: 'decision.gathered', index: 5, payload: { decisions: groups } })
  const told = decisionsOf(entry)!
  const report = await replayDecisions(
    [
      { index: 5, told: told[0]!, kept: keptOf(row) },
      { index: 5, told: told[1]!, kept: null },
    ],
    { findPolicies },
  )
  expect(report).toEqual({
    decisions: 9,
    same: 7,
    differs: 0,
    no_input: 2,
    no_policies: 0,
    unreadable: 0,
    findings: [],
  })
})

test('it ends when nobody waits any more', async () => {
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await expect(replayDecisions(carriedIn(carried(rowOf(inputOf(), BUILT_IN))), { findPolicies, signal })).rejects.toBe(
    reason,
  )
})
