import { PROPOSAL_LIMITS } from '@forge-cascade/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { canonicalJson, sha256Hex } from '#base'
import type { Subject } from '#identity'
import {
  ADA,
  BOT,
  DELEGATIONS,
  EVE,
  GRACE,
  HOUR,
  PATH,
  PEOPLE,
  proposing,
  ROBOT,
  SLEEPER,
} from './testing/proposing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
const { as, vote, look, sweep, later, open } = proposing(() => http)
beforeEach(async () => {
  http = await openHttpWorld({ people: PEOPLE })
  return () => http[Symbol.asyncDispose]()
})

describe('a vote', () => {
  test('may be changed until the close, counts once, and is refused from the close on', async () => {
    const id = await open(ADA)
    await vote(GRACE, id)
    await vote(GRACE, id)
    await vote(GRACE, id, 'against')
    expect(await look(id)).toMatchObject({ votes_for: 0, votes_against: 1, weight_against: 90, approval_ratio: 0 })
    http.world.time.advance(168 * HOUR)
    // Nobody has looked yet, and it is late all the same.
    expect((await vote(ADA, id)).json()).toMatchObject({ code: 'CONFLICT', detail: expect.stringContaining('closed') })
    await sweep()
    expect((await vote(ADA, id)).json()).toMatchObject({ code: 'CONFLICT' })
    expect(await look(id)).toMatchObject({ outcome: 'no_quorum' })
  })

  test.for([
    ['somebody with too little trust', EVE, 403],
    ['an agent, however trusted', BOT, 403],
    ['a service', ROBOT, 403],
    ['somebody who was deactivated', SLEEPER, 403],
  ] as const)('of %s is refused', async ([, who, status]) => {
    const id = await open(ADA)
    expect((await vote(who, id)).statusCode).toBe(status)
    expect(await look(id)).toMatchObject({ voters: 3, votes_for: 0 })
  })

  test('has the weight of when voting opened, and who came later has none', async () => {
    const id = await open(ADA)
    http.governed.people.set(GRACE.id, { ...GRACE, trust: 10 })
    http.governed.people.set(EVE.id, { ...EVE, trust: 100 })
    expect((await vote(GRACE, id)).json()).toMatchObject({ weight: 90 })
    expect((await vote(EVE, id)).json()).toMatchObject({ code: 'FORBIDDEN' })
  })

  test('a vote is changed so often and no more', async () => {
    const id = await open(ADA)
    for (let count = 0; count < PROPOSAL_LIMITS.ballotsOfVoterMax; count++) {
      expect((await vote(ADA, id, count % 2 ? 'for' : 'abstain')).statusCode).toBe(200)
    }
    expect((await vote(ADA, id)).json()).toMatchObject({ code: 'RATE_LIMITED' })
    expect((await vote(GRACE, id)).statusCode).toBe(200)
  })

  test('of many at once counts each', async () => {
    const id = await open(ADA)
    const all = await Promise.all([vote(ADA, id), vote(GRACE, id, 'against'), vote(ADA, id, 'abstain')])
    expect(all.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200])
    expect(await look(id)).toMatchObject({ votes_abstain: 1, votes_against: 1, votes_for: 0 })
  })

  test('that brings the quorum late leaves time to answer it', async () => {
    const id = await open(ADA)
    http.world.time.advance(167 * HOUR)
    await vote(ADA, id)
    await vote(GRACE, id)
    await later(22)
    expect(await look(id)).toMatchObject({ status: 'VOTING' })
    expect((await vote(GRACE, id, 'against')).statusCode).toBe(200)
    await later(2)
    expect(await look(id)).toMatchObject({ outcome: 'rejected', weight_for: 80, weight_against: 90 })
  })
})

describe('a delegation', () => {
  const give = (by: Subject, to: string, topic = 'all') =>
    http.send('PUT', DELEGATIONS, { body: { to, topic }, ...as(by) })

  test('has somebody speak for one who says nothing, and yields to what one says', async () => {
    http.governed.voting.rules = { ...http.governed.voting.rules, delegateShareMaxPercent: 100 }
    expect((await give(ADA, 'grace')).json()).toMatchObject({ from: ADA.id, to: GRACE.id, topic: 'all' })
    const id = await open(ADA)
    await vote(GRACE, id)
    expect(await look(id)).toMatchObject({ votes_for: 1, weight_for: 170 })
    await vote(ADA, id, 'against')
    expect(await look(id)).toMatchObject({ weight_for: 90, weight_against: 80 })
  })

  test('of the topic beats that for all, is revoked, and counts as it was when voting opened', async () => {
    await give(ADA, 'eve')
    await give(ADA, 'grace', 'policy')
    const id = await open(ADA)
    expect((await http.send('DELETE', `${DELEGATIONS}?topic=policy`, as(ADA))).statusCode).toBe(204)
    const { delegations } = (await http.send('GET', `${PATH}/${id}/election`)).json()
    expect(delegations).toEqual([{ from: ADA.id, to: GRACE.id }])
    const left = (await http.send('GET', DELEGATIONS, as(ADA))).json()
    expect(left.items).toMatchObject([{ to: EVE.id, topic: 'all' }])
    expect((await http.send('DELETE', `${DELEGATIONS}?topic=policy`, as(ADA))).statusCode).toBe(404)
  })

  test.for([
    ['oneself', ADA, 'ada', 422],
    ['an agent', ADA, 'bot', 422],
    ['nobody', ADA, 'nobody-at-all', 422],
    ['who is deactivated', ADA, 'sleeper', 422],
    ['somebody, by an agent', BOT, 'grace', 403],
  ] as const)('to %s is refused', async ([, by, to, status]) => {
    expect((await give(by, to)).statusCode).toBe(status)
  })

  test('that would lead back is refused, on whichever topics it would', async () => {
    await give(ADA, 'grace', 'policy')
    await give(GRACE, 'eve')
    expect((await give(EVE, 'ada')).json()).toMatchObject({ code: 'CONFLICT' })
    expect((await give(EVE, 'ada', 'trust')).statusCode).toBe(200)
  })

  test('of two at once makes no circle', async () => {
    const both = await Promise.all([give(ADA, 'grace'), give(GRACE, 'ada')])
    expect(both.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409])
  })
})

test('an election is exported with each ballot and its entry in the log', async () => {
  const id = await open(ADA)
  await vote(ADA, id)
  await vote(GRACE, id, 'abstain')
  const election = (await http.send('GET', `${PATH}/${id}/election`)).json()
  expect(election).toMatchObject({
    format: 'forge.election/1',
    proposal: id,
    result: { weight: { for: 80, abstain: 90 } },
  })
  for (const { leaf_index, sequence, vote: said } of election.ballots) {
    const found = await http.world.context.store.ledger.find(leaf_index)
    expect(found?.leaf).toMatchObject({ type: 'proposal.voted', payload: { sequence, vote: said } })
  }
  const { rules, voters, delegations, opens_at, closes_at, action } = election
  const fixed = { proposal: id, action, rules, opens_at, closes_at, voters, delegations }
  expect(sha256Hex(canonicalJson(fixed))).toBe(election.digest)
  const [opened] = await http.world.context.store.ledger.list({ type: 'proposal.opened' }, { limit: 1 })
  expect(opened?.leaf.payload).toMatchObject({ election: election.digest, voters: 3, total: 270 })
})
