import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { electionExport } from '@forge-cascade/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../packages/server/src/base/index.ts'
import type { Ballot, Election, Vote } from '../../packages/server/src/domain/governance/voting/election.ts'
import { tally } from '../../packages/server/src/domain/governance/voting/tally.ts'
import { presentElection } from '../../packages/server/src/edge/jobs/present-election.ts'

const PROGRAM = join(import.meta.dirname, 'tally.py')
const NO_PYTHON = spawnSync('python3', ['--version']).status === 0 ? undefined : 'Python 3 is not on this machine'
const ELECTIONS = 10_000
const HOUR = 3_600_000
const OPENS = 1_700_000_000_000
const CLOSES = OPENS + 168 * HOUR

const ids = Array.from({ length: 14 }, (_, at) => `01900000-0000-7000-8000-0000000000${String(at + 10)}`)
const voterIds = ids.slice(0, 12)
const elections: fc.Arbitrary<Election> = fc.record({
  rules: fc.record({
    quorumPercent: fc.integer({ min: 0, max: 100 }),
    threshold: fc.constantFrom(
      { numerator: 1, denominator: 2, isBeyond: true },
      { numerator: 2, denominator: 3, isBeyond: false },
      { numerator: 3, denominator: 4, isBeyond: false },
    ),
    delegateShareMaxPercent: fc.integer({ min: 0, max: 100 }),
    lateMs: fc.constantFrom(0, HOUR, 24 * HOUR),
    extensionMs: fc.constantFrom(0, HOUR, 24 * HOUR),
  }),
  opensAt: fc.constant(OPENS),
  closesAt: fc.constant(CLOSES),
  voters: fc.uniqueArray(fc.record({ id: fc.constantFrom(...voterIds), weight: fc.integer({ min: 1, max: 100 }) }), {
    maxLength: 12,
    selector: ({ id }) => id,
  }),
  delegations: fc.uniqueArray(fc.record({ from: fc.constantFrom(...ids), to: fc.constantFrom(...ids) }), {
    maxLength: 12,
    selector: ({ from }) => from,
  }),
})
const ballots = fc
  .array(
    fc.record({
      voter: fc.constantFrom(...ids),
      vote: fc.constantFrom<Vote>('for', 'against', 'abstain'),
      hours: fc.integer({ min: -2, max: 230 }),
    }),
    { maxLength: 20 },
  )
  .map((drawn) =>
    drawn
      .toSorted((a, b) => a.hours - b.hours)
      .map(({ voter, vote, hours }, sequence): Ballot => ({ sequence, voter, vote, at: OPENS + hours * HOUR })),
  )

const exported = (election: Election, given: readonly Ballot[]) => {
  const [proposal, action] = [ids[0] ?? '', 'a'.repeat(64)]
  const counted = { kind: 'policy', ballots: given, result: tally(election, given) } as const
  const whole = presentElection(
    { ...counted, election: { ...election, proposal, action, kind: 'policy', digest: '' } },
    new Map(),
  )
  const { rules, opens_at, closes_at, voters, delegations } = whole
  const fixed = canonicalJson({ proposal, action, rules, opens_at, closes_at, voters, delegations })
  return { ...whole, digest: createHash('sha256').update(fixed).digest('hex') }
}
const count = (documents: readonly unknown[]) => {
  const input = documents.map((one) => JSON.stringify(one)).join('\n')
  const { status, stdout } = spawnSync('python3', [PROGRAM], { input, encoding: 'utf8', maxBuffer: 1 << 28 })
  return { status, out: stdout }
}

test(`the other program counts ${ELECTIONS} drawn elections as this one does`, { timeout: 240_000 }, (context) => {
  if (NO_PYTHON) return context.skip(NO_PYTHON)
  const drawn = fc.sample(fc.tuple(elections, ballots), { numRuns: ELECTIONS, seed: 23 })
  const all = drawn.map(([election, given]) => exported(election, given))
  expect(electionExport.safeParse(all[0]).error).toBeUndefined()
  expect(new Set(all.map(({ result }) => result.outcome))).toEqual(new Set(['passed', 'rejected', 'no_quorum']))
  expect(count(all)).toEqual({ status: 0, out: `${ELECTIONS} counted again, 0 differ\n` })
})

test('a file that was changed is told of, with what differs', (context) => {
  if (NO_PYTHON) return context.skip(NO_PYTHON)
  const voters = voterIds.map((id) => ({ id, weight: 50 }))
  const rules = { quorumPercent: 10, threshold: { numerator: 1, denominator: 2, isBeyond: true } } as const
  const election: Election = {
    rules: { ...rules, delegateShareMaxPercent: 50, lateMs: 0, extensionMs: 0 },
    ...{ opensAt: OPENS, closesAt: CLOSES, voters, delegations: [] },
  }
  const given = voterIds.slice(0, 3).map((voter, sequence) => ({ sequence, voter, vote: 'for' as const, at: OPENS }))
  const whole = exported(election, given)
  expect(count([whole]).status).toBe(0)
  const heavier = voters.map((voter, at) => (at === 0 ? { ...voter, weight: 90 } : voter))
  const forgeries: readonly (readonly [object, string])[] = [
    [{ voters: heavier }, 'the digest is'],
    [{ rules: { ...whole.rules, quorum_percent: 60 } }, 'the digest is'],
    [{ ballots: whole.ballots.slice(1) }, 'weight is'],
    [{ ballots: whole.ballots.map((ballot) => ({ ...ballot, vote: 'against' })) }, 'outcome is "rejected"'],
    [{ result: { ...whole.result, outcome: 'rejected' } }, 'outcome is "passed"'],
  ]
  for (const [change, words] of forgeries) {
    const { status, out } = count([{ ...whole, ...change }])
    expect([status, out]).toEqual([1, expect.stringContaining(words)])
  }
  expect(count([{ format: 'something' }]).status).toBe(2)
})
