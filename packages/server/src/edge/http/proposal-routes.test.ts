import { PROPOSAL_LIMITS } from '@forge-cascade/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { canonicalJson, sha256Hex } from '#base'
import { BUILT_IN_FILES, SCHEMA_FILE } from '#governance'
import type { Subject } from '#identity'
import { commandOf, commit, grantOf } from '../../platform/store/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/governance/proposals'
const DELEGATIONS = '/v2/governance/delegations'
const HOUR = 3_600_000
const person = (name: string, digit: string, more: Partial<Subject> = {}): Subject => ({
  ...{ id: `01900000-0000-7000-8000-0000000000b${digit}`, kind: 'person', name, roles: ['member'], trust: 80 },
  ...{ owner: null, active: true, createdAt: 0, ...more },
})
const ADA = person('ada', '1')
const GRACE = person('grace', '2', { roles: ['steward'], trust: 90 })
const EVE = person('eve', '3', { trust: 60 })
const BOT = person('bot', '4', { kind: 'agent', owner: ADA.id })
const SLEEPER = person('sleeper', '5', { active: false })
const ROBOT = person('robot', '6', { kind: 'service' })
const NO_ARCHIVE = {
  path: 'own.cedar',
  text: '@id("own.no-archive")\nforbid (principal, action == Action::"capsule.archive", resource);\n',
}
/** The policies of the program without constitution and schema, and one more. */
const FILES = [...BUILT_IN_FILES.filter(({ path }) => path !== SCHEMA_FILE && !path.startsWith('const')), NO_ARCHIVE]
const POLICY = { title: 'Nothing is archived', action: { type: 'policy_change', files: FILES } }

/** One that needs no parser. */
const DEFAULTS = { title: 'Those of the program', action: { type: 'policy_change', files: null } }

let http: HttpWorld
beforeEach(async () => {
  http = await openHttpWorld({ people: [ADA, GRACE, EVE, BOT, SLEEPER, ROBOT] })
  return () => http[Symbol.asyncDispose]()
})

const as = ({ name }: Pick<Subject, 'name'>) => ({ headers: { authorization: `Bearer ${name}` } })
const propose = async (by: Subject, body: object = DEFAULTS) => {
  const made = await http.send('POST', PATH, { body, ...as(by) })
  expect([made.statusCode, made.body.slice(0, 300)]).toEqual([201, expect.anything()])
  return made.json()
}
const activate = (by: Subject, id: string) => http.send('POST', `${PATH}/${id}/activate`, as(by))
const vote = (by: Subject, id: string, said = 'for') =>
  http.send('POST', `${PATH}/${id}/vote`, { body: { vote: said }, ...as(by) })
const look = async (id: string) => (await http.send('GET', `${PATH}/${id}`)).json()
const sweep = () => http.governed.course.sweep(new AbortController().signal)
const later = async (hours: number) => {
  http.world.time.advance(hours * HOUR)
  return sweep()
}
const open = async (by: Subject, body: object = DEFAULTS) => {
  const { id } = await propose(by, body)
  expect((await activate(by, id)).json()).toMatchObject({ status: 'VOTING' })
  return id as string
}
const recordsOf = async (id: string) =>
  (await http.world.context.store.ledger.list({ subject: `proposal/${id}` }, { limit: 100 }))
    .map(({ leaf }) => leaf.type)
    .toReversed()
const register = async (name: string, more: object = {}) =>
  (await http.send('POST', '/v2/subjects', { body: { name, kind: 'person', ...more } })).json()
const archive = async () => {
  const { id } = await http.world.add({ content: `What it is about, ${Math.random()}.` })
  return (await http.send('DELETE', `/v2/capsules/${id}`)).statusCode
}

