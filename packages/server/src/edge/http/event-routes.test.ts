import { get, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { EventFeed, type EventPosition } from '#events'
import { EventStreams, STREAM_LIMITS, type StreamTimes } from './event-streams.ts'
import { openForAll, registerMember } from './testing/readers.ts'
import { type HttpWorld, type HttpWorldOptions, openHttpWorld } from './testing.ts'

const TIMES = { lookMs: 5, checkMs: 20 }
const opened: HttpWorld[] = []
const stops: (() => void)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  for (const http of opened.splice(0)) await http[Symbol.asyncDispose]()
})

/** A world that listens at a port, with streams that look often. */
async function open(times: Partial<StreamTimes> = {}, options: HttpWorldOptions = {}) {
  const stopping = new AbortController()
  const made: { streams?: EventStreams } = {}
  const http = await openHttpWorld({
    ...options,
    context: (context) => {
      const feed = new EventFeed({ context: context.capsules, gate: context.governance.gate as never })
      made.streams = new EventStreams({ feed, stopping: stopping.signal, times: { ...TIMES, ...times } })
      return { ...context, events: made.streams }
    },
  })
  opened.push(http)
  const { url } = await http.server.listen()
  return { http, url, stopping, streams: made.streams! }
}

interface Told {
  readonly id?: string
  readonly event: string
  readonly data: { readonly type: string; readonly [name: string]: unknown }
}

/** A reader of a stream: hands on what it is told, one by one. */
async function follow(url: string, token: string, query = '', headers: Record<string, string> = {}) {
  const stop = new AbortController()
  stops.push(() => stop.abort())
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const all = { accept: 'text/event-stream', authorization: `Bearer ${token}`, ...headers }
    get(`${url}/v2/events${query}`, { headers: all, agent: false, signal: stop.signal }, resolve).on('error', reject)
  })
  // That it was broken off is what a test did.
  response.on('error', () => undefined).setEncoding('utf8')
  const pieces = response[Symbol.asyncIterator]()
  let rest = ''
  let comments = 0
  const next = async (): Promise<Told | undefined> => {
    for (;;) {
      const at = rest.indexOf('\n\n')
      if (at < 0) {
        const { value, done } = await pieces.next()
        if (done) return undefined
        rest += value as string
        continue
      }
      const lines = rest.slice(0, at).split('\n')
      rest = rest.slice(at + 2)
      const member = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const data = member('data')
      if (data === undefined) comments += 1
      else return { id: member('id')!, event: member('event') ?? 'message', data: JSON.parse(data) }
    }
  }
  return { response, next, stop: () => stop.abort(), comments: () => comments }
}

const publish = (http: HttpWorld, payload: unknown, more: object = {}, headers = {}) =>
  http.send('POST', '/v2/events', { body: { type: 'shop.order.placed', payload, ...more }, headers })

