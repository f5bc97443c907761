import { createHmac } from 'node:crypto'
import { EVIDENCE_LIMITS, type EvidenceManifest } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '#base'
import { BUNDLE, type BundleFiles, verifyBundle } from '#evidence'
import { parseVerifierKey } from '#ledger'
import { filesOf } from '../../platform/evidence/testing.ts'
import { noteOf } from '../../platform/store/testing.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/ledger/evidence'
const CAPSULES = 130

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld()
  // The log begins with who asks first for its key, and tells of that.
  await http.send('GET', '/v2/ledger/key')
  for (let made = 0; made < CAPSULES; made++) await http.world.add({ content: `note ${made}` })
})
afterAll(() => http[Symbol.asyncDispose]())

const head = () => http.world.context.store.head()

async function exported(query: object): Promise<BundleFiles> {
  const answer = await http.send('POST', PATH, { body: query })
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/zip'])
  return filesOf(answer.rawPayload)
}

const keys = async () => {
  const { payload } = await http.send('GET', '/v2/ledger/key')
  return [parseVerifierKey(payload.trimEnd())!]
}

const indexesOf = (files: BundleFiles): number[] =>
  [...files.keys()].flatMap((path) => /^entries\/(\d+)/.exec(path)?.slice(1).map(Number) ?? [])

const manifestOf = (files: BundleFiles): EvidenceManifest =>
  JSON.parse(Buffer.from(files.get(BUNDLE.manifest)!).toString())

test.for([
  { name: 'no body', body: undefined },
  { name: 'a list', body: [] },
  { name: 'a member that is none', body: { since: '2026-01-01T00:00:00Z', color: 'red' } },
  { name: 'a page', body: { limit: 5 } },
  { name: 'a day', body: { since: '2026-01-01' } },
  { name: 'somebody who is no id', body: { user_id: 'ada' } },
  { name: 'an empty operation', body: { operation: '' } },
  { name: 'a name of 301 letters', body: { operation: 'a'.repeat(301) } },
  { name: 'an entity without its kind', body: { entity_id: '1' } },
])('$name is refused, and nothing is recorded', async ({ body }) => {
  const before = head()
  const answer = await http.send('POST', PATH, { body })
  expect([answer.statusCode, answer.json().code]).toEqual([400, expect.stringMatching(/VALIDATION_FAILED|MALFORMED/)])
  expect(head()).toBe(before)
})

test('a time that ends before it begins is refused, also by the audit log, and both ends are named', async () => {
  const before = head()
  const [since, until] = ['2026-03-01T00:00:00Z', '2026-02-28T23:59:59Z']
  for (const answer of [
    await http.send('POST', PATH, { body: { since, until } }),
    await http.send('GET', `/v2/system/audit-log?since=${since}&until=${until}`),
  ]) {
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'VALIDATION_FAILED'])
    expect(answer.json().detail).toBe(`until ${until} is before since ${since}: nothing is between them.`)
  }
  expect(head()).toBe(before)
})

test('nobody but who may gets it', async () => {
  const before = head()
  const as = async (authorization: string | undefined) =>
    (await http.send('POST', PATH, { body: {}, headers: { authorization } })).statusCode
  expect([await as(undefined), await as('Bearer x'), await as(`Bearer ${http.memberToken}`)]).toEqual([401, 401, 403])
  expect(head()).toBe(before)
})

describe('a bundle', () => {
  test('holds all entries as they are stored, and verifies with the key of the log', async () => {
    const size = head() + 1
    const files = await exported({})
    expect(await verifyBundle(files, await keys())).toMatchObject({ valid: true, key: 'given', size, entries: size })
    expect(indexesOf(files)).toEqual(Array.from({ length: size }, (_, index) => index))
    for (const index of [0, 1, 99, 100, 101, size - 1]) {
      const stored = await http.world.context.store.ledger.find(index)
      expect(Buffer.from(files.get(`entries/${index}.json`)!).toString()).toBe(stored?.text)
    }
  })

  test('takes less than 1.3 KB for each of a few hundred entries, beside the entry itself', async () => {
    const { rawPayload } = await http.send('POST', PATH, { body: {} })
    const entries = [...filesOf(rawPayload)].filter(([path]) => path.startsWith('entries/'))
    const own = entries.reduce((bytes, [, entry]) => bytes + entry.length, 0)
    expect(entries.length).toBeGreaterThan(CAPSULES)
    expect((rawPayload.length - own) / entries.length).toBeLessThan(1300)
  })

  test('is told of in the log, with the digest of its manifest', async () => {
    const files = await exported({ operation: 'capsule.created' })
    const told = await http.world.context.store.ledger.find(head())
    const { entries, checkpoint } = manifestOf(files)
    expect(told?.leaf).toMatchObject({
      type: 'evidence.exported',
      subject: 'system/ledger',
      payload: { manifest: sha256Hex(files.get(BUNDLE.manifest)!), entries, size: checkpoint.size },
    })
    expect(told?.leaf.index).toBe(checkpoint.size)
  })

  test('holds what was asked for, and says what that was', async () => {
    const { items } = (await http.send('GET', '/v2/system/audit-log?limit=2&operation=capsule.created')).json()
    const [{ entity_id, correlation_id }] = items
    const query = { operation: 'capsule.created', entity_type: 'capsule', entity_id, correlation_id }
    const files = await exported(query)
    expect(indexesOf(files)).toEqual([items[0].ledger_index])
    expect(manifestOf(files)).toMatchObject({ query, entries: 1 })
    expect(indexesOf(await exported({ entity_type: 'capsule' }))).toHaveLength(CAPSULES)
  })

  test.for([
    { query: { operation: 'capsule.flown' } },
    { query: { category: 'planet' } },
    { query: { entity_type: 'capsule', entity_id: 'nonsense' } },
    { query: { entity_type: '01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10' } },
    { query: { since: '2026-03-01T00:00:00Z', until: '2026-03-01T00:00:00Z' } },
    { query: { until: '2000-01-01T00:00:00Z' } },
    { query: { since: '2100-01-01T00:00:00Z' } },
  ])('of $query would hold nothing: there is none, and nothing is recorded', async ({ query }) => {
    const before = head()
    const answer = await http.send('POST', PATH, { body: query })
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND'])
    expect(head()).toBe(before)
  })

  test('begins with what happened at a moment, and ends before another', async () => {
    const { time, world } = { time: http.world.time, world: http.world }
    time.advance(60_000)
    const since = new Date(time.clock()).toISOString()
    const first = head() + 1
    await world.add({ content: 'in between' })
    await world.add({ content: 'also in between' })
    time.advance(60_000)
    const until = new Date(time.clock()).toISOString()
    await world.add({ content: 'after' })
    const made = { operation: 'capsule.created' }
    expect(indexesOf(await exported({ ...made, since, until }))).toEqual([first, first + 1])
    expect(indexesOf(await exported({ ...made, since: until }))).toHaveLength(1)
    expect(indexesOf(await exported({ ...made, until: since }))).toHaveLength(CAPSULES)
  })
})

