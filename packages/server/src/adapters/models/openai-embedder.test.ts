import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeEmbedder } from '../../domain/capsules/embedding/embedder.contract.ts'
import { openOpenAiEmbedder } from './openai-embedder.ts'
import type { OpenAiEmbedderOptions } from './openai-options.ts'
import { readStaticTable } from './static/static-table.ts'
import { StaticVectors } from './static/static-vectors.ts'

const KEY = 'sk-secret-0123456789abcdef'

interface Asked {
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly body: { readonly input: string[]; readonly model: string; readonly dimensions?: number }
}
type Reply = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void

/** Answers as an OpenAI-compatible server does; the vectors are those of the built-in embedder. */
const answer: Reply = ({ body }, response) => sendVectors(response, body.input.map(toNumbers))
const builtin = new StaticVectors(readStaticTable())
const toNumbers = (text: string): number[] => [...builtin.of(text)]

function sendVectors(response: ServerResponse, vectors: readonly unknown[]): void {
  sendJson(response, {
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  })
}
function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}
const fail =
  (status: number, headers: Record<string, string> = {}): Reply =>
  (_asked, response) =>
    response.writeHead(status, headers).end(JSON.stringify({ error: { message: `bad key ${KEY}` } }))

let server: Server
let baseUrl: string
/** Replies for the next requests; after them the server answers properly. */
let script: Reply[] = []
let asked: Asked[] = []
let waits: number[] = []

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const entry = {
      path: request.url,
      authorization: request.headers.authorization,
      body: JSON.parse(Buffer.concat(chunks).toString()),
    }
    asked.push(entry)
    const reply = script.shift() ?? answer
    reply(entry, response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address of this kind.
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  script = []
  asked = []
  waits = []
})

const open = (options: Partial<OpenAiEmbedderOptions> = {}) =>
  openOpenAiEmbedder({
    baseUrl,
    model: 'test-model',
    apiKey: KEY,
    dimensions: 256,
    clock: () => Date.UTC(2026, 0, 1),
    sleep: async (ms) => {
      waits.push(ms)
    },
    ...options,
  })

const failureOf = async (options: Partial<OpenAiEmbedderOptions> = {}): Promise<unknown> =>
  (await open(options)).embed(['a', 'b'], 'document').then(
    () => 'answered',
    (error: unknown) => error,
  )

describeEmbedder('an OpenAI-compatible endpoint', () =>
  openOpenAiEmbedder({ baseUrl, model: 'test-model', batchMax: 3 }),
)