describe('the stream', () => {
  test('tells what happens from now on, and from a position what was missed, each once', async () => {
    const { http, url } = await open()
    await publish(http, 'before')
    const live = await follow(url, http.token)
    expect(live.response.headers['content-type']).toContain('text/event-stream')
    expect(live.response.headers['cache-control']).toContain('no-store')
    for (const at of [1, 2, 3]) await publish(http, { at })
    const first = await live.next()
    expect(first).toMatchObject({ event: 'message', data: { type: 'shop.order.placed', data: { payload: { at: 1 } } } })
    live.stop()
    const again = await follow(url, http.token, '?type=shop.**', { 'last-event-id': first!.id! })
    expect((await again.next())?.data).toMatchObject({ data: { payload: { at: 2 } } })
    expect((await again.next())?.data).toMatchObject({ data: { payload: { at: 3 } } })
    again.stop()
    const after = await follow(url, http.token, `?after=${first!.id}`)
    expect((await after.next())?.data).toMatchObject({ data: { payload: { at: 2 } } })
    after.stop()
  })

  test('sends comments while nothing happens', async () => {
    const { http, url } = await open({ heartbeatMs: 20 })
    const quiet = await follow(url, http.token, '?type=nothing.at.all')
    const waiting = quiet.next().catch(() => undefined)
    await expect.poll(quiet.comments).toBeGreaterThan(3)
    quiet.stop()
    await waiting
  })

  test('ends within a second of the token, of the right and of an emergency, and says why', async () => {
    const { http, url } = await open()
    const made = await http.send('POST', '/v2/subjects', { body: { name: 'ada', kind: 'person', roles: ['member'] } })
    const token = async () =>
      (await http.send('POST', '/v2/tokens', { body: { subject: made.json().id, name: 'reader' } })).json()
    const mine = await token()
    const ended = await follow(url, mine.token)
    await http.send('DELETE', `/v2/tokens/${mine.id}`)
    expect(await ended.next()).toMatchObject({ event: 'end', data: { code: 'UNAUTHENTICATED' } })
    expect(await ended.next()).toBeUndefined()

    const other = await token()
    const narrowed = await follow(url, other.token)
    const { etag } = (await http.send('GET', `/v2/subjects/${made.json().id}`)).headers
    const changed = await http.send('PUT', `/v2/subjects/${made.json().id}`, {
      body: { trust: 10 },
      headers: { 'if-match': String(etag) },
    })
    expect(changed.statusCode).toBe(200)
    expect(await narrowed.next()).toMatchObject({ event: 'end', data: { code: 'FORBIDDEN' } })

    const stopped = await follow(url, http.token)
    const beganAt = performance.now()
    await http.send('POST', '/v2/governance/emergency', { body: { active: true, reason: 'drill' } })
    for (let told = await stopped.next(); told && told.event !== 'end'; )
      told = await stopped.next().catch(() => undefined)
    expect(performance.now() - beganAt).toBeLessThan(1000)
    expect((await http.send('GET', '/v2/events')).statusCode).toBe(503)
  })

  test('ends when the instance stops, so that nothing waits for it', async () => {
    const { http, url, stopping, streams } = await open()
    const reader = await follow(url, http.token)
    stopping.abort(new (await import('#base')).CascadeError('UNAVAILABLE', 'this instance is stopping'))
    expect(await reader.next()).toMatchObject({ event: 'end', data: { code: 'UNAVAILABLE' } })
    expect(await reader.next()).toBeUndefined()
    expect(streams.size).toBe(0)
  })

  test('of a subject there are so many and no more; one that ends makes room', async () => {
    const { http, url, streams } = await open()
    const readers = []
    for (let at = 0; at < STREAM_LIMITS.perSubjectMax; at++) readers.push(await follow(url, http.token))
    const refused = await follow(url, http.token)
    expect(refused.response.statusCode).toBe(429)
    expect(refused.response.headers['retry-after']).toBe('5')
    readers.pop()!.stop()
    await expect.poll(() => streams.size).toBe(STREAM_LIMITS.perSubjectMax - 1)
    const another = await follow(url, http.token)
    expect(another.response.statusCode).toBe(200)
    for (const reader of [...readers, another]) reader.stop()
    await expect.poll(() => streams.size).toBe(0)
  })

  test('of a person and its agents there are so many and no more', async () => {
    const { http, streams, stopping } = await open()
    const { administrator } = http.world
    const check = async () => ({ subject: administrator, scopes: null })
    const openFor = (subject: string, person = 'ada') =>
      streams.open({ subject, person, check, filter: {}, after: { sequence: 0 }, signal: stopping.signal })
    for (let at = 0; at < STREAM_LIMITS.perPersonMax; at++) openFor(`agent ${at}`)
    expect(() => openFor('one more')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }))
    openFor('an agent of another', 'grace')
    stopping.abort(new Error('over'))
    await expect.poll(() => streams.size).toBe(0)
  })

  test('of all together there are so many and no more', async () => {
    const { http, streams, stopping } = await open()
    const { administrator } = http.world
    const check = async () => ({ subject: administrator, scopes: null })
    const openFor = (subject: string) =>
      streams.open({ subject, person: subject, check, filter: {}, after: { sequence: 0 }, signal: stopping.signal })
    for (let at = 0; at < STREAM_LIMITS.inAllMax; at++) openFor(`subject ${at}`)
    expect(() => openFor('one more')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }))
    stopping.abort(new Error('over'))
    await expect.poll(() => streams.size).toBe(0)
  })

  test('of a slow reader no more than a bound is kept; it is ended and goes on where it was', async () => {
    const { http, streams } = await open({ slowMs: 40 })
    for (let at = 0; at < 12; at++) await publish(http, { at, filling: 'x'.repeat(60_000) })
    const { administrator } = http.world
    const reader = { subject: administrator, scopes: null }
    const openFrom = (sequence: number) =>
      streams.open({
        ...{ subject: administrator.id, person: administrator.id, check: async () => reader },
        filter: { type: ['shop.**'] },
        ...{ after: { sequence }, signal: new AbortController().signal },
      })
    const slow = openFrom(-1)
    await expect.poll(() => streams.size).toBe(0)
    let text = ''
    for await (const piece of slow) text += Buffer.from(piece).toString()
    const end = JSON.parse(text.slice(text.lastIndexOf('event: end\ndata: ') + 'event: end\ndata: '.length))
    expect(end).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(text.length).toBeLessThan(20 * 60_000)
    const rest = await http.send('GET', `/v2/events?type=shop.**&after=${end.after}`)
    const told = [...text.matchAll(/"at":(\d+)/g)].map(([, at]) => Number(at))
    const left = rest.json().items.map((event: { data: { payload: { at: number } } }) => event.data.payload.at)
    expect([...told, ...left]).toEqual(Array.from({ length: 12 }, (_, at) => at))
  })
})

