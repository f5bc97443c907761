import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImportJob } from '@forge-cascade/contract'
import type { Action } from '@forge-cascade/contract/vocabulary'
import { afterAll, expect, test } from 'vitest'
import { OWN_WORK } from '../src/domain/governance/own-work.ts'
import { runCascade } from './cascade-command.ts'
import { HttpCaller } from './http-caller.ts'
import { ServerProcess } from './server-process.ts'

const root = mkdtempSync(join(tmpdir(), 'cascade-policies-start-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const POLICIES = '/v2/governance/policies'

/** What the instance does of its own at a start; those that must stay are what it would not put in force otherwise. */
const OWN = Object.keys(OWN_WORK).filter((action) => action !== 'policy.apply' && action !== 'emergency.raise')

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
