import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld()
})
afterAll(() => http[Symbol.asyncDispose]())

let count = 0
async function add(more: object = {}) {
  const body = { content: `Note number ${count++} says something of its own.`, type: 'knowledge', ...more }
  const response = await http.send('POST', '/v2/capsules', { body })
  return {
    response,
    capsule: response.json(),
    etag: String(response.headers.etag),
    url: String(response.headers.location),
  }
}

describe('creating', () => {
  test('answers 201 with the capsule, its receipt, its ETag and its place', async () => {
    const { response, capsule, etag, url } = await add({
      title: 'A title',
      tags: ['a'],
      owner: 'Ada',
      metadata: { deep: [1] },
    })
    expect(response.statusCode).toBe(201)
    expect(capsule).toMatchObject({
      version: '1.0.0',
      revision: 1,
      title: 'A title',
      owner_name: 'Ada',
      parent_id: null,
      receipt: { outcome: 'created' },
    })
    expect([etag, url]).toEqual(['"1.0.0-1"', `/v2/capsules/${capsule.id}`])
    const { receipt: _receipt, ...shown } = capsule
    expect((await http.send('GET', url)).json()).toEqual(shown)
  })

  test('the same text answers 200 with the capsule that is there', async () => {
    const first = await add({ content: 'Said twice.' })
    const again = await add({ content: 'Said  twice.' })
    expect([again.response.statusCode, again.capsule.id, again.capsule.receipt.outcome]).toEqual([
      200,
      first.capsule.id,
      'existing',
    ])
  })

  test('a repeated key answers with the first receipt and the same status', async () => {
    const headers = { 'idempotency-key': 'create-once' }
    const body = { content: 'Created once.', type: 'knowledge', dedupe: 'none' }
    const first = await http.send('POST', '/v2/capsules', { body, headers })
    const again = await http.send('POST', '/v2/capsules', {
      body: { dedupe: 'none', type: 'knowledge', content: 'Created once.' },
      headers,
    })
    expect([again.statusCode, again.json()]).toEqual([201, first.json()])
  })

  test('one key over two capsules is not one request', async () => {
    const [a, b] = [await add(), await add()]
    const headers = { 'idempotency-key': 'fork-once' }
    const body = { reason: 'try' }
    const fork = (url: string) => http.send('POST', `${url}/fork`, { body, headers })
    expect((await fork(a.url)).statusCode).toBe(201)
    expect((await fork(b.url)).json().code).toBe('IDEMPOTENCY_KEY_REUSED')
  })

  test('with several parents is a merge whose effective trust they limit', async () => {
    const [a, b] = [await add({ trust: 50 }), await add({ trust: 90 })]
    const parents = [a, b].map(({ capsule }) => ({ id: capsule.id, reason: 'merged' }))
    const { capsule } = await add({ parents, trust: 80 })
    expect(capsule).toMatchObject({
      parent_id: a.capsule.id,
      trust: 80,
      effective_trust: 50,
      effective_trust_level: 'SANDBOX',
    })
  })
})

describe('an ETag', () => {
  test('lets a change through once', async () => {
    const { url, etag } = await add()
    const put = (title: string) => http.send('PUT', url, { body: { title }, headers: { 'if-match': etag } })
    const [first, second] = [await put('First'), await put('Second')]
    expect([first.statusCode, first.headers.etag, second.json().code]).toEqual([200, '"1.0.1-2"', 'REVISION_MISMATCH'])
  })

  test('of another state archives nothing; that of this state, * or none archives, and again', async () => {
    const archive = (url: string, condition?: string) =>
      http.send('DELETE', url, condition === undefined ? {} : { headers: { 'if-match': condition } })
    const { url, etag } = await add()
    for (const [condition, code] of [
      ['"1.0.0-9"', 'REVISION_MISMATCH'],
      [`W/${etag}`, 'REVISION_MISMATCH'],
      ['garbage', 'VALIDATION_FAILED'],
    ] as const)
      expect((await archive(url, condition)).json().code).toBe(code)
    expect((await http.send('GET', url)).json().status).toBe('ACTIVE')
    for (const condition of [`"1.0.0-9", ${etag}`, etag, undefined])
      expect((await archive(url, condition)).statusCode).toBe(204)
    expect((await http.send('GET', url)).json().status).toBe('ARCHIVED')
    expect((await archive((await add()).url, '*')).statusCode).toBe(204)
    const seen = await add()
    await http.send('PUT', seen.url, { body: { title: 'Meanwhile' }, headers: { 'if-match': seen.etag } })
    expect((await archive(seen.url, seen.etag)).statusCode).toBe(412)
  })

  test('that is still the one answers 304 without a body', async () => {
    const { url, etag } = await add()
    const get = (condition: string) => http.send('GET', url, { headers: { 'if-none-match': condition } })
    const same = await get(`"other", W/${etag}`)
    expect([same.statusCode, same.body, same.headers.etag]).toEqual([304, '', etag])
    expect((await get('"1.0.0-9"')).statusCode).toBe(200)
    expect((await get('garbage')).json().code).toBe('VALIDATION_FAILED')
  })

  test('* means whatever is there, and a body that changes nothing writes nothing', async () => {
    const { url, capsule } = await add()
    const put = (body: object) => http.send('PUT', url, { body, headers: { 'if-match': '*' } })
    expect((await put({ content: 'Now something else.' })).json()).toMatchObject({
      version: '1.1.0',
      receipt: { outcome: 'updated' },
    })
    const head = http.world.context.store.head()
    expect((await put({ content: 'Now something else.' })).json()).toMatchObject({
      id: capsule.id,
      version: '1.1.0',
      receipt: { outcome: 'existing' },
    })
    expect(http.world.context.store.head()).toBe(head)
  })
})

