import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Ballot, DELEGATION_DEPTH_MAX, type Delegation, type Election, type Vote, type Voter } from './election.ts'
import { type Tally, tally } from './tally.ts'

const HOUR = 3_600_000
const OPENS = 1_000 * HOUR
const CLOSES = OPENS + 168 * HOUR
const RULES = {
  quorumPercent: 40,
  threshold: { numerator: 1, denominator: 2, isBeyond: true },
  delegateShareMaxPercent: 25,
  lateMs: 24 * HOUR,
  extensionMs: 24 * HOUR,
} as const
const ELECTIONS = 10_000

const electionOf = (voters: readonly Voter[], delegations: readonly Delegation[] = [], rules = {}): Election => ({
  ...{ rules: { ...RULES, ...rules }, opensAt: OPENS, closesAt: CLOSES, voters, delegations },
})
const says = (sequence: number, voter: string, vote: Vote, at = OPENS): Ballot => ({ sequence, voter, vote, at })
const voters = (...weights: readonly number[]) => weights.map((weight, index) => ({ id: `v${index}`, weight }))
const ids = Array.from({ length: 12 }, (_, index) => `v${index}`)

const rules = fc.record({
  quorumPercent: fc.integer({ min: 0, max: 100 }),
  threshold: fc.constantFrom(
    { numerator: 1, denominator: 2, isBeyond: true },
    { numerator: 2, denominator: 3, isBeyond: false },
    { numerator: 1, denominator: 1, isBeyond: false },
  ),
  delegateShareMaxPercent: fc.integer({ min: 0, max: 100 }),
  lateMs: fc.constantFrom(0, HOUR, 24 * HOUR),
  extensionMs: fc.constantFrom(0, HOUR, 24 * HOUR),
})
const elections: fc.Arbitrary<Election> = fc.record({
  rules,
  opensAt: fc.constant(OPENS),
  closesAt: fc.constant(CLOSES),
  voters: fc.uniqueArray(fc.record({ id: fc.constantFrom(...ids), weight: fc.integer({ min: 1, max: 100 }) }), {
    maxLength: 12,
    selector: ({ id }) => id,
  }),
  delegations: fc.uniqueArray(fc.record({ from: fc.constantFrom(...ids), to: fc.constantFrom(...ids, 'nobody') }), {
    maxLength: 12,
    selector: ({ from }) => from,
  }),
})
const drawnBallots = fc
  .array(
    fc.record({
      voter: fc.constantFrom(...ids, 'stranger'),
      vote: fc.constantFrom<Vote>('for', 'against', 'abstain'),
      hours: fc.integer({ min: -2, max: 230 }),
    }),
    { maxLength: 20 },
  )
  .map((drawn) =>
    drawn
      .toSorted((a, b) => a.hours - b.hours)
      .map(({ voter, vote, hours }, sequence) => ({ sequence, voter, vote, at: OPENS + hours * HOUR })),
  )

describe('an election is counted as by hand', () => {
  test(`in ${ELECTIONS} drawn elections`, () => {
    fc.assert(
      fc.property(elections, drawnBallots, (election, ballots) => {
        expect(tally(election, ballots)).toEqual(byHand(election, ballots))
      }),
      { numRuns: ELECTIONS },
    )
  })
})

