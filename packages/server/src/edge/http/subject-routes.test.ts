import { ACTION_TRAITS, ROUTES } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const ABSENT = '01900000-0000-7000-8000-00000000ffff'
const ANY = { 'if-match': '*' }
let http: HttpWorld

beforeAll(async () => {
  http = await openHttpWorld()
  await register({ name: 'ada', kind: 'person' })
})
afterAll(() => http[Symbol.asyncDispose]())

const register = (body: object) => http.send('POST', '/v2/subjects', { body })
const change = (id: string, body: object, headers: Record<string, string> = ANY) =>
  http.send('PUT', `/v2/subjects/${encodeURIComponent(id)}`, { body, headers })
const codeIn = (answer: { readonly body: string }): string => JSON.parse(answer.body).code

describe('who may', () => {
  const rows = ROUTES.filter(({ tag }) => tag === 'Identity')

  test.for(rows)('$id asks for a token, and lets no member through', async ({ method, path, body, ifMatch }) => {
    const url = path.replace('{id}', ABSENT)
    const sending = { ...(body && { body: body.example }), headers: ifMatch ? ANY : {} }
    const as = (authorization: string | undefined) =>
      http.send(method, url, { ...sending, headers: { ...sending.headers, authorization } })
    expect((await as(undefined)).statusCode).toBe(401)
    expect((await as(`Bearer ${http.memberToken}`)).statusCode).toBe(403)
  })

  test('whatever lets more come in is of more than low risk', () => {
    const actionOf = ({ access }: (typeof rows)[number]) => ('action' in access ? access.action : 'subject.self')
    const changing = rows.filter((row) => row.method !== 'GET' && actionOf(row) !== 'agent.withdraw')
    expect(new Set(changing.map((row) => ACTION_TRAITS[actionOf(row)].risk))).toEqual(new Set(['high', 'medium']))
    const own = rows.filter(({ path }) => path.startsWith('/v2/me/'))
    expect(own.map((row) => [row.method, actionOf(row)])).toEqual([
      ['GET', 'agent.withdraw'],
      ['POST', 'agent.own'],
      ['POST', 'agent.own'],
      ['DELETE', 'agent.withdraw'],
    ])
  })
})

describe('what is refused', () => {
  test.for([
    { name: 'nothing', body: {} },
    { name: 'a kind that is none', body: { name: 'x', kind: 'god' } },
    { name: 'a role that is none', body: { name: 'x', kind: 'person', roles: ['root'] } },
    { name: 'a role twice', body: { name: 'x', kind: 'person', roles: ['member', 'member'] } },
    { name: 'no role', body: { name: 'x', kind: 'person', roles: [] } },
    { name: 'too much trust', body: { name: 'x', kind: 'person', trust: 101 } },
    { name: 'half a point of trust', body: { name: 'x', kind: 'person', trust: 0.5 } },
    { name: 'a name that is too long', body: { name: 'x'.repeat(201), kind: 'person' } },
    { name: 'an id of its own choice', body: { name: 'x', kind: 'person', id: ABSENT } },
  ])('a registration with $name', async ({ body }) => {
    expect((await register(body)).statusCode).toBe(400)
  })

  test.for([
    { name: 'that changes nothing', body: {}, code: 'VALIDATION_FAILED' },
    { name: 'of the name', body: { name: 'eve' }, code: 'VALIDATION_FAILED' },
    { name: 'of the kind', body: { kind: 'service' }, code: 'VALIDATION_FAILED' },
    { name: 'that takes an owner away', body: { owner: null }, code: 'VALIDATION_FAILED' },
  ])('a change $name', async ({ body, code }) => {
    expect(codeIn(await change('ada', body))).toBe(code)
  })

  test('a change without the state that was read, and of a state that is gone', async () => {
    expect(codeIn(await change('ada', { trust: 1 }, {}))).toBe('PRECONDITION_REQUIRED')
    expect(codeIn(await change('ada', { trust: 1 }, { 'if-match': '"7"' }))).toBe('REVISION_MISMATCH')
  })

  test('a subject that there is not, and a forged cursor', async () => {
    expect((await http.send('GET', `/v2/subjects/${ABSENT}`)).statusCode).toBe(404)
    expect((await http.send('GET', '/v2/subjects/nobody')).statusCode).toBe(404)
    expect(codeIn(await http.send('GET', '/v2/subjects?cursor=forged'))).toBe('CURSOR_INVALID')
  })

  test('a name that is taken, and an agent without an owner', async () => {
    expect(codeIn(await register({ name: 'ADA', kind: 'person' }))).toBe('CONFLICT')
    expect(codeIn(await register({ name: 'robot', kind: 'agent' }))).toBe('UNPROCESSABLE')
  })

  test('a change of the administrator of the instance', async () => {
    expect(codeIn(await change('administrator', { active: false }))).toBe('CONFLICT')
  })
})

test('a subject is registered, listed, read by id and name, and changed where its tag is that of now', async () => {
  const created = await register({ name: 'reader/1 ü', kind: 'agent', owner: 'ada' })
  const { id } = created.json()
  expect([created.statusCode, created.headers.etag, created.headers.location]).toEqual([
    201,
    '"1"',
    `/v2/subjects/${id}`,
  ])
  expect(created.json()).toMatchObject({ roles: ['member'], trust: 60, owner_name: 'ada', active: true, revision: 1 })

  const listed = (await http.send('GET', '/v2/subjects?kind=agent')).json()
  expect(listed).toEqual({ items: [created.json()], next_cursor: null })
  for (const ref of [id, encodeURIComponent('READER/1 ü')])
    expect((await http.send('GET', `/v2/subjects/${ref}`)).json()).toEqual(created.json())

  const changed = await change(id, { trust: 40, active: false }, { 'if-match': '"1"' })
  expect([changed.statusCode, changed.headers.etag]).toEqual([200, '"2"'])
  expect(changed.json()).toMatchObject({ trust: 40, active: false, revision: 2 })
})
