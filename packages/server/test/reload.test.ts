import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ServerProcess } from './server-process.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-reload-'))
afterAll(() => rmSync(root, { recursive: true }))

const FILE = join(root, 'own.yml')
const SECRET = 'a-key-that-nobody-may-read'

test('SIGHUP takes over what may change, and a file with a mistake changes nothing', async () => {
  writeFileSync(FILE, 'limits:\n  rate:\n    burst: 1000\n')
  await using server = new ServerProcess({
    dataDir: join(root, 'data'),
    args: ['--config', FILE],
    env: { CASCADE_LOG_LEVEL: '', CASCADE_EMBEDDING_API_KEY: SECRET },
  })
  const { url, token } = await server.ready()
  const burst = async (): Promise<string> => {
    const { headers } = await fetch(`${url}/v2/capsules`, { headers: { authorization: `Bearer ${token}` } })
    return headers.get('ratelimit-policy') ?? ''
  }
  const before = await burst()

  writeFileSync(FILE, `limits:\n  rate:\n    burst: 7 or so\nembedding:\n  api_key: ${SECRET}\n`)
  server.child.kill('SIGHUP')
  await expect.poll(() => server.log, { timeout: 20_000 }).toContain('nothing has changed')
  expect(server.log).toContain('limits.rate.burst')
  expect(await burst()).toBe(before)

  writeFileSync(FILE, 'limits:\n  rate:\n    burst: 77\nlog:\n  level: debug\nstore:\n  readers: 3\n')
  server.child.kill('SIGHUP')
  await expect.poll(() => server.log, { timeout: 20_000 }).toContain('the configuration was read again')
  const told = server.log.split('\n').find((line) => line.includes('was read again')) ?? '{}'
  expect(JSON.parse(told)).toMatchObject({
    file: FILE,
    changed: ['log.level: info → debug', 'limits.rate.burst: 1000 → 77'],
    after_restart: ['store.readers: 2 → 3'],
  })
  expect(await burst()).not.toBe(before)
  expect(server.log).not.toContain(SECRET)
  expect(await server.stop()).toBe(0)
})
