import { connect } from 'node:net'
import { ERRORS, type ErrorCode } from '@forge-cascade/contract'
import type { LightMyRequestResponse } from 'fastify'
import { expect, test } from 'vitest'
import { CascadeError } from '#base'
import type { AskContext } from '#capsules'
import type { HandlerContext } from './handlers/index.ts'
import { type HttpWorld, type HttpWorldOptions, openHttpWorld, type Sending } from './testing.ts'

const ABSENT = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const TEXT = { content: 'One file is easy to back up.', type: 'decision' }

type Produce = (http: HttpWorld) => Promise<Pick<LightMyRequestResponse, 'statusCode' | 'body' | 'headers'>>

interface Case {
  readonly produce: Produce
  readonly world?: HttpWorldOptions
}

/** How each code that HTTP can answer with comes about. */
const PRODUCED = {
  VALIDATION_FAILED: { produce: (http) => http.send('GET', '/v2/capsules?limit=1000') },
  MALFORMED_JSON: {
    produce: (http) => post(http, '/v2/capsules', { payload: '{', headers: { 'content-type': 'application/json' } }),
  },
  CURSOR_INVALID: { produce: (http) => http.send('GET', '/v2/capsules?cursor=forged') },
  MALFORMED_REQUEST: { produce: (http) => http.send('GET', '/v2/capsules/%ff') },
  UNAUTHENTICATED: { produce: (http) => http.send('GET', '/v2/capsules', { headers: { authorization: undefined } }) },
  FORBIDDEN: {
    produce: (http) => http.send('GET', '/v2/capsules', { headers: { authorization: `Bearer ${http.memberToken}` } }),
  },
  NOT_FOUND: { produce: (http) => http.send('GET', `/v2/capsules/${ABSENT}`) },
  METHOD_NOT_ALLOWED: { produce: (http) => http.send('DELETE', '/v2/ask') },
  REQUEST_TIMEOUT: {
    world: { server: { request_timeout_s: 1 } },
    produce: (http) => overSocket(http, `Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`),
  },
  CONFLICT: {
    produce: async (http) => {
      const { id } = await add(http)
      await http.send('DELETE', `/v2/capsules/${id}`)
      return http.send('PUT', `/v2/capsules/${id}`, {
        body: { title: 'New' },
        headers: { 'if-match': '*' },
      })
    },
  },
  IN_FLIGHT: {
    world: { context: withEmbedder(() => new Promise(() => undefined)), app: { answerMsMax: 2000 } },
    produce: async (http) => {
      const sending = { body: TEXT, headers: { 'idempotency-key': 'one' } }
      void http.send('POST', '/v2/capsules', sending)
      await expect.poll(() => http.lifecycle.workInFlight).toBe(1)
      return http.send('POST', '/v2/capsules', sending)
    },
  },
  ERASED: {
    produce: async (http) => {
      const { id } = await http.world.add({ content: 'Soon gone.' })
      await http.send('POST', `/v2/capsules/${id}/erase`, { body: { legal_basis: 'gdpr-17' } })
      return http.send('GET', `/v2/capsules/${id}`)
    },
  },
  IN_ARCHIVE: {
    produce: async (http) => {
      const { id } = await http.world.add({ content: 'Kept elsewhere.' })
      await http.send('POST', '/v2/archive', { body: { ids: [id] } })
      return http.send('GET', `/v2/capsules/${id}`)
    },
  },
  ARCHIVE_DAMAGED: {
    produce: async (http) => {
      const { id } = await http.world.add({ content: 'Kept elsewhere, and lost there.' })
      await http.send('POST', '/v2/archive', { body: { ids: [id] } })
      for (const name of await http.objects.list()) await http.objects.delete(name)
      return http.send('POST', '/v2/archive/restore', { body: { ids: [id] } })
    },
  },
  LEGAL_HOLD: {
    produce: async (http) => {
      const { id } = await http.world.add({ content: 'Asked for by counsel.' })
      await http.send('POST', '/v2/holds', { body: { target: { kind: 'capsule', capsule: id }, reason: 'case 4711' } })
      return http.send('POST', `/v2/capsules/${id}/erase`, { body: { legal_basis: 'gdpr-17' } })
    },
  },
  REVISION_MISMATCH: {
    produce: async (http) => {
      const { id } = await add(http)
      return http.send('PUT', `/v2/capsules/${id}`, {
        body: { title: 'New' },
        headers: { 'if-match': '"1.0.0-7", W/"1.0.0-1"' },
      })
    },
  },
  PRECONDITION_REQUIRED: {
    produce: async (http) => http.send('PUT', `/v2/capsules/${(await add(http)).id}`, { body: { title: 'New' } }),
  },
  PAYLOAD_TOO_LARGE: { produce: (http) => post(http, '/v2/ask', { body: { question: 'x'.repeat(9 * 1024 * 1024) } }) },
  UNSUPPORTED_MEDIA_TYPE: {
    produce: (http) => post(http, '/v2/ask', { payload: 'x', headers: { 'content-type': 'text/plain' } }),
  },
  MISDIRECTED: { produce: (http) => http.send('GET', '/health', { headers: { host: 'evil.example' } }) },
  UNPROCESSABLE: {
    produce: (http) => post(http, '/v2/capsules', { body: { ...TEXT, parents: [{ id: ABSENT, reason: 'none' }] } }),
  },
  IDEMPOTENCY_KEY_REUSED: {
    produce: async (http) => {
      const headers = { 'idempotency-key': 'one' }
      await post(http, '/v2/capsules', { body: TEXT, headers })
      return post(http, '/v2/capsules', { body: { ...TEXT, content: 'Another text.' }, headers })
    },
  },
  LINEAGE_CYCLE: {
    produce: async (http) => {
      const parent = await add(http)
      const child = await http.send('POST', `/v2/capsules/${parent.id}/fork`, {
        body: { reason: 'try', content: 'A child.' },
      })
      const parents = [{ id: child.json().id, reason: 'circle' }]
      return http.send('PUT', `/v2/capsules/${parent.id}`, { body: { parents }, headers: { 'if-match': parent.etag } })
    },
  },
  EMBEDDING_MISMATCH: { produce: (http) => post(http, '/v2/capsules', { body: { ...TEXT, embedding: [0, 0, 0] } }) },
  RATE_LIMITED: {
    world: { rate: { requests_per_minute: 1, burst: 1 } },
    produce: async (http) => {
      await http.send('GET', '/v2/capsules')
      return http.send('GET', '/v2/capsules')
    },
  },
  HEADERS_TOO_LARGE: { produce: (http) => overSocket(http, `X-Long: ${'x'.repeat(20_000)}\r\n\r\n`) },
  INTERNAL: {
    world: { context: withStore((store) => ({ ...store, counts: () => Promise.reject(new TypeError('a bug')) })) },
    produce: (http) => http.send('GET', '/v2/capsules/stats'),
  },
  EMERGENCY_ACTIVE: {
    produce: async (http) => {
      await http.emergency.raise(http.world.call('emergency.raise'), 'A job runs wild.')
      return http.send('GET', '/v2/capsules')
    },
  },
  UNAVAILABLE: {
    produce: async (http) => {
      await http.lifecycle.stop('the test')
      return http.send('GET', '/v2/capsules')
    },
  },
  OUTCOME_UNKNOWN: {
    world: { context: withEmbedder(() => new Promise(() => undefined)), app: { answerMsMax: 30 } },
    produce: (http) => post(http, '/v2/capsules', { body: TEXT }),
  },
  STORAGE_FULL: {
    world: { context: (context) => withAppend(context, new CascadeError('STORAGE_FULL', 'No space is left.')) },
    produce: (http) => post(http, '/v2/capsules', { body: TEXT }),
  },
  DEADLINE_EXCEEDED: {
    world: { context: withEmbedder(() => new Promise(() => undefined), { deadlineMs: 30 }) },
    produce: (http) => http.send('GET', '/v2/capsules/search?q=file'),
  },
  DATA_CORRUPT: {
    world: {
      context: withStore((store) => ({
        ...store,
        getHeads: () => Promise.reject(new CascadeError('DATA_CORRUPT', 'The content does not match its digest.')),
      })),
    },
    produce: (http) => http.send('GET', `/v2/capsules/${ABSENT}`),
  },
  SOURCE_UNREADABLE: { produce: (http) => post(http, '/v2/imports', { body: { path: '/nowhere' } }) },
  EMBEDDER_UNAVAILABLE: {
    world: {
      context: withEmbedder(() => Promise.reject(new CascadeError('EMBEDDER_UNAVAILABLE', 'The provider is away.'))),
    },
    produce: (http) => post(http, '/v2/capsules', { body: TEXT }),
  },
} as const satisfies Partial<Record<ErrorCode, Case>>

