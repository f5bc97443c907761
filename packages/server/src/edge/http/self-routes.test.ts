import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  for (const body of [
    { name: 'ada', kind: 'person' },
    { name: 'scout', kind: 'agent', owner: 'ada', trust: 40 },
    { name: 'audrey', kind: 'person', roles: ['auditor'] },
    { name: 'stella', kind: 'person', roles: ['steward'] },
  ])
    expect((await http.send('POST', '/v2/subjects', { body })).statusCode).toBe(201)
})
afterAll(() => http[Symbol.asyncDispose]())

const look = async (subject: string, scopes?: readonly string[]) => {
  const body = { subject, name: 'on the laptop', ...(scopes && { scopes }), expires_in_days: 7 }
  const { token, id } = (await http.send('POST', '/v2/tokens', { body })).json()
  const answer = await http.send('GET', '/v2/me', { headers: { authorization: `Bearer ${token}` } })
  return { status: answer.statusCode, body: answer.json(), id }
}

test('whoever has a token sees who they are, what it is for and until when, and which instance it is', async () => {
  const { status, body, id } = await look('scout', ['capsule.search'])
  expect([status, body]).toMatchObject([
    200,
    {
      subject: { name: 'scout', kind: 'agent', roles: ['member'], trust: 40, owner_name: 'ada' },
      token: { id, name: 'on the laptop', scopes: ['capsule.search'], state: 'active' },
      instance: { version: '0.1.0', log: expect.stringMatching(/^[^+]+$/) },
    },
  ])
  expect(Date.parse(body.token.expires_at) - Date.parse(body.token.created_at)).toBe(7 * 86_400_000)
  expect(JSON.stringify(body)).not.toContain('fc_')
})

test.for(['ada', 'audrey', 'stella'])('%s, of whatever role, sees it', async (name) => {
  expect(await look(name)).toMatchObject({ status: 200, body: { subject: { name }, token: { scopes: null } } })
})

test('the token of the data folder is the administrator’s, and is in no list', async () => {
  expect((await http.send('GET', '/v2/me')).json()).toMatchObject({
    subject: { roles: ['administrator'] },
    token: null,
  })
})

test('a token that is for nothing else opens nothing else', async () => {
  const body = { subject: 'ada', name: 'nothing', scopes: ['subject.self'] }
  const { token } = (await http.send('POST', '/v2/tokens', { body })).json()
  const headers = { authorization: `Bearer ${token}` }
  expect((await http.send('GET', '/v2/me', { headers })).statusCode).toBe(200)
  expect((await http.send('GET', '/v2/subjects', { headers })).json()).toMatchObject({ reasons: ['OUT_OF_SCOPE'] })
})
