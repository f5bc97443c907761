import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type ServerAddress, ServerProcess } from './server-process.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-emergency-'))
afterAll(() => rmSync(root, { recursive: true }))
const PATH = '/v2/governance/emergency'

async function ask({ url, token }: ServerAddress, method: string, path: string, body?: object) {
  const type = body && { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${token}`, ...type }
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> }
}

test('an import that runs is stopped by the file, and neither a kill nor its going lifts the emergency', async () => {
  const dataDir = join(root, 'data')
  const notes = join(root, 'notes')
  mkdirSync(notes)
  for (let index = 0; index < 3000; index++)
    writeFileSync(join(notes, `${index}.md`), `# Note ${index}\n\n${`Line ${index} of many. `.repeat(50)}\n`)
  await using server = new ServerProcess({ dataDir })
  const first = await server.ready()
  const { id } = (await ask(first, 'POST', '/v2/imports', { path: notes })).body
  writeFileSync(join(dataDir, 'EMERGENCY'), 'An import runs wild.')
  const seen = () => ask(first, 'GET', PATH).then(({ body }) => body)
  await expect
    .poll(seen, { timeout: 20_000 })
    .toMatchObject({ active: true, cause: 'file', reason: 'An import runs wild.' })
  expect(await ask(first, 'GET', `/v2/imports/${id}`)).toMatchObject({
    status: 503,
    body: { code: 'EMERGENCY_ACTIVE' },
  })
  await server.kill()

  rmSync(join(dataDir, 'EMERGENCY'))
  await using again = new ServerProcess({ dataDir })
  const second = await again.ready()
  expect((await ask(second, 'GET', PATH)).body).toMatchObject({ active: true, file: false, epoch: 1 })
  const created = { content: 'Not now.', type: 'knowledge' }
  expect((await ask(second, 'POST', '/v2/capsules', created)).body).toMatchObject({ code: 'EMERGENCY_ACTIVE' })
  // The only one who could lift it does so on the machine, not over the network.
  const lifted = await ask(second, 'POST', PATH, { active: false, reason: 'mended' })
  expect(lifted).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
  expect(await again.stop()).toBe(0)
})

test('two people lift it, each with a token of their own, and nobody else counts', async () => {
  await using server = new ServerProcess({ dataDir: join(root, 'two') })
  const administrator = await server.ready()
  const register = async (name: string, role: string) => {
    // What people begin with: nobody has to be trusted more to lift it.
    const subject = { kind: 'person', name, roles: [role], trust: 60 }
    expect((await ask(administrator, 'POST', '/v2/subjects', subject)).status).toBe(201)
    const { body } = await ask(administrator, 'POST', '/v2/tokens', { subject: name, name: 'of the test' })
    return { ...administrator, token: String(body.token) }
  }
  const [steward, member] = [await register('grace', 'steward'), await register('eve', 'member')]
  await ask(administrator, 'POST', '/v2/subjects', { kind: 'person', name: 'idle', roles: ['steward'], trust: 80 })
  const lift = async (by: ServerAddress) => (await ask(by, 'POST', PATH, { active: false, reason: 'mended' })).status

  expect((await ask(steward, 'POST', PATH, { active: true, reason: 'out of hand' })).status).toBe(200)
  expect((await ask(steward, 'POST', '/v2/tokens', { subject: 'idle', name: 'too late' })).status).toBe(503)
  expect([await lift(member), await lift(steward), await lift(steward)]).toEqual([403, 202, 409])
  expect((await ask(administrator, 'GET', '/v2/capsules')).status).toBe(503)
  expect(await lift(administrator)).toBe(200)
  expect((await ask(administrator, 'GET', '/v2/capsules')).status).toBe(200)
  expect(await server.stop()).toBe(0)
})
