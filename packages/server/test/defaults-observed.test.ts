import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { METRICS } from '#observability'
import { HttpCaller } from './http-caller.ts'
import { type ServerAddress, ServerProcess } from './server-process.ts'

const TEST_MS_MAX = 60_000
const PROVIDER_KEY = 'sk-provider-key-that-nobody-may-read'

const root = mkdtempSync(join(tmpdir(), 'cascade-observed-'))
let server: ServerProcess
let address: ServerAddress
let caller: HttpCaller
/** All that the process wrote, on both of its outputs. */
let output = ''

beforeAll(async () => {
  server = new ServerProcess({
    dataDir: join(root, 'data'),
    env: { CASCADE_LOG_LEVEL: 'debug', CASCADE_LOG_FORMAT: 'auto', CASCADE_EMBEDDING_API_KEY: PROVIDER_KEY },
  })
  for (const stream of [server.child.stdout, server.child.stderr])
    stream?.on('data', (chunk: Buffer | string) => (output += String(chunk)))
  address = await server.ready()
  caller = new HttpCaller(address)
}, TEST_MS_MAX)
afterAll(async () => {
  caller[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const scrape = async (): Promise<string> => (await fetch(`${address.url}/metrics`)).text()
const sampleOf = (text: string, series: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length) ?? Number.NaN,
  )

test('the deep probe needs a token, works from end to end, and leaves one archived capsule', async () => {
  expect((await caller.call('GET', '/health/deep', undefined, { authorization: '' })).status).toBe(401)
  const { status, body } = await caller.call<{ checks: { name: string; status: string }[] }>('GET', '/health/deep')
  expect([status, body.checks.map((check) => `${check.name} ${check.status}`)]).toEqual([
    200,
    ['write ok', 'search ok', 'cite ok', 'remove ok'],
  ])
  const list = async (status: string) =>
    (await caller.call<{ items: unknown[] }>('GET', `/v2/capsules?identity=cascade-probe&status=${status}`)).body.items
  expect([(await list('ACTIVE')).length, (await list('ARCHIVED')).length]).toEqual([0, 1])
})

test('metrics say what happened, and every gauge of the store has a value', async () => {
  const bulk = { operation: 'tag', filter: { lane: 'of nobody' }, add: ['counted'] }
  const { token } = (await caller.call<{ token: string }>('POST', '/v2/capsules/bulk', bulk)).body
  await caller.call('POST', `/v2/capsules/bulk/${token}`)
  const before = await scrape()
  const written = await caller.call<{ id: string }>('POST', '/v2/capsules', { content: 'Counted.', type: 'knowledge' })
  expect(written.status).toBe(201)
  await caller.call('GET', '/v2/capsules', undefined, { authorization: 'Bearer wrong' })
  await caller.call('POST', `/v2/capsules/${written.body.id}/quarantine`, { reason: 'for the test' })
  const after = await scrape()
  const grown = (series: string): number => sampleOf(after, series) - sampleOf(before, series)
  expect(grown('cascade_memory_docs_total')).toBe(1)
  expect(grown('cascade_memory_upsert_seconds_count')).toBe(1)
  expect(grown('cascade_auth_failures_total')).toBe(1)
  expect(grown('cascade_auth_latency_seconds_count')).toBe(3)
  expect(grown('cascade_decisions_total{effect="allow"}')).toBe(2)
  expect(grown('cascade_decision_latency_seconds_count')).toBe(2)
  expect(grown('cascade_quarantines_total')).toBe(1)
  expect(grown('cascade_store_capsules')).toBe(1)
  expect(grown('cascade_store_sequence')).toBeGreaterThanOrEqual(2)
  expect(sampleOf(after, 'cascade_store_bytes')).toBeGreaterThan(8192)
  expect(sampleOf(after, 'cascade_store_commands_waiting')).toBe(0)
  expect(sampleOf(after, 'cascade_http_requests_in_flight')).toBe(1)
  expect(after).toMatch(/^cascade_build_info\{version="[^"]+",node="[^"]+"\} 1$/m)
  expect(after).not.toContain('Counted')
  // The labels of these are first seen when something happens.
  const rare = ['cascade_rate_limited_total', 'cascade_memory_search_seconds', 'cascade_mesh_deliveries_total']
  const silent = Object.keys(METRICS).filter((name) => !new RegExp(`^${name}(_count)?(\\{[^}]*\\})? `, 'm').test(after))
  expect(silent.filter((name) => !rare.includes(name))).toEqual([])
})

test('lines go to standard output where that is asked for, for people where that is asked for', {
  timeout: TEST_MS_MAX,
}, async () => {
  await using other = new ServerProcess({
    dataDir: join(root, 'other'),
    env: { CASCADE_LOG_LEVEL: 'debug', CASCADE_LOG_FORMAT: 'pretty', CASCADE_LOG_OUTPUT: 'stdout' },
  })
  let out = ''
  other.child.stdout?.on('data', (chunk: Buffer | string) => (out += String(chunk)))
  const urlOf = () => /"url": "([^"]+)"/.exec(out)?.[1]
  await expect.poll(urlOf, { timeout: 30_000 }).toBeDefined()
  await fetch(`${urlOf()}/health/live`)
  await expect.poll(() => out).toMatch(/^\d\d:\d\d:\d\d\.\d{3} debug request .*path=\/health\/live/m)
  expect(other.log).not.toContain('request')
})

test('the log is JSON where nobody sits before it, and holds no token, wherever it was sent', async () => {
  const secret = address.token
  await caller.call('GET', `/v2/capsules/search?q=${secret}`)
  await caller.call('GET', `/v2/capsules?token=${secret}&access_token=${secret}`)
  await caller.call('POST', '/v2/ask', { question: `What is ${secret}?` })
  await caller.call('GET', '/v2/capsules', undefined, { authorization: `Basic ${secret}`, cookie: `session=${secret}` })
  await caller.call('GET', `/nothing/${secret}`)
  await caller.call('GET', '/v2/capsules', undefined, { 'x-correlation-id': secret })
  await caller.call('POST', '/v2/capsules', { content: secret, type: 'unknown' })
  await expect.poll(() => output).toContain('"method":"POST"')
  await server.stop()
  expect(output).toContain('"message":"request"')
  // What the command itself says to whoever stops it is no line of the log.
  const lines = server.log
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('SIGTERM: '))
  expect(lines.length).toBeGreaterThan(10)
  for (const line of lines.slice(1)) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) })
  expect(output).not.toContain(secret)
  expect(output).not.toContain(PROVIDER_KEY)
  expect(readFileSync(join(root, 'data', 'token'), 'utf8')).toContain(secret)
})