describe('the life of a capsule', () => {
  test('archived it is out of lists and readable by id, until it is restored', async () => {
    const { url, capsule } = await add({ lane: 'life' })
    const listed = async () => (await http.send('GET', '/v2/capsules?lane=life')).json().items.length
    expect((await http.send('DELETE', url)).statusCode).toBe(204)
    expect((await http.send('DELETE', url)).statusCode).toBe(204)
    expect([(await http.send('GET', url)).json().status, await listed()]).toEqual(['ARCHIVED', 0])
    expect((await http.send('POST', `${url}/restore`)).json()).toMatchObject({ id: capsule.id, status: 'ACTIVE' })
    expect(await listed()).toBe(1)
  })

  test('old versions, their history, difference and blame stay readable', async () => {
    const source = { kind: 'chat', conversation: 'c', speaker: 'Bob' }
    const { url, etag, capsule } = await add({ content: 'one\ntwo\n', source })
    await http.send('PUT', url, { body: { content: 'one\nthree\n', source: null }, headers: { 'if-match': etag } })
    expect((await http.send('GET', `${url}/versions/1.0.0`)).json().content).toBe('one\ntwo\n')
    const { items } = (await http.send('GET', `${url}/versions?limit=1`)).json()
    expect(items[0]).toMatchObject({ version: '1.1.0', author_name: 'administrator', by: 'administrator' })
    const older = (await http.send('GET', `${url}/versions`)).json().items.at(-1)
    expect(older).toMatchObject({ version: '1.0.0', author_name: 'administrator', by: 'Bob' })
    expect((await http.send('GET', `${url}/diff?to=1.0.0`)).json()).toMatchObject({
      from: null,
      to: '1.0.0',
      added: 2,
      removed: 0,
      fields: expect.arrayContaining([{ path: '/type', op: 'add', to: 'knowledge' }]),
      unified: `--- /dev/null\n+++ ${capsule.id}@1.0.0\n@@ -0,0 +1,2 @@\n+one\n+two\n`,
    })
    expect((await http.send('GET', `${url}/diff?from=1.0.0&to=1.0.0`)).json()).toMatchObject({
      from: '1.0.0',
      hunks: [],
      fields: [],
    })
    expect((await http.send('GET', `${url}/diff`)).json()).toMatchObject({
      from: '1.0.0',
      to: '1.1.0',
      added: 1,
      removed: 1,
    })
    const blamed = (await http.send('GET', `${url}/blame`)).json().lines
    expect(blamed.map(({ version }: { version: string }) => version)).toEqual(['1.0.0', '1.1.0'])
    expect((await http.send('GET', `${url}/versions/9.9.9`)).json().code).toBe('NOT_FOUND')
    expect(capsule.version).toBe('1.0.0')
  })

  test('a citation opens at its passage, and a range that is none is refused', async () => {
    const { url } = await add({ content: 'before\nthe quote\nafter' })
    const open = async (query: string) => (await http.send('GET', `${url}/versions/1.0.0?${query}`)).json()
    expect((await open('start=7&end=16')).passage).toEqual({
      before: 'before\n',
      quote: 'the quote',
      after: '\nafter',
      start_line: 2,
      end_line: 2,
    })
    expect((await open('start=7&end=99')).errors[0].pointer).toBe('#/query/end')
  })

  test('trust is explained, changed, taken and given back with reasons', async () => {
    const { url } = await add()
    const reason = 'for the test'
    expect((await http.send('PUT', `${url}/trust`, { body: { trust: 80, reason } })).json()).toMatchObject({
      trust: 80,
      trust_level: 'TRUSTED',
      history: [{ old: 60, new: 80, reason }],
    })
    expect((await http.send('POST', `${url}/quarantine`, { body: { reason } })).json()).toMatchObject({
      trust: 80,
      effective_trust: 0,
    })
    expect((await http.send('POST', `${url}/release`, { body: { reason } })).json()).toMatchObject({
      effective_trust: 80,
    })
    expect((await http.send('GET', `${url}/trust`)).json().explanation).toContain('lineage supports')
  })
})