describe('what the provider may do wrong', () => {
  test.for<{ name: string; reply: Reply; code: string; says: RegExp }>([
    {
      name: 'garbage instead of JSON',
      reply: (_a, r) => r.end('<html>'),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /not JSON/,
    },
    {
      name: 'JSON of another kind',
      reply: (_a, r) => sendJson(r, { embeddings: [] }),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /no list/,
    },
    { name: 'null', reply: (_a, r) => sendJson(r, null), code: 'EMBEDDER_UNAVAILABLE', says: /no list/ },
    {
      name: 'too few vectors',
      reply: (_a, r) => sendVectors(r, [toNumbers('a')]),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /1 vectors for 2/,
    },
    {
      name: 'one index twice',
      reply: (_a, r) =>
        sendJson(r, {
          data: [
            { index: 0, embedding: [1] },
            { index: 0, embedding: [1] },
          ],
        }),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /two vectors/,
    },
    {
      name: 'an index out of range',
      reply: (_a, r) =>
        sendJson(r, {
          data: [
            { index: 0, embedding: [1] },
            { index: 2, embedding: [1] },
          ],
        }),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /index/,
    },
    {
      name: 'vectors that are objects',
      reply: (_a, r) => sendVectors(r, [{}, {}]),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /neither/,
    },
    {
      name: 'other dimensions than before',
      reply: (_a, r) =>
        sendVectors(r, [
          [1, 0],
          [0, 1],
        ]),
      code: 'EMBEDDING_MISMATCH',
      says: /256/,
    },
    {
      name: 'two lengths in one answer',
      reply: (_a, r) =>
        sendVectors(r, [
          [1, 0],
          [0, 1, 0],
        ]),
      code: 'EMBEDDING_MISMATCH',
      says: /2 and of 3/,
    },
    {
      name: 'words in a vector',
      reply: (_a, r) => sendVectors(r, [['NaN'], [1]]),
      code: 'EMBEDDING_MISMATCH',
      says: /numbers/,
    },
    {
      name: 'null in a vector, as NaN is written',
      reply: (_a, r) => sendVectors(r, [[null], [1]]),
      code: 'EMBEDDING_MISMATCH',
      says: /numbers/,
    },
    {
      name: 'numbers beyond 32-bit floats',
      reply: (_a, r) => sendVectors(r, [[1e300], [1]]),
      code: 'EMBEDDING_MISMATCH',
      says: /finite/,
    },
    {
      name: 'a vector of zeros',
      reply: (_a, r) =>
        sendVectors(r, [
          [0, 0],
          [0, 1],
        ]),
      code: 'EMBEDDING_MISMATCH',
      says: /zero/,
    },
    { name: 'an empty vector', reply: (_a, r) => sendVectors(r, [[], []]), code: 'EMBEDDING_MISMATCH', says: /empty/ },
    {
      name: 'base64 of half a float',
      reply: (_a, r) => sendVectors(r, ['AAA=', 'AAA=']),
      code: 'EMBEDDING_MISMATCH',
      says: /base64/,
    },
    {
      name: 'a body above the limit',
      reply: (_a, r) => r.end('['.repeat(200_000)),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /above 100000 bytes/,
    },
    {
      name: 'a redirect elsewhere',
      reply: fail(307, { location: 'http://127.0.0.1:9/' }),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /redirect/,
    },
    { name: 'a refused key', reply: fail(401), code: 'EMBEDDER_UNAVAILABLE', says: /status 401, the key/ },
    { name: 'an unknown model', reply: fail(404), code: 'EMBEDDER_UNAVAILABLE', says: /status 404/ },
    {
      name: 'a torn connection',
      reply: (_a, _r, request) => request.socket.destroy(),
      code: 'EMBEDDER_UNAVAILABLE',
      says: /connection failed|SOCKET|ECONN/,
    },
  ])('$name fails with $code at once', async ({ reply, code, says }) => {
    script = [reply]
    expect(await failureOf({ answerBytesMax: 100_000 })).toMatchObject({ code, detail: expect.stringMatching(says) })
    expect(asked).toHaveLength(1)
  })

  test('no answer in time fails, and is not tried again', async () => {
    script = [() => undefined]
    expect(await failureOf({ timeoutMs: 50 })).toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
      detail: expect.stringMatching(/within 50 ms/),
    })
    expect(asked).toHaveLength(1)
  })

  test('an answer that begins and never ends fails in time', async () => {
    script = [(_asked, response) => response.write('{"data": [')]
    expect(await failureOf({ timeoutMs: 50 })).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' })
  })

  test('nobody at the address fails with the reason', async () => {
    expect(await failureOf({ baseUrl: 'http://127.0.0.1:1/v1' })).toMatchObject({
      detail: expect.stringMatching(/127\.0\.0\.1:1 .*(ECONNREFUSED|connection failed)/),
    })
  })
})

describe('trying again', () => {
  test('429 and 5xx are tried again after Retry-After or a growing wait', async () => {
    script = [
      fail(429, { 'retry-after': '7' }),
      fail(503),
      fail(500, { 'retry-after': 'Thu, 01 Jan 2026 00:00:12 GMT' }),
    ]
    await expect((await open()).embed(['a'], 'document')).resolves.toHaveLength(1)
    expect(waits).toEqual([7_000, 1_000, 12_000])
  })

  test('the attempts are bounded, and the error says when to come back', async () => {
    script = Array.from({ length: 9 }, () => fail(500))
    expect(await failureOf({ attemptsMax: 3 })).toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
      retryAfterS: 2,
      detail: expect.stringMatching(/status 500 after 3 attempts/),
    })
    expect(asked).toHaveLength(3)
  })

  test('a provider that asks for an hour is not waited for', async () => {
    script = [fail(429, { 'retry-after': '3600' })]
    expect(await failureOf()).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE', retryAfterS: 3600 })
    expect(waits).toEqual([])
  })

  test('giving up ends the wait', async () => {
    script = [fail(503, { 'retry-after': '20' })]
    const controller = new AbortController()
    const embedder = await open({
      sleep: async (_ms, signal) => {
        controller.abort(new Error('enough'))
        signal?.throwIfAborted()
      },
    })
    await expect(embedder.embed(['a'], 'document', controller.signal)).rejects.toThrow('enough')
  })

  test('giving up ends a request, and closing the embedder ends all', async () => {
    script = [() => undefined, () => undefined]
    const embedder = await open()
    const controller = new AbortController()
    const given = expect(embedder.embed(['a'], 'document', controller.signal)).rejects.toThrow('enough')
    controller.abort(new Error('enough'))
    await given
    const closed = expect(embedder.embed(['a'], 'document')).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' })
    await embedder[Symbol.asyncDispose]()
    await closed
    await expect(embedder.embed(['a'], 'document')).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' })
  })
})

