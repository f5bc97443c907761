import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { campaign, createSeeded, pick } from '../../platform/store/testing.ts'
import { openForAll, registerMember } from './testing/readers.ts'
import type { HttpWorld } from './testing.ts'

const ABSENT = '01939b3e-0000-7000-8000-00000000dead'
const WORDS = ['lantern', 'harbour', 'quokka', 'numbat', 'seal', 'ice', 'river', 'moss']

/** A capsule as the model knows it. `mark` stands in its title and its text. */
interface Known {
  readonly id: string
  readonly mark: string
  readonly lane: string | undefined
  readonly isReadable: boolean
}

type Send = HttpWorld['send']

describe('whatever a route answers to a subject names only what it may read', () => {
  test('over drawn capsules: lists, searches, lineages, errors, receipts and counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), async (seed) => {
        await using http = await openForAll()
        const random = createSeeded(seed)
        const known = await fill(http, random)
        await look(http, known, random)
      }),
      { numRuns: campaign(3, 60) },
    )
  })
})

test('a receipt names the near-duplicates that may be read, and says of a text of others that it is new', async () => {
  await using http = await openForAll()
  await registerMember(http)
  const words = Array.from({ length: 80 }, (_, index) => `word${index}`).join(' ')
  await http.world.add({ content: words, owner: 'alice' })
  const add = async (content: string) => {
    const headers = { authorization: `Bearer ${http.memberToken}` }
    const { statusCode, body } = await http.send('POST', '/v2/capsules', {
      body: { content, type: 'knowledge' },
      headers,
    })
    expect(statusCode).toBe(201)
    return JSON.parse(body)
  }
  const [same, near] = [await add(words), await add(`${words} and more`)]
  expect(same.receipt.near_duplicates).toEqual([])
  expect(near.receipt.near_duplicates.map(({ id }: { id: string }) => id)).toEqual([same.id])
})

test('an agent over MCP is told of what it may read alone', async () => {
  await using http = await openForAll()
  await registerMember(http)
  const { id } = await http.world.add({ content: 'The lantern of Alice.', title: 'Hers', owner: 'alice' })
  await http.world.add({ content: 'The lantern of the member.', owner: http.member.id })
  const call = (name: string, args: object) =>
    http.server.app.inject({
      method: 'POST',
      url: '/mcp',
      payload: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
      headers: {
        ...{ authorization: `Bearer ${http.memberToken}`, accept: 'application/json, text/event-stream' },
        'mcp-protocol-version': '2025-06-18',
      },
    })
  expect((await call('recall', { query: 'lantern' })).body).toContain('of the member')
  for (const [name, args] of TOOL_CALLS(id)) {
    const { statusCode, body } = await call(name, args)
    expect([name, statusCode]).toEqual([name, 200])
    expect(body, name).not.toContain('Alice')
    expect(body, name).not.toContain('Hers')
  }
})

const TOOL_CALLS = (id: string): readonly (readonly [string, object])[] => [
  ['recall', { query: 'lantern' }],
  ['ask', { question: 'Whose lantern?' }],
  ['get', { id }],
  ['trace_lineage', { id }],
]

/** Alice's, Bo's and those of the member, of its agent, public and private, derived from each other and linked. */
async function fill(http: HttpWorld, random: () => number): Promise<readonly Known[]> {
  const { world, member } = http
  const agent = await registerMember(http)
  const known: Known[] = []
  for (let index = 0; index < 14; index++) {
    const owner = pick(random, ['alice', 'bo', member.id, agent])
    const lane = random() < 0.4 ? pick(random, ['a', 'b']) : undefined
    const licence = random() < 0.2 ? 'public' : 'private'
    const mark = `mark${index}x${Math.floor(random() * 1e9)}`
    const parents = known.filter(() => random() < 0.2).map(({ id }) => ({ id, reason: `from ${mark}` }))
    // A few texts are nearly the same, so that receipts would name them.
    const text = random() < 0.4 ? WORDS.join(' ') : `${pick(random, WORDS)} ${pick(random, WORDS)} of the ${mark}`
    const { id } = await world.add({
      ...{ title: `On ${mark}`, content: `${text} ${mark}. It is 4 by then.`, owner, licence, parents },
      ...(lane !== undefined && { lane }),
    })
    const isReadable = owner === member.id || owner === agent || licence === 'public'
    known.push({ id, mark, lane, isReadable })
  }
  return share(http, known, random)
}

/** Some are shared with the member one by one, and revoked again, and a lane of all. */
async function share({ send, member }: HttpWorld, known: readonly Known[], random: () => number): Promise<Known[]> {
  const shared = new Set<string>()
  for (const { id } of known.filter(() => random() < 0.4)) {
    const right = pick(random, ['read', 'write', 'fork'])
    const url = `/v2/capsules/${id}/shares`
    const given = (await send('POST', url, { body: { with: member.name, right } })).json()
    if (random() < 0.4) expect((await send('DELETE', `${url}/${given.id}`)).statusCode).toBe(204)
    else shared.add(id)
  }
  const lane = random() < 0.5 ? 'a' : undefined
  if (lane !== undefined) await send('POST', '/v2/shares', { body: { namespace: { lane }, with: member.id } })
  return known.map((one) => ({
    ...one,
    isReadable: one.isReadable || shared.has(one.id) || (lane !== undefined && one.lane === lane),
  }))
}

