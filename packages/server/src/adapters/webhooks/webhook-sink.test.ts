import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { CascadeError } from '#base'
import { DeliveryFailure, type MeshSink } from '#mesh'
import type { CascadeEvent } from '#store'
import { AllowedTargets, type Resolve } from './allowed-targets.ts'
import { webhookSink } from './webhook-sink.ts'

const BYTES = Buffer.alloc(32, 5)
const KEY = `whsec_${BYTES.toString('base64')}`
const NOW = 1_760_000_000_123

const EVENT: CascadeEvent = {
  ...{
    specversion: '1.0',
    id: '0199a0b0-0000-7000-8000-000000000001',
    source: 'cascade/test',
    type: 'cascade.capsule.created',
  },
  ...{ subject: 'capsule/1', time: '2026-01-01T00:00:00.000Z', datacontenttype: 'application/json', actor: 'a' },
  ...{ correlationid: 'c', decisionid: 'd', sequence: 7, data: { id: '1', title: 'grüße 😀' } },
}

interface Taken {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A receiver on this machine that answers as it is told. */
async function receive(answer: (response: ServerResponse) => void = (response) => void response.writeHead(204).end()) {
  const taken: Taken[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    taken.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    taken,
    port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

const LOOPBACK: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]

function open(
  url: string,
  { also = ['hooks.test'], resolve = LOOPBACK, key_env = ['KEY'] as string[] } = {},
): MeshSink {
  const kind = webhookSink({
    targets: new AllowedTargets(also, resolve),
    clock: () => NOW,
    completed: async (event) => ({ ...event, data: { ...event.data, payload: 'whole' } }),
    readKey: () => KEY,
    environment: { KEY, EMPTY: ' ' },
    version: '9.9.9',
  })
  return kind.open({ name: 'hooks', route: 'all', options: kind.options.parse({ url, key_env }) })
}

const send = (sink: MeshSink, signal = AbortSignal.timeout(5000)) => sink.deliver({ event: EVENT, attempt: 1, signal })

async function failureOf(sent: Promise<void>): Promise<DeliveryFailure> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(DeliveryFailure)
  return error as DeliveryFailure
}

describe('a webhook', () => {
  test('brings the event as a CloudEvent whose signature the receiver works out itself', async () => {
    await using receiver = await receive()
    await send(open(`http://hooks.test:${receiver.port}/in?x=1`))
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.taken
    expect(JSON.parse(body)).toEqual({ ...EVENT, data: { ...EVENT.data, payload: 'whole' } })
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    expect(headers['user-agent']).toBe('forge-cascade/9.9.9')
    expect(headers['webhook-id']).toBe(EVENT.id)
    expect(headers['webhook-timestamp']).toBe('1760000000')
    const signed = createHmac('sha256', BYTES).update(`${EVENT.id}.1760000000.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signed}`)
  })

  test.each([
    [410, 'permanent'],
    [301, 'permanent'],
    [307, 'permanent'],
    [400, 'retryable'],
    [404, 'retryable'],
    [500, 'retryable'],
    [503, 'retryable'],
    [429, 'slow down'],
  ] as const)('that is answered %i has failed in a way that is %s', async (status, kind) => {
    await using receiver = await receive((response) => void response.writeHead(status).end('no'))
    const failure = await failureOf(send(open(`http://hooks.test:${receiver.port}/`)))
    expect(failure.kind).toBe(kind)
    expect(failure.message).toContain(String(status))
    expect(receiver.taken).toHaveLength(1)
  })

  test.each([
    ['7', 7000],
    ['0', 0],
    ['999999999', 3_600_000],
    [new Date(NOW + 20_000).toUTCString(), 19_877],
    [new Date(NOW - 20_000).toUTCString(), 0],
    ['soon', 30_000],
  ])('waits as long as Retry-After: %s says, and an hour at most', async (text, ms) => {
    await using receiver = await receive((response) => void response.writeHead(503, { 'retry-after': text }).end())
    const failure = await failureOf(send(open(`http://hooks.test:${receiver.port}/`)))
    expect(failure).toMatchObject({ kind: 'slow down', retryAfterMs: ms })
  })

  test('is not led to another address by a redirect', async () => {
    await using other = await receive()
    const location = `http://hooks.test:${other.port}/`
    await using receiver = await receive((response) => void response.writeHead(302, { location }).end())
    expect((await failureOf(send(open(`http://hooks.test:${receiver.port}/`)))).kind).toBe('permanent')
    expect(other.taken).toEqual([])
  })

  test('goes to no private address that nobody allowed, by name or by number, and says what would allow it', async () => {
    await using receiver = await receive()
    for (const host of ['evil.test', '127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
      const failure = await failureOf(send(open(`http://${host}:${receiver.port}/`)))
      expect(failure.kind).toBe('permanent')
      expect(failure.message).toContain('mesh.private_targets')
    }
    expect(receiver.taken).toEqual([])
  })

  test('connects to the address that was looked at, whatever the name leads to a moment later', async () => {
    await using receiver = await receive()
    let asked = 0
    const flipping: Resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]
    await send(open(`http://flip.test:${receiver.port}/`, { also: ['127.0.0.1'], resolve: flipping }))
    expect(asked).toBe(1)
    expect(receiver.taken).toHaveLength(1)
  })

  test('to nobody is tried again', async () => {
    const { port, [Symbol.asyncDispose]: close } = await receive()
    await close()
    expect((await failureOf(send(open(`http://hooks.test:${port}/`)))).kind).toBe('retryable')
    const unknown: Resolve = async () => {
      throw new Error('getaddrinfo ENOTFOUND hooks.test')
    }
    expect((await failureOf(send(open('http://hooks.test/', { resolve: unknown })))).kind).toBe('retryable')
  })

  test('whose receiver never answers ends with its time, and one that answers without end is done', async () => {
    await using silent = await receive(() => undefined)
    await expect(send(open(`http://hooks.test:${silent.port}/`), AbortSignal.timeout(50))).rejects.toThrow(
      /time|abort/i,
    )
    await using endless = await receive((response) => {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    await send(open(`http://hooks.test:${endless.port}/`))
  })
})

describe('the options of a webhook', () => {
  const { options } = webhookSink({
    ...{
      targets: new AllowedTargets(),
      completed: async (event: CascadeEvent) => event,
      clock: () => 0,
      readKey: () => KEY,
      environment: {},
      version: '1',
    },
  })

  test.each([
    ['no key', { url: 'https://a.example/' }],
    ['another protocol', { url: 'file:///etc/passwd', key_env: 'KEY' }],
    ['a password', { url: 'https://me:secret@a.example/', key_env: 'KEY' }],
    ['no address', { url: 'a.example', key_env: 'KEY' }],
    ['another word', { url: 'https://a.example/', key_env: 'KEY', secret: 'whsec_x' }],
  ])('with %s are refused', (_, given) => {
    expect(options.safeParse(given).success).toBe(false)
  })

  test('with a key that cannot be had are refused when it is opened, and the key is not in the message', () => {
    expect(() => open('https://a.example/', { key_env: ['MISSING'] })).toThrow(CascadeError)
    expect(() => open('https://a.example/', { key_env: ['EMPTY'] })).toThrow('EMPTY')
  })
})
