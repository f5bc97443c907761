import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImportJob } from '@forge-cascade/contract'
import { ACTIONS, type Action } from '@forge-cascade/contract/vocabulary'
import { afterAll, expect, test } from 'vitest'
import { OWN_WORK } from '../src/domain/governance/own-work.ts'
import { runCascade, runCascadeWith } from './cascade-command.ts'
import { HttpCaller } from './http-caller.ts'
import { PROGRAM } from './program.ts'
import { ServerProcess } from './server-process.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-policies-start-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const POLICIES = '/v2/governance/policies'

/** What the instance does of its own at a start; those that must stay are what it would not put in force otherwise. */
const OWN = Object.keys(OWN_WORK).filter((action) => action !== 'policy.apply' && action !== 'emergency.raise')

/** What policies that keep the administrator of the instance from it are refused for. */
const KEPT: ReadonlySet<string> = new Set(['policy.apply', 'emergency.read', 'emergency.raise', 'emergency.lift'])

/** Everything is permitted but these, which are forbidden, or wait for somebody's word. */
const forbidding = (actions: readonly (Action | string)[], annotation = '') =>
  `@id("own.all") permit(principal, action, resource);
@id("own.no") ${annotation} forbid(principal, action in [${actions.map((name) => `Action::"${name}"`)}], resource)
unless { context.approved };
`

async function apply(caller: HttpCaller, text: string): Promise<void> {
  const { status } = await caller.call('PUT', POLICIES, { files: [{ path: 'own.cedar', text }], dry_run: false })
  expect(status).toBe(200)
}

test.for([
  { name: 'forbid', annotation: '' },
  { name: 'hold', annotation: '@curable("approval")' },
])('an import that a kill interrupts is marked at the next start, where policies $name it since', async (drawn) => {
  const [dataDir, notes] = [join(root, `data-${drawn.name}`), join(root, `notes-${drawn.name}`)]
  mkdirSync(notes)
  for (let index = 0; index < 2000; index++)
    writeFileSync(join(notes, `${index}.md`), `# Note ${index}\n\n${`Line ${index} of many. `.repeat(50)}\n`)
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  const { id } = (await caller.call<ImportJob>('POST', '/v2/imports', { path: notes })).body
  await apply(caller, forbidding(OWN, drawn.annotation))
  expect((await caller.call<ImportJob>('GET', `/v2/imports/${id}`)).body.state).toBe('running')
  await server.kill()

  await using again = new ServerProcess({ dataDir })
  using second = new HttpCaller(await again.ready())
  expect((await second.call<ImportJob>('GET', `/v2/imports/${id}`)).body.state).toBe('interrupted')
  // What somebody asks for is decided as ever.
  const refused = await second.call<{ readonly code: string }>('POST', '/v2/imports', { path: notes })
  expect(refused.status).toBe(drawn.name === 'hold' ? 202 : 403)
  expect(await again.stop()).toBe(0)
})

test('a restored store tells of itself and repeats an erasure, where its policies forbid both', async () => {
  const [dataDir, path] = [join(root, 'restored'), join(root, 'restored.backup')]
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  const { id } = (
    await caller.call<{ readonly id: string }>('POST', '/v2/capsules', { type: 'knowledge', content: 'A secret.' })
  ).body
  await apply(caller, forbidding(OWN))
  expect((await caller.call('POST', '/v2/system/backup', { path })).status).toBe(201)
  expect((await caller.call('PUT', POLICIES, { files: null, dry_run: false })).status).toBe(200)
  expect((await caller.call('POST', `/v2/capsules/${id}/erase`, { legal_basis: 'gdpr-17' })).status).toBe(200)
  expect(await server.stop()).toBe(0)
  expect(await runCascade('restore', path, '--data', dataDir, '--yes')).toMatchObject({ code: 0 })

  await using again = new ServerProcess({ dataDir })
  using second = new HttpCaller(await again.ready())
  expect((await second.call<{ readonly is_built_in: boolean }>('GET', POLICIES)).body.is_built_in).toBe(false)
  expect((await second.call('GET', `/v2/capsules/${id}`)).status).toBe(410)
  expect(await again.stop()).toBe(0)
})