describe('what is told', () => {
  test('about a capsule is for who may read it now, and names no other', async () => {
    const http = await openForAll()
    opened.push(http)
    await registerMember(http)
    const { id } = await http.world.add({ content: 'The seal sleeps.', owner: 'alice', lane: 'zoo' })
    const open = await http.world.add({ content: 'Open to all.', licence: 'public', parents: [{ id }] } as never)
    const as = async (token: string) =>
      (await http.send('GET', '/v2/events?type=cascade.capsule.**', { headers: { authorization: `Bearer ${token}` } }))
        .json()
        .items.map((event: { subject: string }) => event)
    const subjects = async (token: string) => (await as(token)).map(({ subject }: { subject: string }) => subject)
    expect(await subjects(http.token)).toContain(`capsule/${id}`)
    expect(await subjects(http.memberToken)).toEqual([`capsule/${open.id}`])
    expect(JSON.stringify(await as(http.memberToken))).not.toContain(id)
    const shared = await http.send('POST', `/v2/capsules/${id}/shares`, { body: { with: 'mallory' } })
    expect(await subjects(http.memberToken)).toContain(`capsule/${id}`)
    await http.send('DELETE', `/v2/capsules/${id}/shares/${shared.json().id}`)
    expect(await subjects(http.memberToken)).not.toContain(`capsule/${id}`)
  })

  test.for(['cascade.capsule.created', 'cascade.capsule.*', 'cascade.**', '**'])(
    'fits the pattern %s',
    async (type) => {
      const http = await openForAll()
      opened.push(http)
      await http.world.add({ content: 'The seal sleeps.' })
      const { items } = (await http.send('GET', `/v2/events?type=${encodeURIComponent(type)}`)).json()
      expect(items.map((event: { type: string }) => event.type)).toContain('cascade.capsule.created')
    },
  )

  test('comes in pages that go on, by subject and by actor', async () => {
    const { http } = await open()
    for (let at = 0; at < 5; at++) await publish(http, at)
    const seen: number[] = []
    let next = ''
    for (let more = true; more; ) {
      const page = (await http.send('GET', `/v2/events?type=shop.order.placed&limit=2${next}`)).json()
      seen.push(...page.items.map((event: { data: { payload: number } }) => event.data.payload))
      ;[more, next] = [page.more, `&after=${page.next}`]
    }
    expect(seen).toEqual([0, 1, 2, 3, 4])
    const nobody = await http.send('GET', `/v2/events?actor=${http.member.id}`)
    expect(nobody.json().items).toEqual([])
    expect((await http.send('GET', '/v2/events?subject=capsule/nothing')).json().items).toEqual([])
  })

  test.for(['type=a..b', 'type=A', 'after=x', 'after=-1', 'limit=0', 'limit=501', 'actor=me', 'what=ever'])(
    'refuses %s',
    async (query) => {
      const { http } = await open()
      expect((await http.send('GET', `/v2/events?${query}`)).statusCode).toBe(400)
    },
  )

  test('is bounded in bytes as well, and goes on with nothing lost or told twice', async () => {
    const { http, streams } = await open()
    for (let at = 0; at < 7; at++) await publish(http, { at, text: 'x'.repeat(1000) })
    const reader = { subject: http.world.administrator, scopes: null }
    const told: unknown[] = []
    const sizes: number[] = []
    for (let after: EventPosition = { sequence: -1 }, more = true; more; ) {
      const page = await streams.feed.read(reader, { type: ['shop.**'] }, after, { limit: 5, bytes: 3000 })
      told.push(...page.items.map(({ event }) => event.data.payload))
      if (page.items.length > 0) sizes.push(page.items.length)
      ;({ next: after, more } = page)
    }
    expect(told).toMatchObject(Array.from({ length: 7 }, (_, at) => ({ at })))
    expect(sizes).toEqual([3, 3, 1])
  })

  test('from behind the newest record, as after a restore, is refused and never silent', async () => {
    const { http, url } = await open()
    await publish(http, 'one')
    const { next } = (await http.send('GET', '/v2/events')).json()
    expect((await http.send('GET', `/v2/events?after=${next}`)).statusCode).toBe(200)
    expect((await http.send('GET', '/v2/events?after=999999')).json()).toMatchObject({ code: 'CURSOR_INVALID' })
    const { response, stop } = await follow(url, http.token, '', { 'last-event-id': '999999.0' })
    expect(response.statusCode).toBe(400)
    stop()
  })

  test('more patterns than may be given are refused', async () => {
    const { http } = await open()
    const query = (patterns: number) => Array.from({ length: patterns }, () => 'type=a.b').join('&')
    expect((await http.send('GET', `/v2/events?${query(17)}`)).statusCode).toBe(400)
    expect((await http.send('GET', `/v2/events?${query(16)}`)).statusCode).toBe(200)
  })

  test('is nobody’s who comes without a token, and nobody’s whose token is for something else', async () => {
    const { http } = await open()
    expect((await http.send('GET', '/v2/events', { headers: { authorization: undefined } })).statusCode).toBe(401)
    const { token } = (
      await http.send('POST', '/v2/tokens', {
        body: { subject: http.world.administrator.id, name: 'x', scopes: ['capsule.read'] },
      })
    ).json()
    const headers = { authorization: `Bearer ${token}` }
    expect((await http.send('GET', '/v2/events', { headers })).statusCode).toBe(403)
    expect((await publish(http, 1, {}, headers)).statusCode).toBe(403)
  })
})

