import { ERRORS, errorPath } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld()
})
afterAll(() => http[Symbol.asyncDispose]())

const CAPSULE = { content: 'One file is easy to back up.', type: 'decision' }
const ABSENT = '/v2/capsules/01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'

describe('a problem document', () => {
  test.for([
    { name: 'a path that does not exist', method: 'GET', url: '/v2/nothing', code: 'NOT_FOUND' },
    { name: 'a path with a slash at its end', method: 'GET', url: '/v2/capsules/', code: 'NOT_FOUND' },
    { name: 'a change at such a path', method: 'DELETE', url: '/v2/capsules/', code: 'NOT_FOUND' },
    { name: 'a path with an empty name in it', method: 'GET', url: '/v2/capsules//blame', code: 'NOT_FOUND' },
    { name: 'a path climbing out', method: 'GET', url: '/reference/..%2f..%2fpackage.json', code: 'NOT_FOUND' },
    { name: 'an escape that is no UTF-8', method: 'GET', url: '/v2/capsules/%ff', code: 'MALFORMED_REQUEST' },
    { name: 'a broken escape', method: 'GET', url: '/errors/%zz', code: 'MALFORMED_REQUEST' },
    { name: 'an id that is none', method: 'GET', url: '/v2/capsules/1%20OR%201=1', code: 'VALIDATION_FAILED' },
    { name: 'a part longer than any', method: 'GET', url: `/v2/capsules/${'a'.repeat(600)}`, code: 'NOT_FOUND' },
    { name: 'a method nobody takes', method: 'DELETE', url: '/v2/ask', code: 'METHOD_NOT_ALLOWED' },
    { name: 'OPTIONS: no other origin is let in', method: 'OPTIONS', url: '/v2/capsules', code: 'METHOD_NOT_ALLOWED' },
    { name: 'a capsule that is not there', method: 'GET', url: ABSENT, code: 'NOT_FOUND' },
    {
      name: 'an error code that is a name of every object',
      method: 'GET',
      url: '/errors/constructor',
      code: 'NOT_FOUND',
    },
  ] as const)('answers $name with $code', async ({ method, url, code }) => {
    const response = await http.send(method, url)
    expect(response.statusCode).toBe(ERRORS[code].status)
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(response.json()).toMatchObject({
      type: errorPath(code),
      title: ERRORS[code].title,
      status: ERRORS[code].status,
      instance: url.slice(0, 500),
      code,
      correlation_id: response.headers['x-correlation-id'],
    })
  })

  test('names what a path takes in Allow', async () => {
    expect((await http.send('DELETE', '/v2/capsules/search')).headers.allow).toBeUndefined()
    expect((await http.send('PUT', '/v2/capsules')).headers.allow).toBe('GET, HEAD, POST')
    expect((await http.send('OPTIONS', ABSENT)).headers.allow).toBe('DELETE, GET, HEAD, PUT')
  })

  test('says nothing of what broke inside', async () => {
    const broken = await openHttpWorld({
      handlers: {
        ask: () => {
          throw new Error('secret path /var/lib/cascade')
        },
      },
    })
    const response = await broken.send('POST', '/v2/ask', { body: { question: 'what?' } })
    expect([response.statusCode, response.json().code]).toEqual([500, 'INTERNAL'])
    expect(response.body).not.toContain('/var/lib')
    const id = String(response.headers['x-correlation-id'])
    expect(broken.logged.some((line) => line.includes(id) && line.includes('/var/lib/cascade'))).toBe(true)
    await broken[Symbol.asyncDispose]()
  })
})

describe('a body', () => {
  test.for([
    { name: 'text that is no JSON', payload: '{"content":', type: 'application/json', code: 'MALFORMED_JSON' },
    {
      name: 'bytes that are no UTF-8',
      payload: Buffer.from([0x22, 0xff, 0x22]),
      type: 'application/json',
      code: 'MALFORMED_JSON',
    },
    { name: 'no content type', payload: '{}', type: undefined, code: 'UNSUPPORTED_MEDIA_TYPE' },
    { name: 'another content type', payload: '<a/>', type: 'text/xml', code: 'UNSUPPORTED_MEDIA_TYPE' },
    { name: 'a form', payload: 'a=b', type: 'application/x-www-form-urlencoded', code: 'UNSUPPORTED_MEDIA_TYPE' },
    {
      name: 'lines where one object is taken',
      payload: '{}\n',
      type: 'application/x-ndjson',
      code: 'UNSUPPORTED_MEDIA_TYPE',
    },
    { name: 'nothing', payload: '', type: 'application/json', code: 'VALIDATION_FAILED' },
    { name: 'null', payload: 'null', type: 'application/json', code: 'VALIDATION_FAILED' },
    { name: 'a member __proto__', payload: '{"__proto__":{}}', type: 'application/json', code: 'VALIDATION_FAILED' },
    {
      name: 'a megabyte too much',
      payload: `"${'x'.repeat(9 * 1024 * 1024)}"`,
      type: 'application/json',
      code: 'PAYLOAD_TOO_LARGE',
    },
  ])('of $name is refused with $code', async ({ payload, type, code }) => {
    const response = await http.send('POST', '/v2/capsules', { payload, headers: { 'content-type': type } })
    expect(response.json().code).toBe(code)
    expect(http.world.context.store.head()).toBe(0)
  })

  test('of one object is refused where lines are taken', async () => {
    const response = await http.send('POST', '/v2/capsules/batch', { body: CAPSULE })
    expect(response.json().code).toBe('UNSUPPORTED_MEDIA_TYPE')
  })

  test('is not taken where none belongs, unless it is an empty object', async () => {
    expect((await http.send('POST', `${ABSENT}/restore`, { body: { force: true } })).json().code).toBe(
      'VALIDATION_FAILED',
    )
    expect((await http.send('POST', `${ABSENT}/restore`, { body: {} })).json().code).toBe('NOT_FOUND')
  })

  test('of a GET is no matter', async () => {
    expect((await http.send('GET', '/v2/capsules', { headers: { 'content-type': 'text/plain' } })).statusCode).toBe(200)
  })

  test('of a stranger is not read', async () => {
    const response = await http.send('POST', '/v2/capsules', {
      payload: 'no json',
      headers: { authorization: undefined, 'content-type': 'application/json' },
    })
    expect(response.json().code).toBe('UNAUTHENTICATED')
  })

  test('all wrong fields of query, body and path are named', async () => {
    const body = await http.send('POST', '/v2/capsules', { body: { content: '', type: 'x', tags: [1] } })
    expect(
      body
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .toSorted(),
    ).toEqual(['/content', '/tags/0', '/type'])
    const query = await http.send('GET', '/v2/capsules?limit=0&limit=1&type=poem&what=1&min_trust=')
    expect(
      query
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .toSorted(),
    ).toEqual(['#/query/limit', '#/query/min_trust', '#/query/type', '#/query/what'])
    expect((await http.send('GET', '/v2/capsules/abc')).json().errors[0].pointer).toBe('#/path/id')
  })
})

