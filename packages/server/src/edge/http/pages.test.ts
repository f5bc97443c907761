import { ERRORS, ROUTES } from '@forge-cascade/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { html } from './pages/html.ts'
import { type HttpWorld, openHttpWorld } from './testing.ts'

let http: HttpWorld
beforeAll(async () => {
  http = await openHttpWorld()
})
afterAll(() => http[Symbol.asyncDispose]())

const open = (url: string) => http.send('GET', url, { headers: { authorization: undefined } })

test('values in markup are escaped, markup is not', () => {
  expect(html`<a title="${'"><script>'}">${["&'", html`<b>${1}</b>`, undefined]}</a>`.text).toBe(
    '<a title="&quot;&gt;&lt;script&gt;">&amp;&#39;<b>1</b></a>',
  )
})

test('the reference shows every operation and loads nothing from elsewhere', async () => {
  const { body, headers } = await open('/reference')
  for (const { id } of ROUTES) expect(body).toContain(`id="${id}"`)
  expect(headers['content-security-policy']).toMatch(/script-src 'self'; style-src 'self'/)
  expect(body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  expect(body).not.toMatch(/<[^>]+\s(?:style|on\w+)=/)
})

test('whatever a page loads is there', async () => {
  const { body } = await open('/reference')
  const loaded = [...body.matchAll(/(?:src|href)="(\/[^"#]*)"/g)].map(([, url]) => url!)
  for (const url of new Set(loaded)) expect([url, (await open(url)).statusCode]).toEqual([url, 200])
})

test('every link within the reference leads to a place in it', async () => {
  const { body } = await open('/reference')
  const ids = new Set([...body.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))
  for (const [, target] of body.matchAll(/href="#([^"]+)"/g)) expect([target, ids.has(target)]).toEqual([target, true])
})

test('assets have their types and no other file is served', async () => {
  const typeOf = async (url: string) => (await open(url)).headers['content-type']
  expect(await Promise.all(['/reference/style.css', '/reference/reference.js', '/favicon.ico'].map(typeOf))).toEqual([
    'text/css; charset=utf-8',
    'text/javascript; charset=utf-8',
    'image/svg+xml',
  ])
  for (const name of ['index.ts', '..%2findex.ts', '%2e%2e%2f%2e%2e%2fassets.ts', 'toString'])
    expect((await open(`/reference/${name}`)).statusCode).toBe(404)
})

test('llms.txt leads to pages that are there, and every page of the documentation is served', async () => {
  const { body, headers } = await open('/llms.txt')
  expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(body).toMatch(/^# Forge Cascade\n\n> /)
  const targets = [...body.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target!)
  expect(targets.length).toBeGreaterThan(40)
  for (const target of new Set(targets)) {
    const { statusCode } = await open(target.startsWith('/') ? target : `/${target}`)
    expect([target, statusCode]).toEqual([target, 200])
  }
  expect((await open('/docs/concepts/capsule.md')).headers['content-type']).toBe('text/markdown; charset=utf-8')
  for (const name of ['package.json', '..%2fpackage.json', 'guides', 'guides/..%2f..%2fpackage.json', 'x/toString'])
    expect([name, (await open(`/docs/${name}`)).statusCode]).toEqual([name, 404])
})

test.for(Object.keys(ERRORS))('%s has its page', async (code) => {
  const { statusCode, headers, body } = await open(`/errors/${code}`)
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(body).toContain(code)
})

test('the root leads to the reference, the index to every error', async () => {
  const root = await open('/')
  expect([root.statusCode, root.headers.location]).toEqual([302, '/reference'])
  const index = await open('/errors')
  for (const code of Object.keys(ERRORS)) expect(index.body).toContain(`/errors/${code}`)
})
