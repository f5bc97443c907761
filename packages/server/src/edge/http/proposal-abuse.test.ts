import { beforeEach, describe, expect, test } from 'vitest'
import { BUILT_IN_FILES } from '#governance'
import { ADA, EVE, GRACE, HOUR, PATH, PEOPLE, POLICY, proposing } from './testing/proposing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
const { as, propose, activate, withdraw, vote, look, sweep, later, open, register, archive } = proposing(() => http)
beforeEach(async () => {
  http = await openHttpWorld({ people: PEOPLE })
  return () => http[Symbol.asyncDispose]()
})

describe('a draft', () => {
  test('is seen by its proposer alone, whatever it is asked for, and by all once it is put to the vote', async () => {
    const { id } = await propose(ADA)
    const asked = (by: { readonly name: string }) =>
      Promise.all([
        http.send('GET', `${PATH}/${id}`, as(by)),
        http.send('GET', `${PATH}/${id}/election`, as(by)),
        vote(GRACE, id),
        activate(GRACE, id),
        withdraw(GRACE, id),
        http.send('POST', PATH, { body: { title: 'Back', action: { type: 'revert', proposal: id } }, ...as(by) }),
      ])
    const codes = (await asked(GRACE)).map((answer) => answer.json().code)
    expect(codes).toEqual(codes.map(() => 'NOT_FOUND'))
    expect((await http.send('GET', PATH, as(GRACE))).json()).toEqual({ items: [], next_cursor: null })
    expect((await http.send('GET', PATH)).json().items).toEqual([])
    expect((await http.send('GET', PATH, as(ADA))).json().items).toHaveLength(1)
    await activate(ADA, id)
    expect((await http.send('GET', PATH, as(GRACE))).json().items).toMatchObject([{ id, status: 'VOTING' }])
  })

  test('is withdrawn by its proposer, makes room for another, and is never voted on', async () => {
    const { id } = await propose(ADA)
    expect((await withdraw(ADA, id)).json()).toMatchObject({ status: 'CLOSED', outcome: 'withdrawn' })
    expect((await activate(ADA, id)).json()).toMatchObject({ code: 'CONFLICT' })
    expect((await look(id, GRACE)).code).toBe('NOT_FOUND')
    expect(await later(1000)).toMatchObject({ opened: 0, closed: 0, executed: 0 })
  })
})

describe('what is discussed', () => {
  beforeEach(() => {
    http.governed.voting.discussionMs = 24 * HOUR
  })

  test('is withdrawn by its proposer until voting opens, and by nobody else', async () => {
    const { id } = await propose(ADA)
    await activate(ADA, id)
    expect((await withdraw(GRACE, id)).json()).toMatchObject({ code: 'FORBIDDEN' })
    expect((await withdraw(ADA, id)).json()).toMatchObject({ outcome: 'withdrawn' })
    expect(await later(24)).toMatchObject({ opened: 0 })
    expect(await look(id, GRACE)).toMatchObject({ status: 'CLOSED', outcome: 'withdrawn' })
  })

  test('is no longer withdrawn once it is voted on', async () => {
    const { id } = await propose(ADA)
    await activate(ADA, id)
    await later(24)
    expect((await withdraw(ADA, id)).json()).toMatchObject({ code: 'CONFLICT' })
    expect(await look(id)).toMatchObject({ status: 'VOTING' })
  })
})

test('who is quarantined is no voter and none of the quorum, whatever trust voting asks for', async () => {
  http.governed.voting.trustMin = 1
  http.governed.people.set(EVE.id, { ...EVE, trust: 39 })
  expect(await look(await open(ADA))).toMatchObject({ voters: 3 })
  http.governed.people.set(EVE.id, { ...EVE, trust: 40 })
  expect(await look(await open(ADA))).toMatchObject({ voters: 4 })
})

test('a timelock begins when the result is known: an instance that was off carries nothing out at its start', async () => {
  const id = await open(ADA, POLICY)
  await vote(GRACE, id)
  await vote(ADA, id)
  http.world.time.advance(500 * HOUR)
  expect(await sweep()).toMatchObject({ closed: 1, executed: 0 })
  expect(await later(47)).toMatchObject({ executed: 0 })
  expect(await archive()).toBeLessThan(300)
  expect(await later(1)).toMatchObject({ executed: 1 })
})

test('what came to raise the trust of its proposer since the vote opened is not carried out', async () => {
  const mary = await http.world.context.subjects.find((await register('mary', { trust: 80 })).id)
  if (mary === undefined) throw new TypeError('She was registered.')
  const call = () => http.world.call('proposal.create', mary)
  const { proposals } = http.governed
  const action = { type: 'trust_change', subject: 'mary', trust: 70 } as const
  const { id } = await proposals.create(call(), { title: 'Less of me', description: '', action })
  await proposals.activate(call(), id)
  await vote(GRACE, id)
  await vote(ADA, id)
  const headers = { 'if-match': '"1"' }
  await http.send('PUT', `/v2/subjects/${mary.id}`, { body: { trust: 40 }, headers })
  await later(168)
  await later(48)
  expect(await look(id)).toMatchObject({ execution: { state: 'failed', code: 'FORBIDDEN' } })
  expect((await http.send('GET', `/v2/subjects/${mary.id}`)).json()).toMatchObject({ trust: 40 })
})

test('the files of the program may lie among those that are proposed, as they are there, and are none of what is voted on', async () => {
  const { action } = await propose(ADA, {
    title: 'As they are',
    action: { type: 'policy_change', files: BUILT_IN_FILES },
  })
  expect(action.files.map(({ path }: { readonly path: string }) => path)).toEqual(['guards.cedar', 'roles.cedar'])
})

test('no policy keeps a vote from being closed in its time', async () => {
  const id = await open(ADA)
  const text = '@id("own.all") permit (principal, action, resource) unless { action == Action::"proposal.close" };'
  await http.send('PUT', '/v2/governance/policies', { body: { files: [{ path: 'own.cedar', text }] } })
  expect(await later(168)).toMatchObject({ closed: 1, troubles: [] })
  expect(await look(id)).toMatchObject({ status: 'CLOSED', outcome: 'no_quorum' })
})