describe('a proposal to change policies', () => {
  test('is a draft, is voted on, waits for its timelock, and then the next request is decided by it', async () => {
    const draft = await propose(ADA, POLICY)
    expect(draft).toMatchObject({
      status: 'DRAFT',
      kind: 'policy',
      proposer_id: ADA.id,
      outcome: null,
      closes_at: null,
    })
    const opened = (await activate(ADA, draft.id)).json()
    // Ada, Grace and the administrator; nobody else is a person with the trust for it.
    expect(opened).toMatchObject({ status: 'VOTING', voters: 3, quorum: 0.4, participation: 0 })
    expect((await vote(ADA, draft.id)).json()).toMatchObject({ voter: ADA.id, vote: 'for', weight: 80 })
    await vote(GRACE, draft.id)
    expect(await look(draft.id)).toMatchObject({ votes_for: 2, weight_for: 170, approval_ratio: 1 })
    await later(167)
    expect(await look(draft.id)).toMatchObject({ status: 'VOTING' })
    await later(1)
    expect(await look(draft.id)).toMatchObject({ status: 'CLOSED', outcome: 'passed', execution: null })
    await later(47)
    expect(await archive()).toBeLessThan(300)
    expect(await later(1)).toMatchObject({ executed: 1, troubles: [] })
    expect(await archive()).toBe(403)
    expect(await look(draft.id)).toMatchObject({ execution: { state: 'executed', code: null } })
    expect(await recordsOf(draft.id)).toEqual([
      ...['proposal.created', 'proposal.activated', 'proposal.opened', 'proposal.voted', 'proposal.voted'],
      ...['proposal.closed', 'proposal.executed'],
    ])
    expect(await later(1000)).toMatchObject({ opened: 0, closed: 0, executed: 0 })
  })

  test('is brought back by another proposal', async () => {
    const id = await open(ADA, POLICY)
    await vote(GRACE, id)
    await vote(ADA, id)
    await later(168)
    await later(48)
    expect(await archive()).toBe(403)
    const revert = await propose(GRACE, { title: 'Archive again', action: { type: 'revert', proposal: id } })
    expect(revert.action).toEqual({ type: 'policy_change', files: null })
    await activate(GRACE, revert.id)
    await vote(GRACE, revert.id)
    await vote(ADA, revert.id)
    await later(168)
    await later(48)
    expect(await archive()).toBeLessThan(300)
    const again = await propose(ADA, { title: 'Once more', action: { type: 'revert', proposal: revert.id } })
    expect(again.action.files.map(({ path }: { path: string }) => path)).toContain('own.cedar')
    expect(again.digest).toBe((await look(id)).digest)
  })

  test.for([
    [
      'a policy of the constitution',
      'own.cedar',
      '@id("const.quarantine") forbid(principal, action, resource);',
      'const.quarantine',
    ],
    ['the file of the constitution', 'constitution.cedar', '// none', 'const.quarantine'],
    [
      'a rule that is to be of the constitution',
      'own.cedar',
      '@id("const.more") forbid(principal, action, resource);',
      'const.more',
    ],
  ] as const)('that would change %s is vetoed, with the clause named', async ([, path, text, clause]) => {
    const { id } = await propose(ADA, {
      title: 'Away with it',
      action: { type: 'policy_change', files: [{ path, text }] },
    })
    expect((await activate(ADA, id)).json()).toMatchObject({ status: 'CLOSED', outcome: 'vetoed', veto: { clause } })
    expect((await vote(GRACE, id)).statusCode).toBe(409)
    expect(await later(1000)).toMatchObject({ executed: 0 })
    expect(await recordsOf(id)).toEqual(['proposal.created', 'proposal.activated', 'proposal.closed'])
    expect((await http.send('GET', `${PATH}/${id}/election`)).statusCode).toBe(409)
  })

  test('that is not sound is refused when it is proposed', async () => {
    const files = [{ path: 'own.cedar', text: 'permit everything' }]
    const made = await http.send('POST', PATH, { body: { ...POLICY, action: { type: 'policy_change', files } } })
    expect(made.json()).toMatchObject({ code: 'UNPROCESSABLE', detail: expect.stringContaining('own.cedar:1') })
  })
})