describe('whatever is voted', () => {
  const holds = (law: (counted: Tally, election: Election, ballots: readonly Ballot[]) => void): void =>
    fc.assert(
      fc.property(elections, drawnBallots, (election, ballots) => law(tally(election, ballots), election, ballots)),
      { numRuns: 2000 },
    )

  test('nobody counts twice: what is cast, and what goes beyond a share, is at most the weight of all', () => {
    holds(({ weight, cast, beyondShare, total }) => {
      expect(weight.for + weight.against + weight.abstain).toBe(cast)
      expect(cast + beyondShare).toBeLessThanOrEqual(total)
    })
  })

  test('the order of voters, of delegations and of the list of ballots changes nothing', () => {
    holds((counted, election, ballots) => {
      const turned = {
        ...election,
        voters: election.voters.toReversed(),
        delegations: election.delegations.toReversed(),
      }
      expect(tally(turned, ballots.toReversed())).toEqual(counted)
    })
  })

  test('one more ballot never takes from what is cast', () => {
    holds((counted, election, ballots) => {
      expect(counted.cast).toBeGreaterThanOrEqual(tally(election, ballots.slice(0, -1)).cast)
    })
  })

  test('what a delegation of one who votes itself would carry makes no difference in the end', () => {
    fc.assert(
      fc.property(elections, drawnBallots, (drawn, ballots) => {
        // Before its vote it is spoken for, which may bring the quorum sooner: here nothing hangs on when.
        const election = { ...drawn, rules: { ...drawn.rules, lateMs: 0 } }
        const heard = ballots.filter(({ at }) => at >= OPENS && at < CLOSES).map(({ voter }) => voter)
        const delegations = election.delegations.filter(({ from }) => !heard.includes(from))
        const { quorumAt: _, ...counted } = tally(election, ballots)
        expect(tally({ ...election, delegations }, ballots)).toMatchObject(counted)
      }),
      { numRuns: 2000 },
    )
  })

  test('a delegate carries no more than its share beyond its own weight', () => {
    fc.assert(
      fc.property(elections, fc.constantFrom(...ids), (election, voter) => {
        const own = election.voters.find(({ id }) => id === voter)?.weight ?? 0
        const { cast, total } = tally(election, [says(0, voter, 'for')])
        const share = Math.floor((total * election.rules.delegateShareMaxPercent) / 100)
        expect(cast).toBeLessThanOrEqual(Math.max(own, share))
      }),
      { numRuns: 2000 },
    )
  })

  test('the close moves once at most, and only for a quorum that was late', () => {
    holds(({ closesAt, quorumAt }, { rules: { lateMs, extensionMs } }) => {
      const isLate = quorumAt !== null && quorumAt > CLOSES - lateMs
      expect(closesAt).toBe(isLate ? Math.max(CLOSES, quorumAt + extensionMs) : CLOSES)
    })
  })
})

describe('a delegation', () => {
  const three = voters(60, 60, 60)
  const chain = [
    { from: 'v0', to: 'v1' },
    { from: 'v1', to: 'v2' },
  ]
  const wide = { delegateShareMaxPercent: 100 }

  test('is followed to the first who votes', () => {
    expect(tally(electionOf(three, chain, wide), [says(1, 'v2', 'for')])).toMatchObject({ weight: { for: 180 } })
  })

  test('yields to what the delegator says itself, whenever that comes', () => {
    const ballots = [says(1, 'v2', 'for'), says(2, 'v0', 'against')]
    expect(tally(electionOf(three, chain, wide), ballots)).toMatchObject({ weight: { for: 120, against: 60 } })
    expect(
      tally(
        electionOf(three, chain, wide),
        ballots.map((each) => ({ ...each, sequence: -each.sequence })),
      ),
    ).toMatchObject({ weight: { for: 120, against: 60 } })
  })

  test('in a circle is silence, and counts for no quorum, until one of the circle votes', () => {
    const circle = [...chain, { from: 'v2', to: 'v0' }]
    expect(tally(electionOf(three, circle, wide), [])).toMatchObject({ cast: 0, outcome: 'no_quorum' })
    expect(tally(electionOf(three, circle, wide), [says(1, 'v1', 'for')])).toMatchObject({ weight: { for: 180 } })
  })

  test('is followed over three steps and no further', () => {
    const five = voters(10, 10, 10, 10, 10)
    const line = [0, 1, 2, 3].map((at) => ({ from: `v${at}`, to: `v${at + 1}` }))
    expect(tally(electionOf(five, line, wide), [says(1, 'v4', 'for')])).toMatchObject({ weight: { for: 40 } })
  })

  test('to one who may not vote, or to oneself, is silence', () => {
    const odd = [
      { from: 'v0', to: 'stranger' },
      { from: 'v1', to: 'v1' },
    ]
    expect(tally(electionOf(three, odd, wide), [says(1, 'stranger', 'for'), says(2, 'v2', 'for')]).cast).toBe(60)
  })
})

describe('a quorum', () => {
  const two = voters(50, 50)

  test('is of the weight of all who could vote, and abstentions count', () => {
    const half = electionOf(two, [], { quorumPercent: 50 })
    expect(tally(half, [says(1, 'v0', 'abstain')])).toMatchObject({ hasQuorum: true, outcome: 'rejected' })
    expect(tally(electionOf(two, [], { quorumPercent: 51 }), [says(1, 'v0', 'for')])).toMatchObject({
      outcome: 'no_quorum',
    })
  })

  test('that comes late leaves time to answer it, and the answer counts', () => {
    const late = says(1, 'v0', 'for', CLOSES - HOUR)
    const answer = says(2, 'v1', 'against', CLOSES + 22 * HOUR)
    expect(tally(electionOf(two), [late])).toMatchObject({ outcome: 'passed', closesAt: CLOSES + 23 * HOUR })
    expect(tally(electionOf(two), [late, answer])).toMatchObject({ outcome: 'rejected' })
    expect(tally(electionOf(two), [late, { ...answer, at: CLOSES + 23 * HOUR }])).toMatchObject({ outcome: 'passed' })
  })
})