describe('the digest of a version', () => {
  const path = (id: string, version: string) => `/v2/capsules/${id}/versions/${version}/digest`
  const made = async (content: string) =>
    (await http.send('POST', '/v2/capsules', { body: { content, type: 'knowledge' } })).json()

  test('is opened with the key that lies beside the content, and is the one in the log', async () => {
    const { id } = await made('What the log has a digest of.')
    await http.send('PUT', `/v2/capsules/${id}`, { body: { content: 'And another.' }, headers: { 'if-match': '*' } })
    for (const [version, content] of [
      ['1.0.0', 'What the log has a digest of.'],
      ['1.1.0', 'And another.'],
    ] as const) {
      const { key, computed, recorded, ledger_index, ...rest } = (await http.send('GET', path(id, version))).json()
      expect(computed).toBe(createHmac('sha256', Buffer.from(key, 'hex')).update(content).digest('hex'))
      const entry = await http.world.context.store.ledger.find(ledger_index)
      expect([recorded, rest.matches]).toEqual([entry?.leaf.digests.content, true])
      expect(rest).toMatchObject({ id, version, leaf_hash: entry?.hash })
    }
  })

  test('is not there for what is not there, nor after an erasure', async () => {
    const { id } = await made('Soon erased.')
    expect((await http.send('GET', path(id, '9.0.0'))).json().code).toBe('NOT_FOUND')
    expect((await http.send('GET', path('01936b2a-4c1e-7d3a-9f00-5a6b7c8d9e10', '1.0.0'))).json().code).toBe(
      'NOT_FOUND',
    )
    expect((await http.send('GET', path(id, 'x'))).statusCode).toBe(400)
    await http.send('POST', `/v2/capsules/${id}/erase`, { body: { legal_basis: 'gdpr-17' } })
    expect((await http.send('GET', path(id, '1.0.0'))).json().code).toBe('ERASED')
  })

  test('is for nobody but who may', async () => {
    const { id } = await made('Not for everybody.')
    for (const [authorization, status] of [
      [undefined, 401],
      [`Bearer ${http.memberToken}`, 403],
    ] as const)
      expect((await http.send('GET', path(id, '1.0.0'), { headers: { authorization } })).statusCode).toBe(status)
  })
})

describe('one bundle at a time', () => {
  test('is made, and who leaves frees the place', async () => {
    const { store } = http.world.context
    await store.append(Array.from({ length: 1000 }, () => noteOf({ payload: { filled: 'x'.repeat(20_000) } })))
    const { url } = await http.server.listen()
    const leaving = new AbortController()
    const answer = await fetch(`${url}${PATH}`, {
      method: 'POST',
      body: JSON.stringify({ operation: 'test.happened' }),
      headers: { authorization: `Bearer ${http.token}`, 'content-type': 'application/json' },
      signal: leaving.signal,
    })
    expect((await answer.body?.getReader().read())?.value?.length).toBeGreaterThan(0)
    expect((await http.send('POST', PATH, { body: {} })).json().code).toBe('RATE_LIMITED')
    const before = head()
    leaving.abort()
    const one = { operation: 'capsule.created', until: '2100-01-01T00:00:00Z' }
    await expect.poll(async () => (await http.send('POST', PATH, { body: one })).statusCode).toBe(200)
    // The log tells of the one that nobody read to its end as well: that was before its first byte.
    expect((await store.ledger.find(before))?.leaf.type).toBe('evidence.exported')
    expect(head()).toBe(before + 1)
  })
})

test('more than a bundle holds is refused before anything is sent', async () => {
  const { store } = http.world.context
  for (let made = 0; made <= EVIDENCE_LIMITS.entriesMax; made += 1000)
    await store.append(Array.from({ length: 1000 }, () => noteOf({ type: 'test.many' })))
  const answer = await http.send('POST', PATH, { body: { operation: 'test.many' } })
  expect([answer.statusCode, answer.json().code]).toEqual([422, 'UNPROCESSABLE'])
  expect(answer.json().detail).toContain('20000 entries')
})
