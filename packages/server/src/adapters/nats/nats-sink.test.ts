import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { MeshSink } from '#mesh'
import type { CascadeEvent } from '#store'
import { openMesh, routeOf } from '../../platform/mesh/testing.ts'
import { AllowedTargets } from '../webhooks/index.ts'
import { natsSink } from './nats-sink.ts'
import { NATS_TOKEN, type NatsServer, NO_NATS_SERVER, startNatsServer } from './testing/nats-server.ts'

const eventOf = (id: string, data: CascadeEvent['data'] = { id: '1' }): CascadeEvent => ({
  ...{ specversion: '1.0', id, source: '/i', type: 'cascade.capsule.created', subject: 'capsule/1', time: '' },
  ...{ datacontenttype: 'application/json', actor: 'a', correlationid: 'c', decisionid: 'd', sequence: 7, data },
})
const { signal } = new AbortController()
const kindWith = (also: readonly string[] = ['127.0.0.1']) =>
  natsSink({
    targets: new AllowedTargets(also),
    completed: async (event) => ({ ...event, data: { ...event.data, payload: 'whole' } }),
    readKey: (path) => {
      if (path === 'nats.token') return `${NATS_TOKEN}\n`
      throw new Error('it does not exist')
    },
    environment: { TOKEN: NATS_TOKEN, WRONG: 'another token' },
  })
const opened: MeshSink[] = []
const open = (url: string, more: object = { token_file: 'nats.token' }, also?: readonly string[]): MeshSink => {
  const kind = kindWith(also)
  const sink = kind.open({ name: 'bus', route: 'all', options: kind.options.parse({ url, ...more }) })
  opened.push(sink)
  return sink
}
afterEach(async () => {
  for (const sink of opened.splice(0)) await sink[Symbol.asyncDispose]?.()
})
const failureOf = async (sink: MeshSink, event: CascadeEvent) =>
  sink.deliver({ event, attempt: 1, signal }).then(
    () => 'delivered',
    ({ kind, message }: { readonly kind: string; readonly message: string }) => `${kind}: ${message}`,
  )

test.for([
  ['another protocol', { url: 'http://127.0.0.1' }],
  ['a password in the address', { url: 'nats://name:word@127.0.0.1' }],
  ['a wildcard', { url: 'nats://127.0.0.1', subject: 'events.>' }],
  ['two tokens', { url: 'nats://127.0.0.1', token_file: 'a', token_env: 'B' }],
  ['a token in the file', { url: 'nats://127.0.0.1', token: 'secret' }],
] as const)('%s is refused', ([, options]) => {
  expect(kindWith().options.safeParse(options).success).toBe(false)
})

test('a lint tells of addresses that nothing is sent to and of tokens that are not there', () => {
  const kind = kindWith([])
  const look = (more: object) => kind.look?.(kind.options.parse({ url: 'nats://10.0.0.1', ...more })) ?? []
  expect(look({ token_file: 'no.token' })).toMatchObject([
    { severity: 'problem', option: 'url' },
    { severity: 'warning', option: 'url', message: expect.stringContaining('in the clear') },
    { severity: 'problem', option: 'token_file', message: expect.stringContaining('no.token') },
  ])
  expect(look({ url: 'tls://10.0.0.1', token_env: 'NOT_SET' })).toMatchObject([
    { severity: 'problem', option: 'url' },
    { severity: 'warning', option: 'token_env' },
  ])
})

test('an address that nobody allowed gets nothing, and the event is a dead letter that says so', async () => {
  const sink = open('nats://127.0.0.1:1', {}, [])
  expect(await failureOf(sink, eventOf('a'))).toContain('permanent: 127.0.0.1 is no address of the public internet')
})

test('a server that is away is tried again', async () => {
  const sink = open('nats://127.0.0.1:1', {})
  expect(await failureOf(sink, eventOf('a'))).toContain('retryable: 127.0.0.1:1 could not be reached')
})

