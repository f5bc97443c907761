import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asking, byNobody } from '../../domain/governance/testing.ts'
import { type AgentWorld, call, openAgentWorld } from './testing.ts'

let world: AgentWorld
beforeAll(async () => {
  world = await openAgentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' }
const RECALL = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'recall', arguments: { query: 'x' } } }

const jsonOf = async (response: Response) => JSON.parse(await response.text())

/** The one message of an answer, as JSON or as an event. */
async function messageOf(response: Response) {
  const text = await response.text()
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text)
}

describe('who is let in', () => {
  test.for([
    { name: 'no token', headers: { authorization: undefined }, status: 401, code: 'UNAUTHENTICATED' },
    { name: 'a wrong token', headers: { authorization: 'Bearer wrong' }, status: 401, code: 'UNAUTHENTICATED' },
    {
      name: 'a page of another site',
      headers: { origin: 'https://evil.example' },
      status: 403,
      code: 'FORBIDDEN',
    },
    { name: 'a page without an origin of its own', headers: { origin: 'null' }, status: 403, code: 'FORBIDDEN' },
    { name: 'a page of a file', headers: { origin: 'file://' }, status: 403, code: 'FORBIDDEN' },
    {
      name: 'an origin that begins like ours',
      headers: { origin: 'http://localhost.evil.example' },
      status: 403,
      code: 'FORBIDDEN',
    },
    { name: 'text', headers: { 'content-type': 'text/plain' }, status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
  ])('$name is refused with $code', async ({ headers, status, code }) => {
    const response = await world.post(RECALL, headers)
    expect([response.status, (await jsonOf(response)).code]).toEqual([status, code])
  })

  test.for(['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080'])('a page of %s', async (origin) => {
    expect((await world.post(PING, { origin })).status).toBe(200)
  })

  test('a name that leads here but is not ours is answered by nobody', async () => {
    const { statusCode } = await world.http.server.app.inject({
      method: 'POST',
      url: '/mcp',
      headers: { host: 'rebound.example', authorization: `Bearer ${world.http.token}`, accept: 'application/json' },
      payload: PING,
    })
    expect(statusCode).toBe(421)
  })

  test.for(['remember', 'recall', 'ask', 'get', 'trace_lineage', 'forget'])(
    'a member without a role gets nothing of %s',
    async (name) => {
      const headers = { authorization: `Bearer ${world.http.memberToken}` }
      const response = await world.post({ ...RECALL, params: { name, arguments: {} } }, headers)
      expect([response.status, (await jsonOf(response)).code]).toEqual([403, 'FORBIDDEN'])
    },
  )

  test('a tool is decided by the actions of its operations, beside the door’s own', async () => {
    const asked: string[] = []
    await using watched = await openAgentWorld({
      gate: (gate) =>
        asking(gate, (request) => {
          asked.push(request.action)
          return request.action === 'capsule.archive' ? byNobody(request) : request
        }),
    })
    const client = await watched.connect('2026')
    const made = await call(client, 'remember', { content: 'Kept, whatever an agent says.' })
    asked.length = 0
    const { error, text } = await call(client, 'forget', { id: String(made.structured.id) })
    expect([error?.code, asked]).toEqual(['FORBIDDEN', ['agent.connect', 'capsule.archive']])
    expect(text).toContain('This is not allowed to you.')
    expect((await call(client, 'get', { id: String(made.structured.id) })).structured.status).toBe('ACTIVE')
  })

  test('a budget that is spent is told to agents as to everyone', async () => {
    await using small = await openAgentWorld({ rate: { requests_per_minute: 60, burst: 3 } })
    const answers = await Promise.all(Array.from({ length: 8 }, () => small.post(PING)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(5)
    expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/)
  })
})

describe('what is no message', () => {
  test.for<{ name: string; message: unknown; status: number; code: number | string }>([
    { name: 'no JSON', message: '{"jsonrpc"', status: 400, code: 'MALFORMED_JSON' },
    { name: 'nothing', message: '', status: 400, code: 'VALIDATION_FAILED' },
    { name: 'a number', message: 7, status: 400, code: -32600 },
    { name: 'an object of another kind', message: { hello: 1 }, status: 400, code: -32600 },
    { name: 'an empty batch', message: [], status: 400, code: -32600 },
    { name: 'a batch', message: Array(10_000).fill(PING), status: 400, code: -32600 },
    { name: 'a batch in a batch', message: [[[PING]]], status: 400, code: -32600 },
    { name: 'a member __proto__', message: '{"__proto__":{"id":1}}', status: 400, code: 'VALIDATION_FAILED' },
    { name: 'depth', message: `${'['.repeat(65)}${']'.repeat(65)}`, status: 400, code: 'VALIDATION_FAILED' },
    { name: 'more than 8 MiB', message: `"${'x'.repeat(8 * 1024 * 1024)}"`, status: 413, code: 'PAYLOAD_TOO_LARGE' },
  ])('$name is refused', async ({ message, status, code }) => {
    const response = await world.post(message)
    const body = await jsonOf(response)
    expect([response.status, body.code ?? body.error.code]).toEqual([status, code])
  })

  test('a wait for changes is refused: it would hold a connection for nothing', async () => {
    const response = await world.post({ jsonrpc: '2.0', id: 'a', method: 'subscriptions/listen', params: {} })
    expect(await response.json()).toMatchObject({ id: 'a', error: { code: -32601 } })
  })

  test.for(['GET', 'DELETE', 'PUT'])('%s opens no stream and ends no session', async (method) => {
    const headers = { authorization: `Bearer ${world.http.token}`, accept: 'text/event-stream' }
    const response = await fetch(`${world.url}/mcp`, { method, headers })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('a revision that nobody speaks is refused, and an answer that nobody takes', async () => {
    const unknown = await world.post(RECALL, { 'mcp-protocol-version': '1999-01-01' })
    expect(unknown.status).toBe(400)
    const json = await world.post(RECALL, { accept: 'text/html' })
    expect(json.status).toBe(406)
  })

  test('a header of 2026 without what belongs to it is refused', async () => {
    const response = await world.post(RECALL, { 'mcp-protocol-version': '2026-07-28' })
    expect(response.status).toBe(400)
  })
})

test('a session that was guessed is none: there are none, and the token decides', async () => {
  for (const id of ['1', 'admin', '00000000-0000-0000-0000-000000000000']) {
    const refused = await world.post(RECALL, { 'mcp-session-id': id, authorization: undefined })
    expect(refused.status).toBe(401)
    const answered = await world.post(PING, { 'mcp-session-id': id })
    expect([answered.status, answered.headers.get('mcp-session-id')]).toEqual([200, null])
  }
})

test('a tool that is not there, and a method that is not there, are errors of the protocol', async () => {
  const tool = await messageOf(await world.post({ ...RECALL, params: { name: 'erase', arguments: {} } }))
  expect(tool.error).toMatchObject({ code: -32602, message: expect.stringContaining('remember, recall, ask') })
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect((await messageOf(await world.post({ ...RECALL, params: { name } }))).error.code).toBe(-32602)
  expect((await messageOf(await world.post({ ...PING, method: 'tools/destroy' }))).error.code).toBe(-32601)
})

test('a client that goes away while it is answered leaves nothing behind', async () => {
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const going = new AbortController()
      const sent = fetch(`${world.url}/mcp`, {
        method: 'POST',
        headers: { authorization: `Bearer ${world.http.token}`, 'content-type': 'application/json', accept: '*/*' },
        body: JSON.stringify(RECALL),
        signal: going.signal,
      })
      going.abort()
      await expect(sent).rejects.toThrowError()
    }),
  )
  await expect.poll(() => world.http.lifecycle.workInFlight).toBe(0)
})

test('no answer may be kept by anyone on the way', async () => {
  const response = await world.post(PING)
  expect(response.headers.get('cache-control')).toContain('no-')
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
})