describe('a proposal to change trust', () => {
  test('changes it, and is brought back to what it was', async () => {
    const zoe = await register('zoe')
    const id = await open(ADA, { title: 'Trust zoe', action: { type: 'trust_change', subject: 'zoe', trust: 80 } })
    await vote(GRACE, id)
    await vote(ADA, id)
    await later(168)
    await later(48)
    expect((await http.send('GET', `/v2/subjects/${zoe.id}`)).json()).toMatchObject({ trust: 80 })
    const revert = await propose(ADA, { title: 'Or not', action: { type: 'revert', proposal: id } })
    expect(revert.action).toEqual({ type: 'trust_change', subject: zoe.id, trust: 60 })
  })

  test('that raises the trust of its proposer, or of an agent of its own, is vetoed', async () => {
    const { proposals } = http.governed
    const mary = await http.world.context.subjects.find((await register('mary')).id)
    if (mary === undefined) throw new TypeError('She was registered.')
    await register('helper', { kind: 'agent', owner: 'mary' })
    for (const [subject, trust, outcome] of [
      ['mary', 100, 'vetoed'],
      ['helper', 61, 'vetoed'],
      ['mary', 40, null],
    ] as const) {
      const action = { type: 'trust_change', subject, trust } as const
      const draft = await proposals.create(http.world.call('proposal.create', mary), {
        title: 'Me',
        description: '',
        action,
      })
      const { veto, ...put } = await proposals.activate(http.world.call('proposal.create', mary), draft.id)
      expect([put.outcome, veto?.clause]).toEqual([outcome, outcome ? 'const.no-self-approval' : undefined])
    }
  })

  test('is not voted on by whoever it is about', async () => {
    const zoe = await register('zoe', { trust: 90 })
    const id = await open(ADA, { title: 'Zoe', action: { type: 'trust_change', subject: zoe.id, trust: 100 } })
    const { voters } = (await http.send('GET', `${PATH}/${id}/election`)).json()
    expect(voters.map(({ id }: { id: string }) => id)).not.toContain(zoe.id)
    expect(voters).toHaveLength(3)
  })

  test('of the administrator of the instance is refused', async () => {
    const action = { type: 'trust_change', subject: http.world.administrator.id, trust: 40 }
    const made = await http.send('POST', PATH, { body: { title: 'Less', action }, ...as(ADA) })
    expect(made.json()).toMatchObject({ code: 'UNPROCESSABLE' })
  })
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

describe('what the states allow', () => {
  test('a draft is voted on by nobody and put to the vote by its proposer alone, once', async () => {
    const { id } = await propose(ADA)
    expect((await vote(GRACE, id)).json()).toMatchObject({ code: 'CONFLICT', detail: expect.stringContaining('DRAFT') })
    expect((await activate(GRACE, id)).json()).toMatchObject({ code: 'FORBIDDEN' })
    expect((await activate(ADA, id)).statusCode).toBe(200)
    expect((await activate(ADA, id)).json()).toMatchObject({ code: 'CONFLICT' })
    expect((await http.send('POST', `${PATH}/${id}/execute`)).json()).toMatchObject({ code: 'CONFLICT' })
  })

  test('time for discussion passes before voting opens, and weights are those of the opening', async () => {
    http.governed.voting.discussionMs = 24 * HOUR
    const { id } = await propose(ADA)
    expect((await activate(ADA, id)).json()).toMatchObject({ status: 'ACTIVE', closes_at: null, voters: null })
    expect((await vote(ADA, id)).json()).toMatchObject({
      code: 'CONFLICT',
      detail: expect.stringContaining('opens at'),
    })
    http.governed.people.set(EVE.id, { ...EVE, trust: 85 })
    expect(await later(24)).toMatchObject({ opened: 1 })
    expect(await look(id)).toMatchObject({ status: 'VOTING', voters: 4 })
  })

  test.for([
    ['rejected', ['against', 'against']],
    ['rejected', ['abstain', 'abstain']],
    ['no_quorum', ['for']],
    ['passed', ['for', 'abstain']],
  ] as const)('a vote ends %s with %j, and only what passed is carried out', async ([outcome, votes]) => {
    const id = await open(ADA)
    for (const [at, said] of votes.entries()) await vote([ADA, GRACE][at] ?? ADA, id, said)
    await later(168)
    expect(await look(id)).toMatchObject({ status: 'CLOSED', outcome })
    expect(await later(1000)).toMatchObject({ executed: outcome === 'passed' ? 1 : 0 })
    for (const path of ['activate', 'execute'])
      expect((await http.send('POST', `${PATH}/${id}/${path}`)).statusCode).toBe(path === 'activate' ? 403 : 409)
  })

  test('an agent proposes nothing', async () => {
    expect((await http.send('POST', PATH, { body: POLICY, ...as(BOT) })).statusCode).toBe(403)
  })

  const { actionBytesMax, descriptionLengthMax, filesMax, titleLengthMax, votersMax } = PROPOSAL_LIMITS
  const policies = (count: number, length = 0) => ({
    type: 'policy_change',
    files: Array.from({ length: count }, (_, at) => ({
      path: `p${at}.cedar`,
      text: `@id("const.p${at}")${' '.repeat(length)}`,
    })),
  })
  const size = Buffer.byteLength(JSON.stringify(policies(1)))

  test.for([
    {
      name: 'a title that is too long',
      at: { title: 'x'.repeat(titleLengthMax) },
      beyond: { title: 'x'.repeat(titleLengthMax + 1) },
      status: 400,
    },
    {
      ...{ name: 'a description that is too long', at: { description: 'x'.repeat(descriptionLengthMax) }, status: 400 },
      beyond: { description: 'x'.repeat(descriptionLengthMax + 1) },
    },
    {
      ...{ name: 'too much to do', at: { action: policies(1, actionBytesMax - size) }, status: 413 },
      beyond: { action: policies(1, actionBytesMax - size + 1) },
    },
    {
      name: 'too many files',
      at: { action: policies(filesMax) },
      beyond: { action: policies(filesMax + 1) },
      status: 400,
    },
  ])('a proposal is refused that has $name, and one at the limit is not', async ({ at, beyond, status }) => {
    expect((await http.send('POST', PATH, { body: { ...DEFAULTS, ...beyond }, ...as(ADA) })).statusCode).toBe(status)
    await propose(ADA, { ...DEFAULTS, ...at })
  })

  test('what more people could vote on than are counted is not put to the vote', async () => {
    const { id } = await propose(ADA)
    for (let at = 0; at < votersMax - 3; at++) http.governed.people.set(`more-${at}`, { ...ADA, id: `more-${at}` })
    http.governed.people.set('one-more', { ...ADA, id: 'one-more' })
    expect((await activate(ADA, id)).json()).toMatchObject({
      code: 'CONFLICT',
      detail: expect.stringContaining(`${votersMax}`),
    })
    http.governed.people.delete('one-more')
    expect((await activate(ADA, id)).json()).toMatchObject({ status: 'VOTING', voters: votersMax })
  })

  test('what nobody could vote on is not put to the vote', async () => {
    const { id } = await propose(ADA)
    http.governed.voting.trustMin = 101
    expect((await activate(ADA, id)).json()).toMatchObject({
      code: 'CONFLICT',
      detail: expect.stringContaining('Nobody'),
    })
    expect(await look(id)).toMatchObject({ status: 'DRAFT' })
  })

  test('nobody has more open proposals than the limit', async () => {
    const body = { title: 'Many', action: { type: 'policy_change', files: null } }
    for (let count = 0; count < PROPOSAL_LIMITS.openMax; count++) await propose(ADA, body)
    expect((await http.send('POST', PATH, { body, ...as(ADA) })).json()).toMatchObject({ code: 'RATE_LIMITED' })
    await propose(GRACE, body)
  })
})

describe('what was passed', () => {
  const pass = async () => {
    const zoe = await register('zoe')
    const id = await open(ADA, { title: 'Zoe', action: { type: 'trust_change', subject: 'zoe', trust: 80 } })
    await vote(GRACE, id)
    await vote(ADA, id)
    await later(168)
    return { id, zoe }
  }

  test('and cannot be carried out fails for all to see, and is carried out when it is tried again', async () => {
    const { id } = await pass()
    const text = '@id("own.all") permit (principal, action, resource) unless { action == Action::"proposal.execute" };'
    await http.send('PUT', '/v2/governance/policies', { body: { files: [{ path: 'own.cedar', text }] } })
    await later(48)
    expect(await look(id)).toMatchObject({ execution: { state: 'failed', code: 'FORBIDDEN' } })
    expect(await later(1)).toMatchObject({ executed: 0 })
    await http.send('PUT', '/v2/governance/policies', { body: { files: null } })
    const done = await http.send('POST', `${PATH}/${id}/execute`)
    expect(done.json()).toMatchObject({ execution: { state: 'executed' } })
    expect((await http.send('POST', `${PATH}/${id}/execute`)).statusCode).toBe(409)
    expect((await http.send('POST', `${PATH}/${id}/execute`, as(ADA))).statusCode).toBe(403)
    expect((await recordsOf(id)).slice(-2)).toEqual(['proposal.execution_failed', 'proposal.executed'])
  })

  test('waits for the end of an emergency', async () => {
    const { id } = await pass()
    await http.emergency.raise(http.world.call('emergency.raise'), 'out of hand')
    http.emergency.enforce()
    await later(48)
    expect(await look(id)).toMatchObject({ status: 503 })
    const { store } = http.world.context
    expect((await store.records.find<{ execution: unknown }>('proposals', id))?.value.execution).toBeNull()
  })

  test('and was changed where it is stored is not carried out', async () => {
    const { id, zoe } = await pass()
    const { store } = http.world.context
    const row = (await store.records.find<{ action: object }>('proposals', id))?.value
    const grant = grantOf('proposal.close')
    const forged = { ...row, action: { ...row?.action, trust: 100 } }
    await commit(store, commandOf(grant, [store.records.put(grant, 'proposals', id, forged)]))
    await later(48)
    expect(await look(id)).toMatchObject({ execution: { state: 'failed', code: 'CONFLICT' } })
    expect((await http.send('GET', `/v2/subjects/${zoe.id}`)).json()).toMatchObject({ trust: 60 })
  })

  test('and changes nothing any more is carried out all the same', async () => {
    const { id, zoe } = await pass()
    const headers = { 'if-match': '"1"' }
    expect((await http.send('PUT', `/v2/subjects/${zoe.id}`, { body: { trust: 80 }, headers })).statusCode).toBe(200)
    expect(await later(48)).toMatchObject({ executed: 1 })
    expect(await look(id)).toMatchObject({ execution: { state: 'executed' } })
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
