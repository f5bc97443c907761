import { OWN_AGENT_LIMITS } from '@forge-cascade/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const AGENTS = '/v2/me/agents'

let http: HttpWorld
const tokens = new Map<string, string>()
beforeAll(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
  for (const body of [
    { name: 'ada', kind: 'person', trust: 60 },
    { name: 'grace', kind: 'person', trust: 60 },
    { name: 'timid', kind: 'person', trust: 50 },
    { name: 'busy', kind: 'person', trust: 60 },
    { name: 'hasty', kind: 'person', trust: 60 },
    { name: 'robot', kind: 'service', trust: 60 },
    { name: 'audrey', kind: 'person', roles: ['auditor'], trust: 60 },
    { name: 'hers', kind: 'agent', owner: 'grace', trust: 60 },
    { name: 'raised', kind: 'agent', owner: 'ada', trust: 80 },
    { name: 'promoted', kind: 'agent', owner: 'ada', roles: ['member', 'auditor'], trust: 60 },
  ]) {
    expect((await http.send('POST', '/v2/subjects', { body })).statusCode).toBe(201)
    await makeToken(body.name)
  }
})
afterAll(() => http[Symbol.asyncDispose]())

async function makeToken(subject: string, scopes?: readonly string[], as = subject): Promise<void> {
  const made = await http.send('POST', '/v2/tokens', { body: { subject, name: 't', ...(scopes && { scopes }) } })
  tokens.set(as, made.json().token)
}

const send = async (who: string, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => {
  const headers = { authorization: `Bearer ${tokens.get(who) ?? who}` }
  const answer = await http.send(method, path, { headers, ...(body && { body }) })
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() }
}

const setTrust = async (name: string, trust: number) => {
  const { etag } = (await http.send('GET', `/v2/subjects/${name}`)).headers
  const answer = await http.send('PUT', `/v2/subjects/${name}`, {
    body: { trust },
    headers: { 'if-match': `${etag}` },
  })
  expect(answer.statusCode).toBe(200)
}

test('a member registers an agent, gives it a token, comes in as it, and ends that', async () => {
  const made = await send('ada', 'POST', AGENTS, { name: 'scout' })
  expect([made.status, made.body]).toMatchObject([
    201,
    { kind: 'agent', roles: ['member'], trust: 60, owner_name: 'ada', active: true },
  ])
  const given = await send('ada', 'POST', `${AGENTS}/scout/tokens`, { name: 'laptop', scopes: ['capsule.*'] })
  expect([given.status, given.body]).toMatchObject([201, { subject_name: 'scout', scopes: ['capsule.*'] }])
  expect(await send(given.body.token, 'GET', '/v2/me')).toMatchObject({
    status: 200,
    body: { subject: { name: 'scout' } },
  })
  const listed = (await send('ada', 'GET', AGENTS)).body.items
  expect(listed.at(-1)).toMatchObject({ agent: { name: 'scout' }, tokens: [{ id: given.body.id, state: 'active' }] })
  expect((await send('ada', 'DELETE', `/v2/me/tokens/${given.body.id}`)).status).toBe(204)
  expect((await send(given.body.token, 'GET', '/v2/me')).status).toBe(401)
})

test.for([
  { name: 'more trust than one has', who: 'ada', body: { name: 'high', trust: 61 }, status: 403 },
  { name: 'a role', who: 'ada', body: { name: 'high', roles: ['administrator'] }, status: 400 },
  { name: 'another owner', who: 'ada', body: { name: 'high', owner: 'grace' }, status: 400 },
  { name: 'a name that somebody has', who: 'ada', body: { name: 'Grace' }, status: 409 },
  { name: 'as an agent', who: 'hers', body: { name: 'mine' }, status: 403 },
  { name: 'as a service', who: 'robot', body: { name: 'mine' }, status: 422 },
  { name: 'as an auditor', who: 'audrey', body: { name: 'mine' }, status: 403 },
  { name: 'as somebody who is trusted too little', who: 'timid', body: { name: 'mine' }, status: 403 },
])('registering with or $name is refused', async ({ who, body, status }) => {
  expect((await send(who, 'POST', AGENTS, body)).status).toBe(status)
})

test('nobody makes a token for an agent of somebody else, a person, or one that there is not, and learns which it is', async () => {
  const told = await Promise.all(
    ['hers', 'grace', 'administrator', 'ada', 'nobody'].map(async (name) => {
      const { status, body } = await send('ada', 'POST', `${AGENTS}/${name}/tokens`, { name: 't' })
      return [status, body.code, body.detail.replace(JSON.stringify(name), '')]
    }),
  )
  expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(told[0]?.slice(0, 2)).toEqual([404, 'NOT_FOUND'])
})

test.for(['raised', 'promoted'])('an agent that was %s is no way to more than its person has', async (name) => {
  expect(await send('ada', 'POST', `${AGENTS}/${name}/tokens`, { name: 't' })).toMatchObject({
    status: 403,
    body: { code: 'FORBIDDEN' },
  })
})

test('a token with scopes makes none beyond them', async () => {
  await makeToken('grace', ['agent.own', 'capsule.read'], 'narrow')
  for (const scopes of [undefined, ['*'], ['capsule.*']])
    expect(
      (await send('narrow', 'POST', `${AGENTS}/hers/tokens`, { name: 't', ...(scopes && { scopes }) })).status,
    ).toBe(403)
  expect((await send('narrow', 'POST', `${AGENTS}/hers/tokens`, { name: 't', scopes: ['capsule.read'] })).status).toBe(
    201,
  )
})

