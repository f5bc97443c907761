import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCascade } from './cascade-command.ts'
import { HttpCaller } from './http-caller.ts'
import { type ServerAddress, ServerProcess } from './server-process.ts'

const TEST_MS_MAX = 120_000
const STARTERS = 4

const root = mkdtempSync(join(tmpdir(), 'cascade-folder-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('two processes and one data folder', () => {
  const folder = join(root, 'served')
  let server: ServerProcess
  let address: ServerAddress

  beforeAll(async () => {
    server = new ServerProcess({ dataDir: folder })
    address = await server.ready()
  }, TEST_MS_MAX)
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  test('the second start is refused and names the first', { timeout: TEST_MS_MAX }, async () => {
    const { code, stderr } = await runCascade('start', '--data', folder, '--port', '0', '--no-samples')
    expect(code).toBe(5)
    expect(stderr).toContain(String(server.pid))
    expect(stderr).toContain(address.url)
  })

  test('a command writes through the process that serves the folder', { timeout: TEST_MS_MAX }, async () => {
    const written = await runCascade('remember', 'Herons stand on one leg.', '--data', folder, '--json')
    expect(written.code).toBe(0)
    using caller = new HttpCaller(address)
    const { id } = JSON.parse(written.stdout) as { readonly id: string }
    expect((await caller.call<{ readonly content: string }>('GET', `/v2/capsules/${id}`)).body.content).toBe(
      'Herons stand on one leg.',
    )
  })

  test('the server that was refused a folder leaves the first one serving', { timeout: TEST_MS_MAX }, async () => {
    using caller = new HttpCaller(address)
    expect((await caller.call('GET', '/health/ready')).status).toBe(200)
  })
})

describe('a data folder whose owner was killed', () => {
  test('is taken by the next start, and by one alone of several', { timeout: TEST_MS_MAX }, async () => {
    const folder = join(root, 'orphaned')
    const first = new ServerProcess({ dataDir: folder })
    await first.ready()
    await first.kill()
    const starters = Array.from({ length: STARTERS }, () => new ServerProcess({ dataDir: folder }))
    try {
      const started = await Promise.allSettled(starters.map((starter) => starter.ready()))
      expect(started.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    } finally {
      await Promise.all(starters.map((starter) => starter[Symbol.asyncDispose]()))
    }
  })
})
