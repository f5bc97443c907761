import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '#base'
import { type HttpWorld, openHttpWorld } from './testing.ts'

const PATH = '/v2/routing'
const NOTHING = `"${sha256Hex('')}"`
const RULES = `version: 1
providers:
  east: { url: "http://east.example/v1?secret=path", model: forge-static-minilm@1 }
rules:
  - name: half
    split: [{ provider: configured, weight: 1 }, { provider: east, weight: 3 }]
`

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld({ recorded: {}, rate: { requests_per_minute: 0, burst: 1 } })
})
afterAll(() => http[Symbol.asyncDispose]())

const put = (text: string, ifMatch?: string, more: object = {}) =>
  http.send('PUT', PATH, { body: { text, ...more }, ...(ifMatch && { headers: { 'if-match': ifMatch } }) })
const preview = async (body: object) => (await http.send('POST', `${PATH}:preview`, { body })).json()

describe('rules of routing', () => {
  test('need to have been seen by whoever changes them', async () => {
    expect((await put(RULES)).statusCode).toBe(428)
    expect((await put(RULES, '"another"')).statusCode).toBe(412)
    expect((await put(RULES, '"another"', { dry_run: true })).statusCode).toBe(412)
    expect((await http.send('GET', PATH)).headers.etag).toBe(NOTHING)
  })

  test('that are only tried, or are not sound, change nothing', async () => {
    expect((await put(RULES, NOTHING, { dry_run: true })).json()).toMatchObject({
      applied: false,
      digest: sha256Hex(RULES),
    })
    const unsound = await put(RULES.replace('east,', 'eest,'), NOTHING)
    expect([unsound.statusCode, unsound.json()]).toMatchObject([
      200,
      { applied: false, digest: null, findings: [{}, { line: 6, fix: 'Did you mean east?' }] },
    ])
    expect((await http.send('GET', PATH)).json()).toMatchObject({ text: null, rules: [] })
  })

  test('count once they are put, with who did it on record and without path or query of an address', async () => {
    const applied = await put(RULES, NOTHING)
    expect([applied.statusCode, applied.headers.etag]).toEqual([200, `"${sha256Hex(RULES)}"`])
    const shown = await http.send('GET', PATH)
    expect(shown.json()).toMatchObject({
      text: RULES,
      applied_by: expect.stringMatching(/^[0-9a-f-]{36}$/),
      providers: [
        { name: 'configured', address: null },
        { name: 'east', address: 'http://east.example', circuit: 'closed' },
      ],
      rules: [{ name: 'half', split: [{ share: 0.25 }, { share: 0.75 }] }],
    })
    const entries = await http.world.context.store.changesSince(-1, 100)
    const told = entries.filter(({ leaf }) => leaf.type === 'routing.applied')
    expect(told.map(({ leaf }) => leaf.payload)).toMatchObject([{ cause: 'call', rules: 1, providers: 1 }])
    expect(told[0]?.leaf.subject).toBe('system/routing')
  })

  test('are previewed for anybody, also before they count', async () => {
    expect((await http.send('POST', '/v2/subjects', { body: { name: 'ada', kind: 'person' } })).statusCode).toBe(201)
    const decided = await preview({ subject: 'ada' })
    expect(decided).toMatchObject({ rule: 'half', bucket: expect.any(Number) })
    expect(await preview({ subject: 'ada' })).toEqual(decided)
    expect(await preview({ rules: 'version: 1', subject: 'ada' })).toMatchObject({ rule: null, provider: 'configured' })
    expect(await preview({ rules: 'version: 2' })).toMatchObject({
      code: 'UNPROCESSABLE',
      detail: expect.stringContaining('Line 1'),
    })
    expect(await preview({ subject: 'nobody-of-that-name' })).toMatchObject({ code: 'UNPROCESSABLE' })
  })

  test.for([
    ['GET', PATH, undefined],
    ['PUT', PATH, { text: RULES }],
    ['POST', `${PATH}:preview`, {}],
  ] as const)('%s %s is refused for an agent without roles', async ([method, path, body]) => {
    const headers = { 'if-match': '*' }
    const refused = await http.send(method, path, {
      headers: { ...headers, authorization: `Bearer ${http.memberToken}` },
      ...(body && { body }),
    })
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'FORBIDDEN'])
  })
})
