import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DecisionRow } from '../../domain/governance/decision-row.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/governance/approvals'
const SCOPES = ['capsule.create', 'capsule.erase']
const DAY_MS = 24 * 60 * 60 * 1000
let http: HttpWorld

beforeEach(async () => {
  http = await openHttpWorld({ people: [] })
  for (const body of [
    { name: 'ada', kind: 'person', roles: ['member'] },
    { name: 'weak', kind: 'person', roles: ['member'], trust: 45 },
    { name: 'bot', kind: 'agent', roles: ['member'], owner: 'ada' },
  ])
    expect((await http.send('POST', '/v2/subjects', { body })).statusCode).toBe(201)
})
afterEach(() => http[Symbol.asyncDispose]())

interface Token {
  readonly id: string
  readonly token: string
}
const make = async (subject: string, more: object = {}): Promise<Token> => {
  const body = { subject, name: 'laptop', scopes: SCOPES, ...more }
  const { token, ...made } = (await http.send('POST', '/v2/tokens', { body })).json()
  return { id: made.token_id ?? made.id, token }
}
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const create = async ({ token }: Token): Promise<string> =>
  (await http.send('POST', '/v2/capsules', { body: { content: 'A note.', type: 'knowledge' }, ...as(token) })).json().id
const ask = ({ token }: Token, capsule: string) =>
  http.send('POST', `/v2/capsules/${capsule}/erase`, { body: { legal_basis: 'gdpr-17' }, ...as(token) })
const update = ({ token }: Token, capsule: string) => {
  const headers = { ...as(token).headers, 'if-match': '*' }
  return http.send('PUT', `/v2/capsules/${capsule}`, { body: { content: 'Another.' }, headers })
}
const approve = async (approval: string) =>
  (await http.send('POST', `${PATH}/${approval}`, { body: { decision: 'approve' } })).json()
const statusOf = async (id: string) => (await http.world.context.store.capsules.getHeads([id]))[0]?.status
const deactivate = async (subject: string, isActive = false): Promise<void> => {
  const { headers } = await http.send('GET', `/v2/subjects/${subject}`)
  const change = { body: { active: isActive }, headers: { 'if-match': String(headers.etag) } }
  expect((await http.send('PUT', `/v2/subjects/${subject}`, change)).statusCode).toBe(200)
}

describe('what is approved is not carried out for whoever would not be let in any more', () => {
  test.for([
    { name: 'its token was revoked', code: 'TOKEN_OVER', end: (id: string) => http.send('DELETE', `/v2/tokens/${id}`) },
    {
      name: 'its token has expired',
      code: 'TOKEN_OVER',
      days: 1,
      end: async () => void http.world.time.advance(DAY_MS - 60_000),
    },
    { name: 'it was deactivated', code: 'SUBJECT_INACTIVE', end: () => deactivate('bot') },
    { name: 'the person behind it was deactivated', code: 'SUBJECT_INACTIVE', end: () => deactivate('ada') },
    {
      name: 'it was deactivated, which ended its token, and activated again',
      code: 'TOKEN_OVER',
      end: async () => {
        await deactivate('bot')
        await deactivate('bot', true)
      },
    },
  ])('$name: $code, and that is on record', async ({ code, days = 30, end }) => {
    const token = await make('bot', { expires_in_days: days })
    const capsule = await create(token)
    http.world.time.advance(120_000)
    const { approval } = (await ask(token, capsule)).json()
    await end(token.id)
    expect(await approve(approval.id)).toMatchObject({ state: 'failed', outcome: { code } })
    expect(await statusOf(capsule)).toBe('ACTIVE')
    const [last] = await http.world.context.store.ledger.list({ subject: `approval/${approval.id}` }, { limit: 1 })
    expect(last?.leaf).toMatchObject({ type: 'approval.failed', payload: { code } })
  })
})

test('what is approved is decided again with the scopes of the token that it was asked with', async () => {
  const scopes = ['capsule.create', 'capsule.update']
  const token = await make('weak', { scopes })
  const capsule = await create(token)
  const { approval } = (await update(token, capsule)).json()
  expect(await approve(approval.id)).toMatchObject({ state: 'executed' })
  const { items } = await http.world.context.store.records.list<DecisionRow>('decisions', { limit: 100 })
  const inputs = items.map(({ value }) => value.input)
  expect(inputs.filter((input) => input.approval === approval.id)).toMatchObject([{ scopes }])
})

test('a token that may erase and not read is told that its request waits, and of another action that it was not made for it', async () => {
  const token = await make('ada')
  const capsule = await create(token)
  expect((await ask(token, capsule)).statusCode).toBe(202)
  const refused = await update(token, capsule)
  expect([refused.statusCode, refused.json().reasons]).toEqual([403, ['OUT_OF_SCOPE']])
  expect((await ask(await make('weak'), capsule)).statusCode).toBe(404)
})

test('the same asked with another token is another request: it takes its own approval', async () => {
  const [one, other] = [await make('ada'), await make('ada')]
  const capsule = await create(one)
  const asked = [await ask(one, capsule), await ask(one, capsule), await ask(other, capsule)]
  const ids = asked.map((answer) => answer.json().approval.id)
  expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false])
})

test('a token is shown once, to whoever asked for it: nobody has one made by an approval', async () => {
  const { headers } = await http.send('GET', '/v2/subjects/ada')
  const change = { body: { roles: ['administrator'], trust: 60 }, headers: { 'if-match': String(headers.etag) } }
  expect((await http.send('PUT', '/v2/subjects/ada', change)).statusCode).toBe(200)
  const { token } = await make('ada', { scopes: ['*'] })
  const asked = await http.send('POST', '/v2/tokens', { body: { subject: 'ada', name: 'second' }, ...as(token) })
  expect([asked.statusCode, asked.json().code]).toEqual([403, 'APPROVAL_REQUIRED'])
  expect((await http.send('GET', PATH)).json()).toMatchObject({ items: [] })
})