describe('publishing', () => {
  test('makes an event whose words stand beside the log, and no second one for the same key', async () => {
    const { http } = await open()
    const key = { 'idempotency-key': 'order-1' }
    const one = await publish(http, { secret: 'Ada Lovelace' }, {}, key)
    expect(one.statusCode).toBe(201)
    expect((await publish(http, { secret: 'Ada Lovelace' }, {}, key)).json()).toEqual(one.json())
    expect((await publish(http, { secret: 'another' }, {}, key)).statusCode).toBe(422)
    const { items } = (await http.send('GET', '/v2/events?type=shop.**')).json()
    expect(items).toHaveLength(1)
    const { id } = one.json()
    expect(items[0]).toMatchObject({
      subject: `event/${id}`,
      actor: http.world.administrator.id,
      data: { id, payload: { secret: 'Ada Lovelace' } },
    })
    const { store } = http.world.context
    expect(JSON.stringify(await store.changesSince(-1, 1000))).not.toContain('Lovelace')
    const rows = await store.records.listBy('published_events', 'actor', http.world.administrator.id, { limit: 10 })
    expect(rows.items.map(({ key: at }) => at)).toEqual([id])
    const behind = await http.send('GET', `/v2/events?after=${one.json().position}`)
    expect(behind.json().items).toEqual([])
  })

  test('about a capsule tells who may read that, and takes reading it', async () => {
    const http = await openForAll()
    opened.push(http)
    await registerMember(http)
    const { id } = await http.world.add({ content: 'The seal sleeps.', owner: 'alice' })
    const headers = { authorization: `Bearer ${http.memberToken}` }
    expect((await publish(http, 1, { capsule: id }, headers)).statusCode).toBe(404)
    expect((await publish(http, 1, { capsule: id })).statusCode).toBe(201)
    const read = async () => (await http.send('GET', '/v2/events?type=shop.**', { headers })).json().items
    expect(await read()).toEqual([])
    await http.send('POST', `/v2/capsules/${id}/shares`, { body: { with: 'mallory' } })
    expect(await read()).toMatchObject([{ subject: `capsule/${id}` }])
  })

  test.for([
    { name: 'a type of the instance', body: { type: 'cascade.capsule.created', payload: 1 }, status: 400 },
    { name: 'a type of one word', body: { type: 'order', payload: 1 }, status: 400 },
    { name: 'too long a type', body: { type: `a.${'b'.repeat(127)}`, payload: 1 }, status: 400 },
    { name: 'a type of too many words', body: { type: Array(13).fill('a').join('.'), payload: 1 }, status: 400 },
    {
      name: 'a type of as many words as it may have',
      body: { type: Array(12).fill('a').join('.'), payload: 1 },
      status: 201,
    },
    { name: 'no payload', body: { type: 'a.b' }, status: 400 },
    { name: 'an actor', body: { type: 'a.b', payload: 1, actor: 'system' }, status: 400 },
    { name: 'too long a payload', body: { type: 'a.b', payload: 'x'.repeat(64 * 1024) }, status: 413 },
    { name: 'the longest payload', body: { type: 'a.b', payload: 'x'.repeat(64 * 1024 - 2) }, status: 201 },
  ])('with $name is answered $status', async ({ body, status }) => {
    const { http } = await open()
    expect((await http.send('POST', '/v2/events', { body })).statusCode).toBe(status)
  })

  test('what an erased subject published is erased with it', async () => {
    const { http } = await open()
    const { id, name } = (
      await http.send('POST', '/v2/subjects', { body: { name: 'ada', kind: 'person', roles: ['member'] } })
    ).json()
    const { token } = (await http.send('POST', '/v2/tokens', { body: { subject: id, name: 'x' } })).json()
    await publish(http, { of: 'Ada' }, {}, { authorization: `Bearer ${token}` })
    const erased = await http.send('POST', '/v2/erasures', { body: { subject: name, legal_basis: 'asked' } })
    expect(erased.statusCode).toBeLessThan(300)
    const { items } = (await http.send('GET', '/v2/events?type=shop.**')).json()
    expect(items).toHaveLength(1)
    expect(items[0].data).not.toHaveProperty('payload')
  })
})
