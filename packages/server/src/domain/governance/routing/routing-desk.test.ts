import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { CascadeError, createUuidV7, sha256Hex, systemRandom } from '#base'
import type { Subject } from '#identity'
import { LiveRouting, parseRouting } from '#routing'
import { openRoutingFile } from '../../../adapters/files/routing-file.ts'
import { openMemoryStore } from '../../../adapters/memory/index.ts'
import { createTestClock } from '../../../platform/store/testing.ts'
import { GovernanceGate, requireGrant } from '../governance-gate.ts'
import { ROUTING_COLLECTION, RoutingDesk } from './routing-desk.ts'

const ADA: Subject = {
  ...{ id: '01900000-0000-7000-8000-0000000000a1', kind: 'person', name: 'ada', roles: ['administrator'] },
  ...{ trust: 100, owner: null, active: true, createdAt: 0 },
}
const rulesOf = (name: string) =>
  `version: 1\nrules:\n  - { name: ${name}, split: [{ provider: configured, weight: 1 }] }\n`

const root = mkdtempSync(join(tmpdir(), 'cascade-routing-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const newPath = () => join(root, String(folders++), 'routing.yml')

const { clock } = createTestClock()
const openStore = () => openMemoryStore({ collections: [ROUTING_COLLECTION], clock })

async function start({ path = newPath(), store = openStore(), refuse = (): boolean => false } = {}) {
  const newId = createUuidV7(clock, systemRandom)
  const gate = new GovernanceGate({ clock, newId })
  const live = new LiveRouting({ clock })
  const file = openRoutingFile(path)
  const desk = new RoutingDesk({
    ...{ store, file, clock, parse: (text) => parseRouting(text) },
    arm: (rules) => {
      if (refuse()) throw new CascadeError('CONFIG_INVALID', 'ROUTING_KEY_EAST, the key of east, is not set.')
      return () => live.use(rules)
    },
  })
  await desk.open()
  const grant = () => {
    const ask = { action: 'routing.apply', resource: 'system/routing', subject: ADA, correlationId: 'c' } as const
    return requireGrant(gate.decide(ask))
  }
  const told = async () => {
    const entries = await store.changesSince(-1, 100)
    return entries.filter(({ leaf }) => leaf.type === 'routing.applied').map(({ leaf }) => leaf.payload)
  }
  const write = (text: string) => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
  }
  const names = () => live.rules.rules.map(({ name }) => name)
  return { desk, live, file, grant, told, write, names, path, store }
}

test('without a file nothing is on record, and nothing is asked of the gate', async () => {
  const { desk, told, names } = await start()
  const never = () => {
    throw new Error('asked')
  }
  expect(await desk.look(never)).toBe(true)
  expect(await desk.look(never)).toBe(false)
  expect([names(), await told(), desk.active.text]).toEqual([[], [], null])
})

test('a file that is changed by hand counts from the next look on, and is on record once', async () => {
  const { desk, told, write, names, grant } = await start()
  await desk.look(grant)
  write(rulesOf('one'))
  expect(await desk.look(grant)).toBe(true)
  expect(await desk.look(grant)).toBe(false)
  expect(names()).toEqual(['one'])
  expect(await told()).toMatchObject([
    { digest: sha256Hex(rulesOf('one')), previous: sha256Hex(''), rules: 1, providers: 0, cause: 'file' },
  ])
})

test('what is not sound leaves what was sound last, over a restart, too, and is told of until it is mended', async () => {
  const first = await start()
  first.write(rulesOf('one'))
  await first.desk.look(first.grant)
  first.write('version: 2\n')
  await first.desk.look(first.grant)
  expect([first.names(), first.desk.findings]).toEqual([
    ['one'],
    [expect.objectContaining({ severity: 'error', line: 1 })],
  ])
  const again = await start({ path: first.path, store: first.store })
  await again.desk.look(again.grant)
  expect([again.names(), again.desk.findings.length]).toEqual([['one'], 1])
  again.write(`${rulesOf('two')}# mended\n`)
  await again.desk.look(again.grant)
  expect([again.names(), again.desk.findings]).toEqual([['two'], []])
  expect(await again.told()).toHaveLength(2)
})

test('taking the file away takes the rules away, on record', async () => {
  const { desk, told, write, names, grant, path } = await start()
  write(rulesOf('one'))
  await desk.look(grant)
  rmSync(path)
  await desk.look(grant)
  expect([names(), (await told()).at(-1)]).toMatchObject([[], { digest: sha256Hex(''), rules: 0 }])
})

test('a call writes the file as a whole, counts at once, and is refused for whoever has not seen what counts', async () => {
  const { desk, told, names, grant, file } = await start()
  await desk.look(grant)
  await desk.apply({ grant: grant() }, rulesOf('one'), () => true)
  expect([names(), file.read()]).toEqual([['one'], rulesOf('one')])
  const stale = desk.apply({ grant: grant() }, rulesOf('two'), (digest) => digest === 'another')
  await expect(stale).rejects.toMatchObject({ code: 'REVISION_MISMATCH' })
  expect(await desk.look(grant)).toBe(false)
  expect(await told()).toMatchObject([{ cause: 'call' }])
})

test('a call overwrites nothing that a hand wrote a moment ago', async () => {
  const { desk, write, grant, file } = await start()
  await desk.look(grant)
  write(rulesOf('by-hand'))
  await expect(desk.apply({ grant: grant() }, rulesOf('two'), () => true)).rejects.toMatchObject({
    code: 'REVISION_MISMATCH',
  })
  expect(file.read()).toBe(rulesOf('by-hand'))
})

test('a call that is not sound, lacks a key, cannot write or is not on record leaves file and rules as they are', async () => {
  const refused = { now: false }
  const { desk, names, grant, file, store, told } = await start({ refuse: () => refused.now })
  await desk.look(grant)
  await desk.apply({ grant: grant() }, rulesOf('one'), () => true)
  expect((await desk.apply({ grant: grant() }, 'version: 2', () => true)).rules).toBeUndefined()
  refused.now = true
  await expect(desk.apply({ grant: grant() }, rulesOf('two'), () => true)).rejects.toThrow(/ROUTING_KEY_EAST/)
  refused.now = false
  const append = store.append
  store.append = () => Promise.reject(new CascadeError('STORAGE_FULL', 'The disk is full.'))
  await expect(desk.apply({ grant: grant() }, rulesOf('two'), () => true)).rejects.toMatchObject({
    code: 'STORAGE_FULL',
  })
  store.append = append
  expect([names(), file.read(), (await told()).length]).toEqual([['one'], rulesOf('one'), 1])
})

test('a file that cannot be written says so, and what to do', async () => {
  const path = newPath()
  mkdirSync(path, { recursive: true })
  const { desk, grant } = await start({ path })
  await expect(desk.apply({ grant: grant() }, rulesOf('one'), () => true)).rejects.toThrow(/routing\.yml is no file/)
  writeFileSync(join(root, 'plain'), '')
  const below = await start({ path: join(root, 'plain', 'routing.yml') })
  const applied = below.desk.apply({ grant: below.grant() }, rulesOf('one'), () => true)
  await expect(applied).rejects.toMatchObject({ code: expect.stringMatching(/UNPROCESSABLE|CONFIG_INVALID/) })
})
