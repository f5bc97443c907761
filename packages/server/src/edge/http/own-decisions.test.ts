import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/governance/decisions'

let http: HttpWorld
/** A token of each who comes. */
const tokens = new Map<string, string>()
beforeAll(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  for (const body of [
    { name: 'ada', kind: 'person', trust: 60 },
    { name: 'grace', kind: 'person', trust: 60 },
    { name: 'audrey', kind: 'person', roles: ['auditor'], trust: 60 },
    { name: 'scout', kind: 'agent', owner: 'ada', trust: 60 },
  ]) {
    expect((await http.send('POST', '/v2/subjects', { body })).statusCode).toBe(201)
    const made = await http.send('POST', '/v2/tokens', { body: { subject: body.name, name: 'test' } })
    tokens.set(body.name, made.json().token)
  }
})
afterAll(() => http[Symbol.asyncDispose]())

const as = (name: string) => ({ headers: { authorization: `Bearer ${tokens.get(name)}` } })
const look = async (name: string, id: string) => {
  const response = await http.send('GET', `${PATH}/${id}`, as(name))
  return { status: response.statusCode, body: response.json() }
}
/** What the named one is refused. */
async function refused(name: string, method: 'GET' | 'PUT', path: string, body?: object): Promise<string> {
  const response = await http.send(method, path, { ...as(name), ...(body && { body }) })
  expect([response.statusCode, response.json()]).toMatchObject([403, { code: 'FORBIDDEN' }])
  return response.json().decision_id
}

test('who was refused has the decision explained, and so has the person behind an agent, and nobody else but auditors', async () => {
  const id = await refused('scout', 'GET', '/v2/imports')
  for (const name of ['scout', 'ada', 'audrey']) {
    const { status, body } = await look(name, id)
    expect([name, status, body]).toMatchObject([
      ...[name, 200],
      { decision_id: id, decision: 'deny', reasons: [{ code: 'NOT_PERMITTED' }], recorded: { matches: true } },
    ])
  }
  expect(await look('grace', id)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
})

test('a decision of somebody else and one that there is not answer the same', async () => {
  const theirs = await refused('ada', 'GET', '/v2/imports')
  const none = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
  const told = async (id: string) => {
    const { correlation_id, ...body } = (await look('grace', id)).body
    return JSON.stringify(body).replaceAll(id, '')
  }
  expect(await told(theirs)).toBe(await told(none))
})

test('the person behind an agent does not have the decisions of others explained to the agent', async () => {
  const id = await refused('ada', 'GET', '/v2/imports')
  expect((await look('scout', id)).status).toBe(404)
})

test('a list of decisions is for those who read the log', async () => {
  expect(await refused('ada', 'GET', PATH)).toMatch(/^[0-9a-f-]{36}$/)
})

test('a decision about a capsule that may be read no more is hidden from who was refused', async () => {
  const { id } = await http.world.add({ content: 'A lantern.', licence: 'public' })
  const decision = await refused('ada', 'PUT', `/v2/capsules/${id}/trust`, { trust: 10, reason: 'Why not' })
  expect((await look('ada', decision)).status).toBe(200)
  const etag = (await http.send('GET', `/v2/capsules/${id}`)).headers.etag as string
  const closed = await http.send('PUT', `/v2/capsules/${id}`, {
    body: { licence: 'private' },
    headers: { 'if-match': etag },
  })
  expect(closed.statusCode).toBe(200)
  expect((await look('ada', decision)).status).toBe(404)
  expect((await look('audrey', decision)).status).toBe(200)
})

test('reading what one was refused tells nothing of capsules that were hidden', async () => {
  const { id } = await http.world.add({ content: 'A secret lantern.' })
  const answer = await http.send('GET', `/v2/capsules/${id}`, as('ada'))
  expect([answer.statusCode, answer.json().decision_id]).toEqual([404, undefined])
  await http.journal.settle()
  const { items } = (await http.send('GET', `${PATH}?resource=capsule/${id}`)).json()
  expect(items).toMatchObject([{ decision: 'deny', actor: { name: 'ada' } }])
  expect((await look('ada', items[0].decision_id)).status).toBe(404)
})

test('where the scopes of a token refused it, no policy is told of: none was asked', async () => {
  const body = { subject: 'ada', name: 'narrow', scopes: ['capsule.search'] }
  const { token } = (await http.send('POST', '/v2/tokens', { body })).json()
  const refusal = await http.send('GET', '/v2/imports', { headers: { authorization: `Bearer ${token}` } })
  expect(refusal.json()).toMatchObject({ reasons: ['OUT_OF_SCOPE'] })
  const { body: told } = await look('ada', refusal.json().decision_id)
  expect(told).toMatchObject({ reasons: [{ code: 'OUT_OF_SCOPE' }], policies: [], replay: { same: true } })
})
