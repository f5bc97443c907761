import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EMERGENCY_LIMITS } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { CascadeError, systemRandom } from '#base'
import { Emergency } from '#governance'
import { openEmergencyFile } from '../../adapters/files/emergency-file.ts'
import { openMemoryStore } from '../../adapters/memory/index.ts'
import { createStaticSoftMatcher } from '../../adapters/models/static/static-soft-matcher.ts'
import { sharedStaticTable } from '../../adapters/models/static/static-table.ts'
import { openWorld } from '../../domain/capsules/use-cases/testing.ts'
import { EmergencyWatch } from './emergency-watch.ts'

const NONE = { [Symbol.dispose]: () => undefined }
const LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

async function openWatched(isFull = () => false) {
  const directory = mkdtempSync(join(tmpdir(), 'cascade-emergency-'))
  const world = await openWorld(({ collections, clock }) => {
    const matcher = createStaticSoftMatcher(sharedStaticTable())
    return openMemoryStore({ collections, clock, matcher })
  })
  const { store, clock, newId } = world.context
  const file = openEmergencyFile(directory)
  const append: typeof store.append = async (commands) =>
    isFull() ? [{ ok: false, error: new CascadeError('STORAGE_FULL', 'full') }] : store.append(commands)
  const emergency = await Emergency.open({
    store: { ...store, append, records: store.records },
    ...{ clock, random: systemRandom, isFileThere: () => file.isThere() },
    listLifters: async () => [world.administrator],
  })
  const asked: string[] = []
  let refusal: CascadeError | undefined
  const grant = () => {
    asked.push(emergency.active() ? 'on' : 'off')
    if (refusal) throw refusal
    return world.call('emergency.raise').grant
  }
  const refuse = (error: CascadeError): void => {
    refusal = error
  }
  const watch = new EmergencyWatch({ emergency, file, grant, newId, log: LOG, every: () => NONE })
  return { path: join(directory, 'EMERGENCY'), emergency, watch, world, asked, refuse }
}

test.for([
  { name: 'a file with a text', put: (path: string) => writeFileSync(path, 'Call Grace.\n'), reason: 'Call Grace.' },
  { name: 'an empty file', put: (path: string) => writeFileSync(path, ''), reason: /lies in the data folder/ },
  { name: 'a folder', put: (path: string) => mkdirSync(path), reason: /lies in the data folder/ },
  {
    name: 'a link to nothing',
    put: (path: string) => symlinkSync('/nowhere', path),
    reason: /lies in the data folder/,
  },
  {
    name: 'a long file that is no text',
    put: (path: string) => writeFileSync(path, Buffer.alloc(100_000, 0xe2)),
    reason: /lies in the data folder/,
  },
  {
    name: 'a text that is longer than a reason',
    put: (path: string) => writeFileSync(path, `\u001b[2J${'é'.repeat(100_000)}`),
    reason: new RegExp(`^\\[2Jé{${EMERGENCY_LIMITS.reasonLengthMax - 3}}$`),
  },
])('$name of that name turns the emergency on, and its going lifts nothing', async ({ put, reason }) => {
  const { path, emergency, watch } = await openWatched()
  await watch.now()
  expect(emergency.active()).toBe(false)
  put(path)
  await watch.now()
  expect(emergency.state).toMatchObject({ active: true, cause: 'file', by: null, epoch: 1 })
  expect(emergency.state.reason).toMatch(reason)
  rmSync(path, { recursive: true })
  await watch.now()
  expect(emergency.active()).toBe(true)
})

test('a file that lies there is written down once, and takes back what was asked when it comes', async () => {
  const { path, emergency, watch, world } = await openWatched()
  await emergency.raise(world.call('emergency.raise'), 'by call')
  await emergency.lift(world.call('emergency.lift'), { reason: 'r', isLocal: true })
  writeFileSync(path, 'still')
  for (let look = 0; look < 3; look++) await watch.now()
  expect(emergency.state).toMatchObject({ epoch: 1, reason: 'by call', lifts: [] })
  const types = (await world.context.store.changesSince(-1, 100)).map(({ leaf }) => leaf.type)
  expect(types.filter((type) => type.startsWith('emergency.'))).toEqual([
    'emergency.raised',
    'emergency.lift_asked',
    'emergency.raised',
  ])
})

test('the file counts before anybody is asked, and who refuses to have it written down is asked once', async () => {
  const { path, emergency, watch, asked, refuse } = await openWatched()
  refuse(new CascadeError('FORBIDDEN', 'A policy forbids it.'))
  writeFileSync(path, 'out of hand')
  for (let look = 0; look < 5; look++) await watch.now()
  expect(emergency.state).toMatchObject({ active: true, reason: 'out of hand' })
  expect(asked).toEqual(['on'])
})

test('what the full disk keeps from being written is tried again under the one decision', async () => {
  let isFull = true
  const { path, emergency, watch, world, asked } = await openWatched(() => isFull)
  writeFileSync(path, 'out of hand')
  for (let look = 0; look < 5; look++) await watch.now()
  expect(emergency.active()).toBe(true)
  isFull = false
  for (let look = 0; look < 5; look++) await watch.now()
  expect(asked).toEqual(['on'])
  const types = (await world.context.store.changesSince(-1, 100)).map(({ leaf }) => leaf.type)
  expect(types.filter((type) => type.startsWith('emergency.'))).toEqual(['emergency.raised'])
})