test('nobody ends a token of somebody else', async () => {
  const { body } = await send('grace', 'POST', `${AGENTS}/hers/tokens`, { name: 't' })
  expect(await send('ada', 'DELETE', `/v2/me/tokens/${body.id}`)).toMatchObject({ status: 404 })
  expect((await send(body.token, 'GET', '/v2/me')).status).toBe(200)
  expect((await send('grace', 'DELETE', `/v2/me/tokens/${body.id}`)).status).toBe(204)
})

test('a person has so many agents, and each of them so many tokens', { timeout: 60_000 }, async () => {
  const { agentsMax, tokensMax } = OWN_AGENT_LIMITS
  for (let at = 0; at < agentsMax; at++)
    expect((await send('busy', 'POST', AGENTS, { name: `worker ${at}` })).status).toBe(201)
  expect(await send('busy', 'POST', AGENTS, { name: 'one more' })).toMatchObject({
    status: 409,
    body: { code: 'CONFLICT' },
  })
  const path = `${AGENTS}/${encodeURIComponent('worker 0')}/tokens`
  for (let at = 0; at < tokensMax; at++) expect((await send('busy', 'POST', path, { name: 't' })).status).toBe(201)
  expect(await send('busy', 'POST', path, { name: 't' })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } })
})

test('of many that are made at once there are no more than that, and the list shows all that there are', {
  timeout: 60_000,
}, async () => {
  const { agentsMax, tokensMax } = OWN_AGENT_LIMITS
  const made = async (count: number, path: string) => {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, at) => send('hasty', 'POST', path, { name: `hand ${at}` })),
    )
    return answers.filter(({ status }) => status === 201).length
  }
  expect(await made(agentsMax + 20, AGENTS)).toBe(agentsMax)
  expect(await made(tokensMax + 20, `${AGENTS}/${encodeURIComponent('hand 0')}/tokens`)).toBe(tokensMax)
  for (const name of ['given 0', 'given 1'])
    await http.send('POST', '/v2/subjects', { body: { name, kind: 'agent', owner: 'hasty', trust: 60 } })
  await http.send('POST', '/v2/tokens', { body: { subject: 'hand 0', name: 'given' } })
  const { items } = (await send('hasty', 'GET', AGENTS)).body
  expect(items).toHaveLength(agentsMax + 2)
  expect(items[0].tokens).toHaveLength(tokensMax + 1)
})

test('an agent acts with no more trust than its person, and not at all where that person is quarantined', async () => {
  const add = (more: object = {}) =>
    send('raised', 'POST', '/v2/capsules', { type: 'knowledge', content: `A note ${crypto.randomUUID()}`, ...more })
  expect((await add({ trust: 80 })).status).toBe(422)
  expect((await add()).body.trust).toBe(60)
  await setTrust('ada', 45)
  expect((await add()).body.trust).toBe(45)
  const preview = { subject: 'raised', action: 'capsule.share', resource: '*' }
  const told = (await http.send('POST', '/v2/governance/decisions:preview', { body: preview })).json()
  expect(JSON.stringify(told)).toContain('it has 45')
  await setTrust('ada', 39)
  expect((await add()).status).toBe(401)
  await setTrust('ada', 60)
  expect((await add()).status).toBe(201)
})

test('whoever is trusted little sees agents of its own and ends a leaked token', async () => {
  const { body } = await send('ada', 'POST', `${AGENTS}/scout/tokens`, { name: 'leaked' })
  await setTrust('ada', 45)
  expect((await send('ada', 'POST', `${AGENTS}/scout/tokens`, { name: 'more' })).status).toBe(403)
  expect((await send('ada', 'GET', AGENTS)).body.items.length).toBeGreaterThan(0)
  expect((await send('ada', 'DELETE', `/v2/me/tokens/${body.id}`)).status).toBe(204)
  expect((await send(body.token, 'GET', '/v2/me')).status).toBe(401)
})

test('everybody is told how they and agents of theirs came to their trust, and nobody of others', async () => {
  const told = async (who: string, query = '') => {
    const { status, body } = await send(who, 'GET', `/v2/me/trust${query}`)
    return [status, body.name ?? body.code]
  }
  expect(await told('grace')).toEqual([200, 'grace'])
  expect(await told('grace', '?agent=grace')).toEqual([200, 'grace'])
  expect(await told('hers')).toEqual([200, 'hers'])
  expect(await told('grace', '?agent=hers')).toEqual([200, 'hers'])
  expect((await send('grace', 'GET', '/v2/me/trust?agent=hers')).body.recomputed.same).toBe(true)
  for (const other of ['ada', 'raised', 'nobody', 'administrator'])
    expect(await told('grace', `?agent=${other}`)).toEqual([404, 'NOT_FOUND'])
  expect(await told('hers', '?agent=grace')).toEqual([404, 'NOT_FOUND'])
})

test('a leaked token is ended in an emergency too, and none is made', async () => {
  await using world = await openHttpWorld()
  await world.send('POST', AGENTS, { body: { name: 'scout' } })
  const make = () => world.send('POST', `${AGENTS}/scout/tokens`, { body: { name: 'leaked' } })
  const { id } = (await make()).json()
  await world.emergency.raise(world.world.call('emergency.raise'), 'out of hand')
  expect((await make()).json().code).toBe('EMERGENCY_ACTIVE')
  expect((await world.send('DELETE', `/v2/me/tokens/${id}`)).statusCode).toBe(204)
  expect((await world.send('GET', AGENTS)).json().items[0].tokens).toMatchObject([{ id, state: 'revoked' }])
})