/** Codes that no request can bring about, with the reason. */
const ELSEWHERE: Partial<Record<ErrorCode, string>> = {
  APPROVAL_REQUIRED: 'said to subjects of less trust, of whom no request of these tests comes; see the gate’s tests',
  DATA_FOLDER_IN_USE: 'the start of a second process on a folder; nothing serves yet',
  CONFIG_INVALID: 'configuration is read before anything serves',
  BOOT_FAILED: 'what failed to start does not serve',
  DATA_FOLDER_NEWER: 'found when the store is opened, before anything serves',
  LEDGER_FORKED: 'found when the log is opened, before anything serves',
  BACKUP_INVALID: 'restoring is done by the command line while nothing serves',
  BACKUP_KEY_MISSING: 'restoring is done by the command line while nothing serves',
  NO_SERVER: 'said by the command line when nobody answers',
}

test('every code of the catalogue is produced here or has its reason', () => {
  expect([...Object.keys(PRODUCED), ...Object.keys(ELSEWHERE)].toSorted()).toEqual(Object.keys(ERRORS).toSorted())
})

test.for(Object.entries(PRODUCED) as [ErrorCode, Case][])('%s is answered', async ([code, { produce, world }]) => {
  const http = await openHttpWorld(world)
  const { statusCode, body, headers } = await produce(http)
  expect([statusCode, JSON.parse(body)]).toEqual([
    ERRORS[code].status,
    expect.objectContaining({ code, type: `/errors/${code}` }),
  ])
  if ('retryable' in ERRORS[code] && code !== 'REQUEST_TIMEOUT')
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
  await http[Symbol.asyncDispose]()
})

