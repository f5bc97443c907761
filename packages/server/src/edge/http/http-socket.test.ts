import { mkdtempSync, statSync } from 'node:fs'
import { type ClientRequest, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HTTP_LIMITS } from './limits.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
let port: number
beforeAll(async () => {
  http = await openHttpWorld({ server: { request_timeout_s: 1 } })
  port = (await http.server.listen()).port
})
afterAll(() => http[Symbol.asyncDispose]())

/** Sends bytes as they are and reads until the other side closes. */
function raw(text: string, { end = false }: { readonly end?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket
      .on('data', (chunk) => (answer += chunk))
      .on('error', reject)
      .on('close', () => resolve(answer))
    socket.write(text)
    if (end) socket.end()
  })
}

const codeOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).code
const HEAD = 'Host: localhost\r\nConnection: close\r\n'

describe('what is no request', () => {
  test.for([
    { name: 'noise', text: 'hello\r\n\r\n', status: '400 Bad Request', code: 'MALFORMED_REQUEST' },
    {
      name: 'a TLS greeting',
      text: '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n',
      status: '400 Bad Request',
      code: 'MALFORMED_REQUEST',
    },
    {
      name: 'no Host',
      text: 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n',
      status: '400 Bad Request',
      code: 'MALFORMED_REQUEST',
    },
    {
      name: 'an empty Host',
      text: 'GET /health HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n',
      status: '421 Misdirected Request',
      code: 'MISDIRECTED',
    },
    {
      name: 'two lengths (smuggling)',
      text: `POST /v2/ask HTTP/1.1\r\n${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      status: '400 Bad Request',
      code: 'MALFORMED_REQUEST',
    },
    {
      name: 'length and chunks (smuggling)',
      text: `POST /v2/ask HTTP/1.1\r\n${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      status: '400 Bad Request',
      code: 'MALFORMED_REQUEST',
    },
    {
      name: 'headers beyond the limit',
      text: `GET /health HTTP/1.1\r\n${HEAD}X-Long: ${'x'.repeat(HTTP_LIMITS.headerBytesMax)}\r\n\r\n`,
      status: '431 Request Header Fields Too Large',
      code: 'HEADERS_TOO_LARGE',
    },
    {
      name: 'an address beyond the limit',
      text: `GET /${'x'.repeat(HTTP_LIMITS.headerBytesMax)} HTTP/1.1\r\n${HEAD}\r\n`,
      status: '431 Request Header Fields Too Large',
      code: 'HEADERS_TOO_LARGE',
    },
  ])('such as $name is answered with a problem', async ({ text, status, code }) => {
    const answer = await raw(text)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`))
    expect(answer).toMatch(/content-type: application\/problem\+json/i)
    expect(answer).toMatch(/x-correlation-id: [0-9a-f-]{36}\r\n/i)
    expect(codeOf(answer)).toBe(code)
  })

  test('headers that drip are cut off with 408', async () => {
    const answer = await raw('GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
    expect([answer.split('\r\n', 1)[0], codeOf(answer)]).toEqual(['HTTP/1.1 408 Request Timeout', 'REQUEST_TIMEOUT'])
  })

  test('a body that drips is cut off with 408', async () => {
    const answer = await raw(
      `POST /v2/ask HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${http.token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"que`,
    )
    expect([answer.split('\r\n', 1)[0], codeOf(answer)]).toEqual(['HTTP/1.1 408 Request Timeout', 'REQUEST_TIMEOUT'])
  })

  test('a body that is announced too large is refused before it is sent', async () => {
    const answer = await raw(
      `POST /v2/ask HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${http.token}\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{`,
    )
    expect([answer.split('\r\n', 1)[0], codeOf(answer)]).toEqual([
      'HTTP/1.1 413 Payload Too Large',
      'PAYLOAD_TOO_LARGE',
    ])
  })

  test('a client that goes away in the middle of its body changes nothing', async () => {
    const before = http.world.context.store.head()
    await raw(
      `POST /v2/capsules HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${http.token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"content":"a"`,
      { end: true },
    )
    expect(http.world.context.store.head()).toBe(before)
  })
})

test('an unknown expectation is no obstacle', async () => {
  const answer = await raw(`GET /health/live HTTP/1.1\r\n${HEAD}Expect: miracles\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
})

test('connections outlive the idle time of a proxy in front', () => {
  expect(http.server.app.server.keepAliveTimeout).toBeGreaterThanOrEqual(65_000)
})

describe('the unix socket', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'cascade-http-')), 'socket')

  test('serves the same application to this user alone, whatever the host is called', async () => {
    const local = await openHttpWorld()
    await local.server.listenLocally(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${local.token}`, host: 'cascade.invalid' }
      request({ socketPath: path, path: '/v2/capsules', headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
    await local[Symbol.asyncDispose]()
  })

  test('takes the place of a socket whose process is gone', async () => {
    const { default: net } = await import('node:net')
    const left = net.createServer().listen(path)
    await new Promise((resolve) => left.once('listening', resolve))
    const next = await openHttpWorld()
    await next.server.listenLocally(path)
    await next[Symbol.asyncDispose]()
    await new Promise((resolve) => left.close(resolve))
  })
})

test('a port that is taken is named', async () => {
  const other = await openHttpWorld({ server: { port } })
  await expect(other.server.listen()).rejects.toMatchObject({
    code: 'BOOT_FAILED',
    detail: expect.stringContaining(String(port)),
  })
  await other[Symbol.asyncDispose]()
})

describe('a batch', () => {
  interface Batch {
    readonly request: ClientRequest
    /** Lines as they come. */
    readonly lines: AsyncIterator<string>
  }

  function open(headers: Readonly<Record<string, string>> = {}): Batch {
    const all = { authorization: `Bearer ${http.token}`, 'content-type': 'application/x-ndjson', ...headers }
    const sent = request({ port, method: 'POST', path: '/v2/capsules/batch', headers: all })
    sent.on('error', () => undefined) // a test that ends it early wants nothing more
    async function* read() {
      const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
        sent.once('response', resolve),
      )
      yield* createInterface({ input: response })
    }
    return { request: sent, lines: read() }
  }

  const line = (content: string) => `${JSON.stringify({ content, type: 'knowledge' })}\n`
  const next = async ({ lines }: Batch) => JSON.parse((await lines.next()).value)
  const rest = async ({ lines }: Batch) => {
    const all = []
    for (let one = await lines.next(); !one.done; one = await lines.next()) all.push(JSON.parse(one.value))
    return all
  }

  test('answers a line before the next one is sent', async () => {
    const batch = open()
    for (const [index, content] of ['First thing.', 'Second thing.'].entries()) {
      batch.request.write(line(content))
      expect(await next(batch)).toMatchObject({ line: index + 1, receipt: { outcome: 'created' } })
    }
    batch.request.end()
    expect(await rest(batch)).toEqual([])
  })

  test('bad lines have problems and leave their neighbours alone', async () => {
    const batch = open()
    batch.request.end(
      `${line('Good one.')}\n{"content":\n{"content":"","type":"poem"}\n${line('Good one.')}[]\n${line('Another.')}`,
    )
    const answers = await rest(batch)
    expect(answers.map((answer) => [answer.line, answer.receipt?.outcome ?? answer.problem.code])).toEqual([
      [1, 'created'],
      [3, 'MALFORMED_JSON'],
      [4, 'VALIDATION_FAILED'],
      [5, 'existing'],
      [6, 'VALIDATION_FAILED'],
      [7, 'created'],
    ])
    expect(answers[2].problem).toMatchObject({
      instance: '/v2/capsules/batch',
      errors: [{ pointer: '/content' }, { pointer: '/type' }],
    })
  })

  test('of thousands of lines keeps their order', async () => {
    const batch = open()
    batch.request.end(Array.from({ length: 1300 }, (_, index) => line(`Thing number ${index}.`)).join(''))
    const answers = await rest(batch)
    expect(answers.map((answer) => answer.line)).toEqual(Array.from({ length: 1300 }, (_, index) => index + 1))
    expect(answers.every((answer) => answer.receipt.outcome === 'created')).toBe(true)
  })

  test('that is repeated with its key is carried out once, and a changed line under it is refused', async () => {
    const send = async (second: string) => {
      const batch = open({ 'idempotency-key': 'nightly' })
      batch.request.end(line('Repeated line.') + line(second))
      return rest(batch)
    }
    const [first, again, changed] = [await send('Unchanged.'), await send('Unchanged.'), await send('Changed.')]
    expect(again).toEqual(first)
    expect(changed.map((answer) => answer.receipt?.id ?? answer.problem.code)).toEqual([
      first[0].receipt.id,
      'IDEMPOTENCY_KEY_REUSED',
    ])
  })

  test('that stands still is ended with the reason', async () => {
    const batch = open()
    batch.request.write(line('Only this.'))
    const answers = await rest(batch)
    expect(answers.map((answer) => answer.receipt?.outcome ?? answer.problem.code)).toEqual([
      'created',
      'REQUEST_TIMEOUT',
    ])
    batch.request.destroy()
  })

  test('whose client goes away is given up', async () => {
    const batch = open()
    batch.request.write(line('Before going.'))
    await next(batch)
    batch.request.destroy()
    await http.send('GET', '/health')
    await expect.poll(() => http.lifecycle.workInFlight).toBe(0)
  })
})
