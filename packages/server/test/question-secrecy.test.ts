import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scanFolders } from '../src/adapters/sqlite/testing/scan-bytes.ts'
import { HttpCaller } from './http-caller.ts'
import { ServerProcess } from './server-process.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'cascade-question-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const WORDS = [
  'zymurgsubject',
  'zymurgkind',
  'zymurgresource',
  'zymurgproperty',
  'zymurgcontext',
  'zymurgaction',
] as const
const [subject, kind, resource, property, inContext, actionProperty] = WORDS

test('nothing that an application asks about in its own words is found in a byte of the data folder', {
  timeout: 120_000,
}, async () => {
  const known = { type: 'person', id: 'administrator' }
  const action = { name: 'import.read', properties: { [actionProperty]: actionProperty } }
  const context = { why: inContext }
  const questions = [
    { subject: known, action, resource: { type: kind, id: resource, properties: { property } }, context },
    { subject: known, action, resource: { type: 'import', id: resource } },
    { subject: known, action: { name: 'capsule.read' }, resource: { type: 'capsule', id: resource } },
    { subject: known, action: { name: 'policy.apply' }, resource: { type: 'governance', id: resource } },
    { subject: { type: kind, id: subject, properties: { property } }, action, resource: { type: kind, id: resource } },
    { subject: known, action: { name: actionProperty }, resource: { type: kind, id: resource } },
  ]
  await using server = new ServerProcess({ dataDir })
  using caller = new HttpCaller(await server.ready())
  for (const question of questions)
    expect((await caller.call('POST', '/access/v1/evaluation', question)).status).toBe(200)
  expect((await caller.call('POST', '/access/v1/evaluations', { evaluations: questions })).status).toBe(200)
  const preview = { action: 'import.read', resource: `import/${resource}` }
  expect((await caller.call('POST', '/v2/governance/decisions:preview', preview)).status).toBe(200)
  await server.stop()
  expect(scanFolders([dataDir], ['decision.gathered']).length).toBeGreaterThan(0)
  expect([...new Set(scanFolders([dataDir], WORDS).map(({ word }) => word))]).toEqual([])
})
