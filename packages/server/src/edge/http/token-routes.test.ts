import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sha256Hex } from '#base'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const ABSENT = '01900000-0000-7000-8000-00000000ffff'
let http: HttpWorld

beforeEach(async () => {
  http = await openHttpWorld()
  await http.send('POST', '/v2/subjects', {
    body: { name: 'root', kind: 'person', roles: ['administrator'], trust: 100 },
  })
  await http.send('POST', '/v2/subjects', { body: { name: 'reader', kind: 'agent', owner: 'root' } })
})
afterEach(() => http[Symbol.asyncDispose]())

const make = async (body: object = {}, token = http.token) =>
  http.send('POST', '/v2/tokens', {
    body: { subject: 'root', name: 'laptop', ...body },
    headers: { authorization: `Bearer ${token}` },
  })
const as = (token: string, url = '/v2/capsules') =>
  http.send('GET', url, { headers: { authorization: `Bearer ${token}` } })

describe('what is refused', () => {
  test.for([
    { name: 'an action that there is not', body: { scopes: ['capsule.fly'] } },
    { name: 'a family that there is not', body: { scopes: ['capsules.*'] } },
    { name: 'a pattern', body: { scopes: ['capsule.re*'] } },
    { name: 'no scope at all', body: { scopes: [] } },
    { name: 'too many scopes', body: { scopes: Array.from({ length: 65 }, () => '*') } },
    { name: 'a scope of a megabyte', body: { scopes: ['x'.repeat(2 ** 20)] } },
    { name: 'a name that is too long', body: { name: 'x'.repeat(101) } },
    { name: 'a name of two lines', body: { name: 'a\nb' } },
    { name: 'no end', body: { expires_in_days: null } },
    { name: 'too late an end', body: { expires_in_days: 366 } },
    { name: 'an end that is now', body: { expires_in_days: 0 } },
    { name: 'a token of its own choice', body: { token: 'fc_x' } },
  ])('a token with $name', async ({ body }) => {
    expect((await make(body)).statusCode).toBe(400)
  })

  test('revoking what there is not, and what is no id', async () => {
    expect((await http.send('DELETE', `/v2/tokens/${ABSENT}`)).statusCode).toBe(404)
    expect((await http.send('DELETE', '/v2/tokens/reader')).statusCode).toBe(400)
  })

  test('a token beyond the scopes of the token that asks', async () => {
    const { token } = (await make({ scopes: ['token.create', 'capsule.read'] })).json()
    expect((await make({}, token)).statusCode).toBe(403)
    expect((await make({ scopes: ['*'] }, token)).statusCode).toBe(403)
    expect((await make({ scopes: ['capsule.*'] }, token)).statusCode).toBe(403)
    expect((await make({ scopes: ['capsule.read'] }, token)).statusCode).toBe(201)
  })
})

test('a wrong, an expired and a revoked token, and that of a subject that is gone, are answered alike', async () => {
  const [expired, revoked, gone] = [
    (await make({ expires_in_days: 1 })).json(),
    (await make()).json(),
    (await make({ subject: 'reader' })).json(),
  ]
  for (const { token } of [expired, revoked]) expect((await as(token)).statusCode).toBe(200)
  http.world.time.advance(86_400_000)
  expect((await http.send('DELETE', `/v2/tokens/${revoked.id}`)).statusCode).toBe(204)
  expect((await http.send('DELETE', `/v2/tokens/${revoked.id}`)).statusCode).toBe(204)
  await http.send('PUT', '/v2/subjects/reader', { body: { active: false }, headers: { 'if-match': '*' } })
  const wrong = `fc_${'x'.repeat(43)}`
  const answers = []
  for (const token of [wrong, expired.token, revoked.token, gone.token, 'x'.repeat(4000)]) {
    const { statusCode, headers, body } = await as(token)
    const { correlation_id: _, instance: __, ...said } = JSON.parse(body)
    answers.push({ statusCode, challenge: headers['www-authenticate'], said })
  }
  expect(answers[0]).toMatchObject({ statusCode: 401, said: { code: 'UNAUTHENTICATED' } })
  for (const answer of answers) expect(answer).toEqual(answers[0])
})

test('a token is used as its subject, for its scopes alone, whatever its subject may', async () => {
  const { token } = (await make({ scopes: ['capsule.search', 'capsule.read'] })).json()
  expect((await as(token)).statusCode).toBe(200)
  expect((await as(token, '/v2/capsules/search?q=x')).statusCode).toBe(200)
  const refused = await as(token, '/v2/subjects')
  expect([refused.statusCode, refused.json().detail]).toEqual([
    403,
    'subject.read was refused. The token was made for other actions. Use a token whose scopes have this action, or ask for one.',
  ])
  const written = await http.send('POST', '/v2/capsules', {
    body: { content: 'one', type: 'knowledge' },
    headers: { authorization: `Bearer ${token}` },
  })
  expect(written.statusCode).toBe(403)
})

test('a scope for capsules does not register the owner that a capsule names', async () => {
  const { token } = (await make({ scopes: ['capsule.*'] })).json()
  const create = (owner: string) =>
    http.send('POST', '/v2/capsules', {
      body: { content: `of ${owner}`, type: 'knowledge', owner },
      headers: { authorization: `Bearer ${token}` },
    })
  expect((await create('nobody yet')).statusCode).toBe(403)
  expect((await create('reader')).statusCode).toBe(201)
})

test('what a token does stands in the log under its subject', async () => {
  const { token, subject } = (await make()).json()
  await http.send('POST', '/v2/capsules', {
    body: { content: 'by root', type: 'knowledge' },
    headers: { authorization: `Bearer ${token}` },
  })
  const [newest] = await http.world.context.store.ledger.list({}, { limit: 1 })
  expect(JSON.stringify(newest)).toContain(subject)
})

test('the token stands in the answer that made it and nowhere else', async () => {
  const made = await make({ scopes: ['capsule.read'], expires_in_days: 30 })
  const { token, ...shown } = made.json()
  expect(made.statusCode).toBe(201)
  expect(made.headers['cache-control']).toBe('no-store')
  expect(token).toMatch(/^fc_[A-Za-z0-9_-]{43}$/)
  expect(shown).toMatchObject({ subject_name: 'root', scopes: ['capsule.read'], state: 'active', revoked_at: null })
  const listed = await http.send('GET', '/v2/tokens?subject=root')
  expect(listed.json()).toEqual({ items: [shown], next_cursor: null })
  // Written by mistake where errors and lines of the log may repeat it.
  await http.send('GET', `/v2/subjects/${token}`)
  await http.send('GET', `/v2/capsules?cursor=${token}`)
  await http.send('DELETE', `/v2/tokens/${shown.id}`)
  const ledger = JSON.stringify(await http.world.context.store.changesSince(-1, 1000))
  for (const text of [listed.body, ledger, http.logged.join('')])
    for (const secret of [token, sha256Hex(token)]) expect(text).not.toContain(secret)
})
