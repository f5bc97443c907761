import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditRow, Routing, SearchAnswer } from '@forge-cascade/contract'
import { afterAll, expect, test } from 'vitest'
import { startEmbeddingsServer } from '../src/adapters/models/testing/embeddings-server.ts'
import { HttpCaller } from './http-caller.ts'
import { ServerProcess } from './server-process.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-routing-e2e-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('an instance with two providers of its model goes on searching by meaning when one of them is gone', async () => {
  const home = await startEmbeddingsServer()
  const east = await startEmbeddingsServer()
  await using stack = new AsyncDisposableStack()
  stack.use(home)
  stack.use(east)
  mkdirSync(join(root, 'config'))
  const file = join(root, 'config', 'routing.yml')
  const secret = 'a-key-that-nobody-sees'
  writeFileSync(
    file,
    `version: 1
providers:
  east: { url: "${east.url}", model: served, api_key_env: ROUTING_KEY_EAST, timeout_ms: 2000, circuit: { failures: 1, open_ms: 60000 } }
rules:
  - name: east-first
    split: [{ provider: east, weight: 1 }]
`,
  )
  const env = {
    ...{ CASCADE_EMBEDDING_PROVIDER: 'openai', CASCADE_EMBEDDING_MODEL: 'served', CASCADE_EMBEDDING_URL: home.url },
    ...{ CASCADE_ROUTING_FILE: file, ROUTING_KEY_EAST: secret },
  }
  await using server = new ServerProcess({ dataDir: join(root, 'data'), env })
  using caller = new HttpCaller(await server.ready())
  const content = 'Backups run at two in the night.'
  expect((await caller.call('POST', '/v2/capsules', { type: 'knowledge', content })).status).toBe(201)
  expect([...east.asked.keys()]).toContain(content)
  const search = async (q: string) => {
    const { body } = await caller.call<SearchAnswer>('POST', '/v2/capsules/search', { q, mode: 'vector' })
    return body.hits.map(({ capsule }) => capsule.content)
  }
  expect(await search('backups run at night')).toEqual([content])

  await east[Symbol.asyncDispose]()
  expect(await search('when do backups run in the night')).toEqual([content])
  const { body: shown, headers } = await caller.call<Routing>('GET', '/v2/routing')
  expect(shown.providers).toMatchObject([
    { name: 'configured', circuit: 'closed' },
    { name: 'east', circuit: 'open', failures: 1 },
  ])
  const { body: audit } = await caller.call<{ readonly items: readonly AuditRow[] }>(
    'GET',
    '/v2/system/audit-log?limit=100',
  )
  expect(audit.items.map(({ operation }) => operation)).toContain('routing.applied')
  expect(JSON.stringify([shown, audit, server.log, headers])).not.toContain(secret)

  // What is not sound changes nothing, and the log says so; what is sound counts without a restart.
  writeFileSync(file, 'version: 1\nrules: [{ name: r, split: [{ provider: nobody, weight: 1 }] }]\n')
  await expect
    .poll(() => server.log, { timeout: 20_000 })
    .toMatch(/routing rules are not sound.*There is no provider nobody/)
  expect((await caller.call<Routing>('GET', '/v2/routing')).body).toMatchObject({
    rules: [{ name: 'east-first' }],
    findings: [{ line: 2 }],
  })
  writeFileSync(file, 'version: 1\nrules: [{ name: r, split: [{ provider: configured, weight: 1 }] }]\n')
  server.child.kill('SIGHUP')
  await expect
    .poll(async () => (await caller.call<Routing>('GET', '/v2/routing')).body.rules, { timeout: 20_000 })
    .toMatchObject([{ name: 'r' }])
  expect(await server.stop()).toBe(0)
})