test('whatever action policies forbid, an instance that took them starts, answers, and goes back to its own', {
  timeout: 120_000,
}, async () => {
  const dataDir = join(root, 'each')
  const taken = Object.keys(ACTIONS).filter((action) => !KEPT.has(action))
  let server = new ServerProcess({ dataDir })
  try {
    let caller = new HttpCaller(await server.ready())
    for (const action of KEPT) {
      const files = [{ path: 'own.cedar', text: forbidding([action]) }]
      const { status } = await caller.call('PUT', POLICIES, { files, dry_run: false })
      expect([action, status]).toEqual([action, 409])
    }
    // All others at once, over a kill and a start: what goes without any of them goes without each.
    await apply(caller, forbidding(taken))
    caller[Symbol.dispose]()
    await server.kill()
    server = new ServerProcess({ dataDir })
    caller = new HttpCaller(await server.ready())
    expect(await caller.call('GET', '/health/ready')).toMatchObject({ status: 200 })
    expect((await caller.call('GET', '/v2/capsules')).status).toBe(403)
    expect((await caller.call('PUT', POLICIES, { files: null, dry_run: false })).status).toBe(200)
    expect((await caller.call('GET', '/v2/capsules')).status).toBe(200)
    caller[Symbol.dispose]()
    expect(await server.stop()).toBe(0)
  } finally {
    await server[Symbol.asyncDispose]()
  }
})

test('the terminal is told where it answers although nothing may be counted, and the program goes on', async () => {
  const dataDir = join(root, 'banner')
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  await apply(caller, forbidding(['system.read', 'capsule.search', 'capsule.read']))
  expect(await server.stop()).toBe(0)
  // As people start it: without --json.
  const child = spawn(process.execPath, [...PROGRAM, 'start', '--data', dataDir, '--port', '0', '--no-samples'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
  const ended = once(child, 'exit')
  try {
    await expect.poll(() => told, { timeout: 20_000 }).toContain('Ctrl-C stops it.')
    expect(told).toContain('knows        not to be seen')
    child.kill('SIGTERM')
    await ended
    expect(child.exitCode).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
})

test('the command goes back to the policies of the program without an instance, in an emergency too, which stays on', async () => {
  const dataDir = join(root, 'mended')
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  await apply(caller, forbidding(['capsule.search', ...OWN]))
  const raised = { active: true, reason: 'out of hand' }
  expect((await caller.call('POST', '/v2/governance/emergency', raised)).status).toBe(200)
  await server.kill()
  const mended = await runCascade('policy', 'apply', '--built-in', '--data', dataDir, '--json')
  expect([mended.code, JSON.parse(mended.stdout)]).toMatchObject([0, { applied: true, removed: ['own.all', 'own.no'] }])

  await using again = new ServerProcess({ dataDir })
  using second = new HttpCaller(await again.ready())
  expect((await second.call('GET', POLICIES)).body).toMatchObject({ is_built_in: true })
  expect((await second.call('GET', '/v2/governance/emergency')).body).toMatchObject({ active: true })
  const refused = await second.call('PUT', POLICIES, { files: null, dry_run: false })
  expect(refused.body).toMatchObject({ code: 'EMERGENCY_ACTIVE' })
  expect(await again.stop()).toBe(0)
})

test('a token that is named is asked for its own right, and does not open the folder', async () => {
  const dataDir = join(root, 'named')
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  await caller.call('POST', '/v2/subjects', { kind: 'person', name: 'ada', roles: ['member'], trust: 60 })
  const { token } = (await caller.call<{ readonly token: string }>('POST', '/v2/tokens', { subject: 'ada', name: 't' }))
    .body
  await apply(caller, '@id("own.all") permit(principal in Role::"administrator", action, resource);')
  await server.stop()
  const reset = ['policy', 'apply', '--built-in', '--data', dataDir] as const
  const asAda = await runCascadeWith({ CASCADE_TOKEN: token }, ...reset)
  expect(asAda).toMatchObject({ code: 4, stderr: expect.stringContaining('FORBIDDEN') })
  expect(await runCascade(...reset)).toMatchObject({ code: 0 })
})

test('a guardian that is set to refuse everything keeps a new instance neither from starting nor from an emergency', async () => {
  await using server = new ServerProcess({ dataDir: join(root, 'guarded'), env: { CASCADE_GATE_RISK_DENY: '0' } })
  using caller = new HttpCaller(await server.ready())
  expect((await caller.call('GET', '/v2/capsules')).body).toMatchObject({ code: 'FORBIDDEN' })
  const raised = { active: true, reason: 'out of hand' }
  expect((await caller.call('POST', '/v2/governance/emergency', raised)).status).toBe(200)
  expect(await server.stop()).toBe(0)
})