async function look(http: HttpWorld, known: readonly Known[], random: () => number): Promise<void> {
  const send: Send = (method, url, more) =>
    http.send(method, url, { ...more, headers: { authorization: `Bearer ${http.memberToken}`, ...more?.headers } })
  const hidden = known.filter(({ isReadable }) => !isReadable)
  const readable = known.filter(({ isReadable }) => isReadable)
  /** Sends it and reads what came, in which nothing hidden may stand. */
  const told = async (...asked: Parameters<Send>) => {
    const { statusCode, body } = await send(...asked)
    const sent = JSON.stringify(asked)
    for (const { id, mark } of hidden) {
      if (!sent.includes(id)) expect(body, `${sent} names ${id}`).not.toContain(id)
      expect(body, `${sent} tells of ${mark}`).not.toContain(mark)
    }
    return { statusCode, body }
  }
  const ids = (body: string): string[] => JSON.parse(body).items.map(({ id }: { id: string }) => id)

  const listed = await told('GET', '/v2/capsules?limit=100')
  expect(ids(listed.body).toSorted()).toEqual(readable.map(({ id }) => id).toSorted())
  await told('GET', '/v2/capsules?lane=a&limit=3')
  for (const word of WORDS) {
    const body = { q: word, limit: 20, mode: pick(random, ['hybrid', 'lexical', 'vector']), explain: true }
    await told('POST', '/v2/capsules/search', { body })
    await told('POST', '/v2/ask', { body: { question: `What of the ${word}?` } })
  }
  for (const { mark } of known) await told('GET', `/v2/capsules/search?q=${mark}`)
  const everything = await told('POST', '/v2/capsules/search', {
    body: { q: WORDS.join(' '), limit: 50, min_trust: 0 },
  })
  const found: readonly { capsule: { id: string } }[] = JSON.parse(everything.body).hits
  expect(found.length).toBeGreaterThanOrEqual(Math.min(1, readable.length))
  for (const { id } of readable) {
    for (const rest of PLACES)
      expect([200, 404, 422], rest).toContain((await told('GET', `/v2/capsules/${id}${rest}`)).statusCode)
    for (const other of [pick(random, known).id, ABSENT])
      for (const rest of pairs(other)) await told('GET', `/v2/capsules/${id}${rest}`)
  }
  for (const { id } of hidden.slice(0, 3)) await testHidden(told, id, pick(random, readable)?.id ?? ABSENT)
  const text = `${WORDS.join(' ')} and once more.`
  await told('POST', '/v2/capsules', { body: { content: text, type: 'knowledge' } })
  expect(
    (await told('POST', '/v2/capsules', { body: { content: text, type: 'knowledge', owner: 'alice' } })).statusCode,
  ).toBe(403)
  const chosen = { operation: 'tag', add: ['t'], filter: { min_trust: 0 } }
  const preview = JSON.parse((await told('POST', '/v2/capsules/bulk', { body: chosen })).body)
  expect(preview.count).toBe(readable.length + 1)
  for (const url of WHOLE) expect((await told('GET', url)).statusCode, url).toBe(403)
}

const PLACES = [
  ...['', '/versions', '/versions/1.0.0', '/diff', '/blame', '/trust', '/links', '/prov', '/page'],
  ...['ancestors', 'descendants', 'both'].map((direction) => `/lineage?direction=${direction}`),
]
const pairs = (other: string): readonly string[] => [`/lineage/path?to=${other}`, `/lineage/common?with=${other}`]

/** Answers that are about the store as a whole. */
const WHOLE = ['/v2/capsules/stats', '/v2/holds', '/v2/erasures', '/v2/archive']

/** What may not be read is answered about as what is not there. */
async function testHidden(
  told: (...asked: Parameters<Send>) => ReturnType<Asked>,
  id: string,
  own: string,
): Promise<void> {
  for (const [method, url, body] of questionsAbout(own)) {
    const ask = (about: string) =>
      told(
        method,
        url.replaceAll('ID', about),
        body && { body: JSON.parse(JSON.stringify(body).replaceAll('ID', about)) },
      )
    const [here, nowhere] = [await ask(id), await ask(ABSENT)]
    expect(plain(here, id), `${method} ${url}`).toEqual(plain(nowhere, ABSENT))
  }
}
type Asked = (...asked: Parameters<Send>) => Promise<{ readonly statusCode: number; readonly body: string }>

const plain = ({ statusCode, body }: Awaited<ReturnType<Asked>>, id: string) => {
  const answer = JSON.parse(body.replaceAll(id, 'ID'))
  const { correlation_id: _, decision_id: _decision, token: _token, expires_at: _at, ...rest } = answer
  return { statusCode, rest }
}

/** `ID` stands for what is asked about. */
const questionsAbout = (own: string): readonly (readonly ['GET' | 'POST' | 'PUT' | 'DELETE', string, object?])[] => [
  ...[...PLACES, ...pairs(own)].map((rest) => ['GET', `/v2/capsules/ID${rest}`] as const),
  ...pairs('ID').map((rest) => ['GET', `/v2/capsules/${own}${rest}`] as const),
  ['POST', '/v2/capsules/ID/fork', { reason: 'mine' }],
  ['POST', '/v2/capsules/ID/restore'],
  ['POST', '/v2/capsules/ID/quarantine', { reason: 'no' }],
  ['POST', '/v2/capsules/ID/erase', { legal_basis: 'x', dry_run: true }],
  ['DELETE', '/v2/capsules/ID'],
  ['POST', '/v2/capsules/ID/links', { to: own, kind: 'RELATED_TO' }],
  ['POST', `/v2/capsules/${own}/links`, { to: 'ID', kind: 'RELATED_TO' }],
  ['POST', '/v2/capsules', { content: 'A child.', type: 'knowledge', parents: [{ id: 'ID', reason: 'from' }] }],
  ['POST', '/v2/capsules/bulk', { operation: 'archive', ids: ['ID'] }],
]
