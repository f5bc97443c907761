import { PROPOSAL_LIMITS } from '@forge-cascade/contract'
import { beforeEach, describe, expect, test } from 'vitest'
import { commandOf, commit, grantOf } from '../../platform/store/testing.ts'
import { ADA, BOT, DEFAULTS, EVE, GRACE, HOUR, PATH, PEOPLE, POLICY, proposing } from './testing/proposing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
const { as, propose, activate, withdraw, vote, look, later, open, recordsOf, register, archive } = proposing(() => http)
beforeEach(async () => {
  http = await openHttpWorld({ people: PEOPLE })
  return () => http[Symbol.asyncDispose]()
})

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

describe('what the states allow', () => {
  const to = {
    DRAFT: async () => (await propose(ADA)).id as string,
    ACTIVE: async () => {
      http.governed.voting.discussionMs = 24 * HOUR
      const { id } = await propose(ADA)
      await activate(ADA, id)
      return id as string
    },
    VOTING: () => open(ADA),
    rejected: async () => {
      const id = await open(ADA)
      for (const by of [ADA, GRACE]) await vote(by, id, 'against')
      await later(168)
      return id
    },
    no_quorum: async () => {
      const id = await open(ADA)
      await later(168)
      return id
    },
    withdrawn: async () => {
      const { id } = await propose(ADA)
      await withdraw(ADA, id)
      return id as string
    },
    vetoed: async () => {
      const files = [{ path: 'constitution.cedar', text: '// none' }]
      const { id } = await propose(ADA, { title: 'Away with it', action: { type: 'policy_change', files } })
      await activate(ADA, id)
      return id as string
    },
    passed: async () => {
      const id = await open(ADA)
      for (const by of [ADA, GRACE]) await vote(by, id)
      await later(168)
      return id
    },
    executed: async () => {
      const id = await to.passed()
      await later(48)
      return id
    },
  }

  test.for([
    { state: 'DRAFT', activate: 200, vote: 409, execute: 404, election: 409, revert: 409, withdraw: 409 },
    { state: 'ACTIVE', activate: 409, vote: 409, execute: 409, election: 409, revert: 409, withdraw: 200 },
    { state: 'VOTING', activate: 409, vote: 200, execute: 409, election: 200, revert: 409, withdraw: 409 },
    { state: 'rejected', activate: 409, vote: 409, execute: 409, election: 200, revert: 409, withdraw: 409 },
    { state: 'no_quorum', activate: 409, vote: 409, execute: 409, election: 200, revert: 409, withdraw: 409 },
    { state: 'withdrawn', activate: 409, vote: 409, execute: 404, election: 409, revert: 409, withdraw: 409 },
    { state: 'vetoed', activate: 409, vote: 409, execute: 409, election: 409, revert: 409, withdraw: 409 },
    { state: 'passed', activate: 409, vote: 409, execute: 409, election: 200, revert: 409, withdraw: 409 },
    { state: 'executed', activate: 409, vote: 409, execute: 409, election: 200, revert: 201, withdraw: 409 },
  ] as const)('of $state', async ({ state, ...allowed }) => {
    const id = await to[state]()
    const { status, outcome, execution } = await look(id, ADA)
    expect(execution?.state ?? outcome ?? status).toBe(state)
    const revert = { title: 'Back', action: { type: 'revert', proposal: id } }
    const answers = {
      election: await http.send('GET', `${PATH}/${id}/election`, as(ADA)),
      execute: await http.send('POST', `${PATH}/${id}/execute`),
      withdraw: state === 'DRAFT' ? { statusCode: 409 } : await withdraw(ADA, id),
      revert: await http.send('POST', PATH, { body: revert, ...as(ADA) }),
      vote: await vote(ADA, id),
      activate: await activate(ADA, id),
    }
    expect(Object.fromEntries(Object.entries(answers).map(([name, { statusCode }]) => [name, statusCode]))).toEqual(
      allowed,
    )
  })

  test('what there is not is not found', async () => {
    const id = '01939b42-0000-7000-8000-00000000dead'
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/activate'],
      ['POST', '/execute'],
      ['GET', '/election'],
    ] as const)
      expect((await http.send(method, `${PATH}/${id}${path}`)).json()).toMatchObject({ code: 'NOT_FOUND' })
    expect((await vote(ADA, id)).json()).toMatchObject({ code: 'NOT_FOUND' })
    expect((await http.send('GET', `${PATH}?cursor=x`)).json()).toMatchObject({ code: 'CURSOR_INVALID' })
  })

  test('a list is in pages, by status, and leaves out what is to be done', async () => {
    const ids = [await to.DRAFT(), await to.VOTING(), await to.DRAFT()]
    const first = (await http.send('GET', `${PATH}?limit=2`, as(ADA))).json()
    const second = (await http.send('GET', `${PATH}?limit=2&cursor=${first.next_cursor}`, as(ADA))).json()
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids)
    expect(first.items[0]).not.toHaveProperty('action')
    const voting = (await http.send('GET', `${PATH}?status=VOTING`)).json()
    expect(voting.items).toMatchObject([{ id: ids[1], proposer_name: 'ada' }])
  })

  test('a draft is voted on by nobody and put to the vote by its proposer alone, once', async () => {
    const { id } = await propose(ADA)
    expect((await vote(ADA, id)).json()).toMatchObject({ code: 'CONFLICT', detail: expect.stringContaining('DRAFT') })
    expect((await activate(GRACE, id)).json()).toMatchObject({ code: 'NOT_FOUND' })
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
    expect(await look(id, ADA)).toMatchObject({ status: 'DRAFT' })
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