test.for([
  { name: 'exactly half is no majority', weights: [50, 50], threshold: RULES.threshold, outcome: 'rejected' },
  { name: 'one more than half is one', weights: [51, 50], threshold: RULES.threshold, outcome: 'passed' },
  {
    name: 'exactly two thirds are two thirds',
    weights: [60, 30],
    threshold: { numerator: 2, denominator: 3, isBeyond: false },
    outcome: 'passed',
  },
  {
    name: 'one less is not',
    weights: [59, 30],
    threshold: { numerator: 2, denominator: 3, isBeyond: false },
    outcome: 'rejected',
  },
])('$name', ({ weights, threshold, outcome }) => {
  const [yes = 0, no = 0] = weights
  const election = electionOf(voters(yes, no), [], { threshold, quorumPercent: 0 })
  expect(tally(election, [says(1, 'v0', 'for'), says(2, 'v1', 'against')]).outcome).toBe(outcome)
})

/** The same rules, once more and slowly: everything anew at every ballot, with sets and exact integers. */
function byHand(election: Election, ballots: readonly Ballot[]): Tally {
  const { rules, opensAt } = election
  const sorted = [...ballots].sort((a, b) => a.sequence - b.sequence)
  let closesAt = election.closesAt
  let quorumAt: number | null = null
  const counted: Ballot[] = []
  for (const ballot of sorted) {
    if (!election.voters.some(({ id }) => id === ballot.voter)) continue
    if (ballot.at < opensAt || ballot.at >= closesAt) continue
    counted.push(ballot)
    if (quorumAt === null && countAll(election, counted).hasQuorum) {
      quorumAt = ballot.at
      const isLate = ballot.at > closesAt - rules.lateMs
      if (isLate && ballot.at + rules.extensionMs > closesAt) closesAt = ballot.at + rules.extensionMs
    }
  }
  return { ...countAll(election, counted), quorumAt, closesAt }
}

function countAll({ rules, voters: all, delegations }: Election, ballots: readonly Ballot[]) {
  const lastOf = (id: string) => ballots.findLast(({ voter }) => voter === id)?.vote
  const speakerOf = (id: string): string | undefined => {
    const way = [id]
    while (way.length <= DELEGATION_DEPTH_MAX) {
      const next = delegations.find(({ from }) => from === way.at(-1))?.to
      if (next === undefined || way.includes(next) || !all.some(({ id }) => id === next)) return undefined
      if (lastOf(next) !== undefined) return next
      way.push(next)
    }
    return undefined
  }
  const total = all.reduce((sum, { weight }) => sum + BigInt(weight), 0n)
  const share = (total * BigInt(rules.delegateShareMaxPercent)) / 100n
  const votes = { for: 0, against: 0, abstain: 0 }
  const weight = { for: 0n, against: 0n, abstain: 0n }
  let beyond = 0n
  for (const { id, weight: own } of all) {
    const vote = lastOf(id)
    if (vote === undefined) continue
    const behind = all.filter((other) => lastOf(other.id) === undefined && speakerOf(other.id) === id)
    const others = behind.reduce((sum, each) => sum + BigInt(each.weight), 0n)
    const room = share > BigInt(own) ? share - BigInt(own) : 0n
    const taken = others < room ? others : room
    votes[vote] += 1
    weight[vote] += BigInt(own) + taken
    beyond += others - taken
  }
  const cast = weight.for + weight.against + weight.abstain
  const hasQuorum = total > 0n && cast * 100n >= BigInt(rules.quorumPercent) * total
  const { numerator, denominator, isBeyond } = rules.threshold
  const [is, needs] = [weight.for * BigInt(denominator), (weight.for + weight.against) * BigInt(numerator)]
  const passes = weight.for + weight.against > 0n && (isBeyond ? is > needs : is >= needs)
  return {
    outcome: hasQuorum ? (passes ? 'passed' : 'rejected') : 'no_quorum',
    votes,
    weight: { for: Number(weight.for), against: Number(weight.against), abstain: Number(weight.abstain) },
    ...{ cast: Number(cast), total: Number(total), beyondShare: Number(beyond), hasQuorum },
  } as const
}