describe('the key', () => {
  test.for([
    fail(401),
    fail(500),
    fail(302, { location: `http://127.0.0.1:9/${KEY}` }),
    (_a: Asked, r: ServerResponse) => r.end(KEY),
  ])('stands in no error, whatever the provider says (case %#)', async (reply) => {
    script = [reply, reply, reply, reply]
    const error = await failureOf()
    expect(error).toBeInstanceOf(Error)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(KEY)
  })

  test.for(['sk-with\nnewline', 'clé', ''])(
    'that no header can hold (%j) is refused without being shown',
    async (apiKey) => {
      const opening = open({ apiKey })
      await expect(opening).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        detail: expect.not.stringContaining(apiKey || '\u0000'),
      })
    },
  )

  test('is sent as a bearer token, and not at all when there is none', async () => {
    await (await open()).embed(['a'], 'document')
    await (await open({ apiKey: undefined })).embed(['a'], 'document')
    expect(asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${KEY}`, undefined])
  })
})

test.for(['ftp://host/v1', 'not an address', 'http://user:pass@host/v1', 'file:///etc/passwd'])(
  'the address %s is refused',
  async (baseUrl) => {
    await expect(open({ baseUrl })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      detail: expect.not.stringContaining('pass@'),
    })
  },
)

test('vectors in another order find their texts by index', async () => {
  const embedder = await open()
  const straight = await embedder.embed(['a', 'b', 'c'], 'document')
  script = [
    ({ body }, response) =>
      sendJson(response, { data: body.input.map((text, index) => ({ index, embedding: toNumbers(text) })).reverse() }),
  ]
  expect(await embedder.embed(['a', 'b', 'c'], 'document')).toEqual(straight)
})

test('vectors in base64 are read, and scaled to length 1', async () => {
  const bytes = Buffer.from(Float32Array.of(3, 4).buffer).toString('base64')
  script = [(_asked, response) => sendVectors(response, [bytes])]
  const [vector] = await (await open({ dimensions: 2 })).embed(['a'], 'document')
  expect([...vector!]).toEqual([Math.fround(0.6), Math.fround(0.8)])
})

test('sends batches of bounded size, without blank texts, to /embeddings below the base address', async () => {
  const embedder = await open({ batchMax: 2, baseUrl: `${baseUrl}/` })
  expect(await embedder.embed(['a', ' ', 'b', 'c'], 'document')).toHaveLength(4)
  expect(asked.map(({ body }) => body.input)).toEqual([['a', 'b'], ['c']])
  expect(asked[0]).toMatchObject({
    path: '/v1/embeddings',
    body: { model: 'test-model', encoding_format: 'float', dimensions: 256 },
  })
})

test('sends the beginning of a text that is too long, well formed', async () => {
  await (await open({ textCharactersMax: 4 })).embed(['  abc😀'], 'document')
  expect(asked[0]!.body.input).toEqual(['abc\ufffd'])
})

test('finds out the dimensions by asking once', async () => {
  const embedder = await open({ dimensions: undefined })
  expect(embedder.dimensions).toBe(256)
  expect(asked).toHaveLength(1)
  expect(asked[0]!.body).not.toHaveProperty('dimensions')
})