describe('lineage', () => {
  test('leads from a fork to its origin and back', async () => {
    const parent = await add()
    const fork = (
      await http.send('POST', `${parent.url}/fork`, { body: { reason: 'adapted', content: 'The fork says more.' } })
    ).json()
    const lineage = (await http.send('GET', `/v2/capsules/${fork.id}/lineage`)).json()
    expect(lineage.nodes.map(({ id }: { id: string }) => id)).toEqual([parent.capsule.id, fork.id])
    expect(lineage.edges).toEqual([
      expect.objectContaining({ from: fork.id, to: parent.capsule.id, reason: 'adapted', current: true }),
    ])
    const path = (await http.send('GET', `${parent.url}/lineage/path?to=${fork.id}`)).json()
    expect([path.found, path.nodes.length]).toEqual([true, 2])
    const common = (await http.send('GET', `/v2/capsules/${fork.id}/lineage/common?with=${parent.capsule.id}`)).json()
    expect(common.nearest.id).toBe(parent.capsule.id)
  })

  test('links are made once and unmade any number of times', async () => {
    const [a, b] = [await add(), await add()]
    const link = () => http.send('POST', `${a.url}/links`, { body: { to: b.capsule.id, kind: 'RELATED_TO' } })
    expect([(await link()).statusCode, (await link()).statusCode]).toEqual([201, 200])
    expect((await http.send('GET', `${b.url}/links?kind=RELATED_TO`)).json().items).toHaveLength(1)
    const unlink = () => http.send('DELETE', `${a.url}/links/RELATED_TO/${b.capsule.id}`)
    expect([(await unlink()).statusCode, (await unlink()).statusCode]).toEqual([204, 204])
  })
})

describe('lists', () => {
  test('page through everything once', async () => {
    for (let index = 0; index < 5; index++) await add({ fold: 'paged' })
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { items, next_cursor } = (await http.send('GET', `/v2/capsules?fold=paged&limit=2${cursor}`)).json()
      seen.push(...items.map(({ id }: { id: string }) => id))
      if (next_cursor === null) break
      cursor = `&cursor=${encodeURIComponent(next_cursor)}`
    }
    expect([seen.length, new Set(seen).size]).toEqual([5, 5])
  })

  test('an owner nobody knows owns nothing', async () => {
    expect((await http.send('GET', '/v2/capsules?owner=nobody')).json().items).toEqual([])
  })
})

describe('recall', () => {
  test('finds by words, explains the score and opens the answer’s quote', async () => {
    const { capsule } = await add({
      content: 'The heron nests in tall alders near water.',
      title: 'Heron',
      lane: 'birds',
    })
    const found = (await http.send('GET', '/v2/capsules/search?q=heron+alders&lane=birds&explain=true')).json()
    expect(found.hits[0]).toMatchObject({
      capsule: { id: capsule.id },
      explain: { matched_terms: expect.arrayContaining(['heron']) },
    })
    const answer = (
      await http.send('POST', '/v2/ask', { body: { question: 'Where does the heron nest?', lane: 'birds' } })
    ).json()
    expect(answer).toMatchObject({ found: true, mode: 'extractive', answer: expect.stringContaining('[1]') })
    const opened = (await http.send('GET', answer.citations[0].url)).json()
    expect(opened.passage.quote).toBe(answer.citations[0].quote)
  })

  test('"nothing found" is an answer', async () => {
    const answer = (
      await http.send('POST', '/v2/ask', { body: { question: 'What is the price of zirconium?', lane: 'empty' } })
    ).json()
    expect(answer).toMatchObject({ found: false, citations: [] })
  })

  test('takes a mode and the caller’s own vector', async () => {
    const body = { embedding: [1, 0, 0, 0], embedding_model: 'mine', mode: 'vector', limit: 1 }
    await add({ embedding: [1, 0.1, 0, 0], embedding_model: 'mine' })
    expect((await http.send('POST', '/v2/capsules/search', { body })).json().hits).toHaveLength(1)
    expect(
      (await http.send('POST', '/v2/capsules/search', { body: { mode: 'lexical' } })).json().errors[0].pointer,
    ).toBe('/q')
  })
})

describe('the instance', () => {
  test.for(['/health', '/health/live', '/health/ready', '/health/startup'])(
    '%s answers without a token',
    async (url) => {
      const response = await http.send('GET', url, { headers: { authorization: undefined } })
      expect([response.statusCode, response.json().status]).toEqual([200, 'ok'])
    },
  )

  test('tells its health, its configuration, its counts and what the doctor found', async () => {
    expect((await http.send('GET', '/v2/system/health')).json()).toMatchObject({
      store: { name: 'memory', ready: true },
    })
    expect((await http.send('GET', '/v2/system/config')).statusCode).toBe(200)
    expect((await http.send('GET', '/v2/capsules/stats')).json().capsules).toBeGreaterThan(10)
    expect((await http.send('POST', '/v2/system/doctor', { body: {} })).json().ok).toBe(true)
    expect((await http.send('POST', '/v2/system/backup', { body: {} })).json().code).toBe('UNPROCESSABLE')
  })

  test('not ready answers 503 with what is missing', async () => {
    const stopping = await openHttpWorld()
    await stopping.lifecycle.stop('the test')
    const response = await stopping.send('GET', '/health/ready')
    expect([response.statusCode, response.json().checks[0]]).toEqual([
      503,
      expect.objectContaining({ name: 'phase', status: 'failed' }),
    ])
    await stopping[Symbol.asyncDispose]()
  })
})
