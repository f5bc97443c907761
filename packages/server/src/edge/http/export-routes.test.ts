import { createHash } from 'node:crypto'
import { exportSentLine } from '@forge-cascade/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../domain/store.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

/** The same store with a capsule that it counts and does not give. */
function oneMore(store: Store): Store {
  const counts = async () => ({ ...(await store.capsules.counts()), capsules: (await store.capsules.count()) + 1 })
  const capsules: Store['capsules'] = { ...store.capsules, counts }
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = name === 'capsules' ? capsules : Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

let http: HttpWorld
let origin: string
let derived: string

const HOSTILE = [
  '# <img src=x onerror=alert(1)> "\'&',
  '<script>alert(1)</script>',
  '[click](javascript:alert(1)) [data](data:text/html,x) [file](file:///etc/passwd) ![x](https://evil.example/pixel.png)',
  '</main><style>*{display:none}</style>',
  '```\n</code></pre><script>1</script>\n```',
  '[fine](https://example.org/?a=1&b="2")',
].join('\n\n')

beforeAll(async () => {
  http = await openHttpWorld()
  const add = async (body: object): Promise<string> =>
    (await http.send('POST', '/v2/capsules', { body: { type: 'knowledge', ...body } })).json().id
  origin = await add({ content: HOSTILE, title: 'A "title" </title><script>alert(1)</script>' })
  const parents = [{ id: origin, reason: 'because of </li><script>alert(2)</script>' }]
  derived = await add({ content: HOSTILE, title: 'Derived', owner: 'o"><b>', dedupe: 'none', parents })
})
afterAll(() => http[Symbol.asyncDispose]())

describe('the export', () => {
  test('is lines of the contract that end with the numbers', async () => {
    const response = await http.send('GET', '/v2/export?vectors=true')
    expect(response.headers['content-type']).toContain('application/x-ndjson')
    const lines = response.body
      .trimEnd()
      .split('\n')
      .map((line) => exportSentLine.parse(JSON.parse(line)))
    expect(lines.map(({ kind }) => kind)).toEqual(['export', 'capsule', 'version', 'capsule', 'version', 'end'])
    expect(lines.at(-1)).toMatchObject({ counts: { capsules: 2, versions: 2, edges: 1 } })
    expect(lines[2]).toHaveProperty('vector.model')
  })

  test('of a store that counts more than it gives ends with the reason, and without the numbers', async () => {
    await using damaged = await openHttpWorld({
      context: (context) => ({ ...context, capsules: { ...context.capsules, store: oneMore(context.capsules.store) } }),
    })
    const { body } = await damaged.send('GET', '/v2/export')
    const lines = body
      .trimEnd()
      .split('\n')
      .map((line) => exportSentLine.parse(JSON.parse(line)))
    expect(lines.map(({ kind }) => kind)).toEqual(['export', 'broken'])
    expect(lines.at(-1)).toMatchObject({ code: 'DATA_CORRUPT', detail: expect.stringContaining('1 of 1 capsules') })
  })

  test('needs a token, and takes no parameter that it does not know', async () => {
    expect((await http.send('GET', '/v2/export', { headers: { authorization: undefined } })).statusCode).toBe(401)
    expect((await http.send('GET', '/v2/export?format=zip')).statusCode).toBe(400)
  })
})

describe('PROV-JSON of a capsule', () => {
  test('tells versions, authors and what it was derived from', async () => {
    const document = (await http.send('GET', `/v2/capsules/${derived}/prov`)).json()
    const [first, second] = [`cap:${origin}-1.0.0`, `cap:${derived}-1.0.0`]
    expect(Object.keys(document.entity)).toEqual(expect.arrayContaining([first, second]))
    expect(Object.values(document.wasDerivedFrom)).toMatchObject([
      { 'prov:generatedEntity': second, 'prov:usedEntity': first },
    ])
    for (const key of Object.keys({ ...document.entity, ...document.agent, ...document.activity }))
      expect(key).toMatch(/^(?:cap|agent|act):[A-Za-z0-9.-]*[A-Za-z0-9]$/)
  })

  test('of one that does not exist is not found', async () => {
    const url = '/v2/capsules/01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10/prov'
    expect((await http.send('GET', url)).statusCode).toBe(404)
  })
})

describe('the page of a capsule', () => {
  test('runs nothing, loads nothing, and shows hostile words as words', async () => {
    const { body, headers } = await http.send('GET', `/v2/capsules/${derived}/page`)
    const withoutStyle = body.replace(/<style>[\s\S]*?<\/style>/, '')
    const tags = [...withoutStyle.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag)
    for (const tag of tags)
      expect(tag).not.toMatch(/^<(?:script|style|img|iframe|link|form|object)\b|\s(?:on\w+|src|style)=/i)
    expect([...withoutStyle.matchAll(/href="([^"]*)"/g)].map(([, address]) => address)).toEqual([
      '#content',
      'https://example.org/?a=1&amp;b=%222%22',
    ])
    expect(body).toContain('&lt;script&gt;alert(2)&lt;/script&gt;')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
  })

  test('carries the one style that its policy allows', async () => {
    const { body, headers } = await http.send('GET', `/v2/capsules/${origin}/page`)
    const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? ''
    const digest = createHash('sha256').update(style).digest('base64')
    expect(headers['content-security-policy']).toContain(`'sha256-${digest}'`)
    expect(body).toContain(`sha256-${digest.replaceAll('&', '&amp;')}`)
  })

  test('has one first heading, and the headings of the content below it', async () => {
    const { body } = await http.send('GET', `/v2/capsules/${derived}/page`)
    expect(body.match(/<h1/g)).toHaveLength(1)
    expect(body).toContain('<h3>&lt;img')
  })

  test('of an older version says so, and of one that is not there is not found', async () => {
    const url = `/v2/capsules/${origin}/page`
    expect((await http.send('GET', `${url}?version=1.0.0`)).statusCode).toBe(200)
    expect((await http.send('GET', `${url}?version=9.0.0`)).statusCode).toBe(404)
  })
})