describe('headers', () => {
  test('every answer is kept from frames, sniffing, caches and foreign scripts', async () => {
    for (const url of ['/v2/capsules', '/v2/nothing', '/health', '/reference', '/errors/INTERNAL']) {
      const { headers } = await http.send('GET', url)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringMatching(/default-src 'none';.*frame-ancestors 'none'/),
      })
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect([headers.server, headers['x-powered-by'], headers['access-control-allow-origin']]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
    }
  })

  test('a well formed correlation id comes back, another one is replaced', async () => {
    const send = async (id: string) =>
      (await http.send('GET', '/v2/capsules', { headers: { 'x-correlation-id': id } })).headers['x-correlation-id']
    expect(await send('run-7:a.b_c')).toBe('run-7:a.b_c')
    for (const id of ['', 'a b', 'a'.repeat(129), 'ä', '<script>']) expect(await send(id)).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('governed answers carry the sequence they have seen, problems among them', async () => {
    const before = http.world.context.store.head()
    const created = await http.send('POST', '/v2/capsules', { body: { ...CAPSULE, content: 'Sequences grow.' } })
    expect(Number(created.headers['cascade-sequence'])).toBe(before + 1)
    expect(created.json().receipt.sequence).toBe(before + 1)
    expect((await http.send('GET', '/v2/capsules')).headers['cascade-sequence']).toBe(String(before + 1))
    expect((await http.send('GET', ABSENT)).headers['cascade-sequence']).toBe(String(before + 1))
    expect((await http.send('GET', '/health')).headers['cascade-sequence']).toBeUndefined()
  })

  test('HEAD answers as GET does, without a body', async () => {
    const [get, head] = [await http.send('GET', '/v2/capsules'), await http.send('HEAD', '/v2/capsules')]
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
      200,
      '',
      get.headers['content-length'],
    ])
    expect((await http.send('HEAD', ABSENT)).statusCode).toBe(404)
  })
})

describe('the name of the host', () => {
  test.for([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:8420',
    'evil.example:127',
    '0.0.0.0:8420',
    '[::2]',
    'localhost:x',
  ])('%j is not answered on loopback', async (host) => {
    const response = await http.send('GET', '/health', { headers: { host } })
    expect(response.json().code).toBe('MISDIRECTED')
  })

  test.for(['localhost', 'LOCALHOST:8420', '127.0.0.1:9999', '[::1]:8420'])('%j is', async (host) => {
    expect((await http.send('GET', '/health', { headers: { host } })).statusCode).toBe(200)
  })

  test.for([
    {
      host: '0.0.0.0',
      names: undefined,
      answered: ['192.0.2.7:8420', '[2001:db8::7]', 'localhost'],
      not: ['evil.example'],
    },
    {
      host: '0.0.0.0',
      names: 'cascade.example, Second.example',
      answered: ['cascade.example', 'CASCADE.example:443', 'second.example', '192.0.2.7'],
      not: ['evil.example', 'x.cascade.example', 'cascade.example.evil.example', 'cascade.example@evil.example'],
    },
    { host: '127.0.0.1', names: 'cascade.example', answered: ['cascade.example', 'localhost'], not: ['192.0.2.7'] },
  ])('beyond it: on $host with the names $names', async ({ host, names, answered, not }) => {
    await using open = await openHttpWorld({ server: { host, allowed_hosts: names } })
    const codeFor = async (name: string) =>
      (await open.send('GET', '/health', { headers: { host: name } })).json().code ?? 'answered'
    expect(await Promise.all(answered.map(codeFor))).toEqual(answered.map(() => 'answered'))
    expect(await Promise.all(not.map(codeFor))).toEqual(not.map(() => 'MISDIRECTED'))
  })
})