const post = (http: HttpWorld, url: string, sending: Sending) => http.send('POST', url, sending)

async function add(http: HttpWorld): Promise<{ readonly id: string; readonly etag: string }> {
  const { headers, body } = await post(http, '/v2/capsules', { body: TEXT })
  return { id: JSON.parse(body).id, etag: String(headers.etag) }
}

/** Sends the rest of a request to `/v2/ask` over a real connection. */
async function overSocket(http: HttpWorld, rest: string): ReturnType<Produce> {
  const { port } = await http.server.listen()
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket
      .on('data', (chunk) => (text += chunk))
      .on('error', reject)
      .on('close', () => resolve(text))
    socket.write(`POST /v2/ask HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${http.token}\r\n${rest}`)
  })
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { statusCode: Number(head.split(' ')[1]), body, headers: {} }
}

function withEmbedder(embed: AskContext['embedder']['embed'], search: Partial<AskContext['search']> = {}) {
  return (context: HandlerContext): HandlerContext => {
    const { capsules } = context
    const { model, dimensions, sees } = capsules.embedder
    const embedder = { model, dimensions, sees, embed, [Symbol.asyncDispose]: async () => undefined }
    return { ...context, capsules: { ...capsules, embedder, search: { ...capsules.search, ...search } } }
  }
}

type Capsules = AskContext['store']['capsules']

function withStore(change: (capsules: Capsules) => Capsules) {
  return (context: HandlerContext): HandlerContext => {
    const { store } = context.capsules
    return { ...context, capsules: { ...context.capsules, store: facade(store, { capsules: change(store.capsules) }) } }
  }
}

function withAppend(context: HandlerContext, error: CascadeError): HandlerContext {
  const append: AskContext['store']['append'] = async (commands) => commands.map(() => ({ ok: false, error }))
  return { ...context, capsules: { ...context.capsules, store: facade(context.capsules.store, { append }) } }
}

/** The same store with some members replaced; the others keep their own `this`. */
function facade(store: AskContext['store'], replaced: Partial<AskContext['store']>): AskContext['store'] {
  return new Proxy(store, {
    get: (target, name) => {
      if (Object.hasOwn(replaced, name)) return Reflect.get(replaced, name)
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
