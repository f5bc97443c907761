import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { originHash } from '#ledger'
import { createHttpWitness, WITNESS_ANSWER_BYTES_MAX } from './http-witness.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** A server that answers as the test says. */
let answer: Answer = (response) => response.end()
const asked: { readonly method: string | undefined; readonly url: string | undefined; readonly body: string }[] = []
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  asked.push({ method: request.method, url: request.url, body: Buffer.concat(chunks).toString() })
  answer(response, request)
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const witness = () => createHttpWitness({ url: `${url}/prefix`, keys: [], timeoutMs: 300 })
const signal = (): AbortSignal => new AbortController().signal
const send = (status: number, body = '', type = 'text/plain'): Answer => {
  return (response) => response.writeHead(status, { 'content-type': type }).end(body)
}

describe('a witness that', () => {
  test.for<{ name: string; answer: Answer; reason: RegExp }>([
    {
      name: 'redirects elsewhere',
      answer: (response) => response.writeHead(302, { location: `${url}/elsewhere` }).end(),
      reason: /redirect/,
    },
    { name: 'says nothing', answer: () => undefined, reason: /timeout/i },
    { name: 'breaks off', answer: (response) => response.destroy(), reason: /does not answer/ },
    {
      name: 'goes on and on',
      answer: (response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write('x'), 20)
        response.on('close', () => clearInterval(drip))
      },
      reason: /timeout/i,
    },
    {
      name: 'answers too much',
      answer: send(200, 'x'.repeat(WITNESS_ANSWER_BYTES_MAX + 1)),
      reason: /more than 65536 bytes/,
    },
    { name: 'is in trouble', answer: send(503), reason: /status 503/ },
    { name: 'wants somebody to sign in', answer: send(401), reason: /status 401/ },
    { name: 'is too busy', answer: send(429), reason: /status 429/ },
  ])('$name is not there', async ({ answer: given, reason }) => {
    answer = given
    asked.length = 0
    const failed = witness().addCheckpoint('old 0\n', signal())
    await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE', detail: expect.stringMatching(reason) })
    expect(asked).toHaveLength(1)
  })

  test('nobody waits for any more is left alone', async () => {
    answer = () => undefined
    await expect(witness().addCheckpoint('old 0\n', AbortSignal.abort())).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('of a submission', () => {
  test.for<{ name: string; answer: Answer; expected: object }>([
    { name: 'the lines', answer: send(200, '— w AAAA\n'), expected: { kind: 'cosigned', lines: '— w AAAA\n' } },
    { name: 'the size', answer: send(409, '17\n', 'text/x.tlog.size'), expected: { kind: 'otherSize', size: 17 } },
    {
      name: 'the size with a charset',
      answer: send(409, '0\n', 'text/x.tlog.size; charset=utf-8'),
      expected: { kind: 'otherSize', size: 0 },
    },
    { name: 'no size of another type', answer: send(409, '17\n'), expected: { kind: 'refused', status: 409 } },
    { name: 'no size without its newline', answer: send(409, '17', 'text/x.tlog.size'), expected: { status: 409 } },
    { name: 'no size with a zero before', answer: send(409, '017\n', 'text/x.tlog.size'), expected: { status: 409 } },
    { name: 'no size below zero', answer: send(409, '-1\n', 'text/x.tlog.size'), expected: { status: 409 } },
    ...[400, 403, 404, 422].map((status) => {
      return { name: `refusal ${status}`, answer: send(status), expected: { kind: 'refused', status } }
    }),
  ])('$name is understood', async ({ answer: given, expected }) => {
    answer = given
    asked.length = 0
    expect(await witness().addCheckpoint('old 0\n…', signal())).toMatchObject(expected)
    expect(asked).toEqual([{ method: 'POST', url: '/prefix/add-checkpoint', body: 'old 0\n…' }])
  })
})

describe('what a witness holds', () => {
  test('is asked for by the hash of the origin', async () => {
    answer = send(200, 'note')
    asked.length = 0
    expect(await witness().checkpoint('log.example/1', signal())).toBe('note')
    expect(asked).toMatchObject([{ method: 'GET', url: `/prefix/${originHash('log.example/1')}/checkpoint` }])
  })

  test.for([401, 403, 404, 405])('is unknown where it answers %i', async (status) => {
    answer = send(status)
    expect(await witness().checkpoint('log.example/1', signal())).toBeUndefined()
  })

  test('is not taken for nothing where the witness fails', async () => {
    answer = send(500)
    await expect(witness().checkpoint('log.example/1', signal())).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