describe.skipIf(NO_NATS_SERVER)(`a real server (${NO_NATS_SERVER ?? 'nats-server'})`, () => {
  let server: NatsServer
  let client: NatsConnection
  beforeAll(async () => {
    server = await startNatsServer()
    client = await connect({ servers: server.url, token: NATS_TOKEN, reconnectTimeWait: 50 })
  })
  afterAll(async () => {
    await client?.close()
    await server?.[Symbol.asyncDispose]()
  })

  let streams = 0
  /** A stream of its own, and what is in it. */
  const openStream = async (more: Partial<StreamConfig> = {}) => {
    const [name, subject] = [`STREAM_${++streams}`, `events-${streams}`]
    const manager = await jetstreamManager(client)
    await manager.streams.add({ name, subjects: [`${subject}.>`], ...more })
    const stored = async () => {
      const { state } = await manager.streams.info(name)
      const found = []
      for (let seq = 1; seq <= state.last_seq; seq++) found.push(await manager.streams.getMessage(name, { seq }))
      return found.flatMap((one) =>
        one ? [{ subject: one.subject, event: one.json<CascadeEvent>(), header: one.header }] : [],
      )
    }
    return { subject, stored }
  }

  test('has each event once, under the subject of its type, with all that it says', async () => {
    const { subject, stored } = await openStream()
    const sink = open(server.url, { subject, token_env: 'TOKEN' })
    for (const id of ['one', 'two', 'one']) await sink.deliver({ event: eventOf(id), attempt: 1, signal })
    const found = await stored()
    expect(found.map((one) => [one.subject, one.event.id])).toEqual([
      [`${subject}.cascade.capsule.created`, 'one'],
      [`${subject}.cascade.capsule.created`, 'two'],
    ])
    expect(found[0]?.event).toMatchObject({ specversion: '1.0', data: { id: '1', payload: 'whole' } })
    expect(found[0]?.header.get('content-type')).toBe('application/cloudevents+json; charset=utf-8')
  })

  test('without a stream for the subject, with another token, and of what is too long it says what is wrong', async () => {
    const { subject } = await openStream()
    const nowhere = open(server.url, { subject: 'nobody', token_file: 'nats.token' })
    expect(await failureOf(nowhere, eventOf('a'))).toMatch(
      /^retryable: no stream at .* takes the subject nobody\.cascade/,
    )
    const stranger = open(server.url, { subject, token_env: 'WRONG' })
    const refused = await failureOf(stranger, eventOf('a'))
    expect(refused).toMatch(/^retryable: .*authorization/i)
    expect(refused).not.toContain('another token')
    const sink = open(server.url, { subject, token_file: 'nats.token' })
    const long = eventOf('a', { id: '1', text: 'x'.repeat(70_000) })
    expect(await failureOf(sink, long)).toMatch(/^permanent: .* takes no event of 70\d+ bytes$/)
    expect(await failureOf(sink, eventOf('b'))).toBe('delivered')
  })

  test('that is killed and comes back has every event of a route once, subject by subject in order', async () => {
    const { subject, stored } = await openStream()
    await using mesh = await openMesh([routeOf({ retry: { attempts: 50, firstMs: 1, lastMs: 5 } })])
    const sink = open(server.url, { subject, token_file: 'nats.token' })
    mesh.behave((delivery) => sink.deliver(delivery))
    const ids = await mesh.emit(Array.from({ length: 300 }, (_, at) => ({ subject: `test/${at % 7}` })))
    const killed = mesh.run().then(() => server.restart())
    await server.kill()
    await killed
    for (let look = 0; look < 200 && mesh.delivered.length < ids.length; look++) await mesh.run(10)
    const found = await stored()
    expect(found.map(({ event }) => event.id).toSorted()).toEqual([...ids].toSorted())
    const last = new Map<string, number>()
    for (const { event } of found) {
      expect(event.sequence).toBeGreaterThan(last.get(event.subject) ?? -1)
      last.set(event.subject, event.sequence)
    }
  })
})
