import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { eraseFromBackups } from '#backup'
import { childProgram } from '../../../test/child-program.ts'
import { campaign, commit, createSeeded, createTestClock } from '../../platform/store/testing.ts'
import { KeyRing } from '../vault/index.ts'
import type { SqliteStore } from './sqlite-store.ts'
import { createCommands } from './testing/crash-drafts.ts'
import { makePlaces, openShipping, type Places, refusalOf, restoreTo } from './testing/shipping-places.ts'
import { contentsOf } from './testing/store-contents.ts'
import { createFolders, openTestStore } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()
const TEST_MS_MAX = campaign(600_000, 1_800_000)
const newest = { kind: 'newest' } as const
const hour = 60 * 60 * 1000
const filesOf = (at: Places, ending: string) =>
  readdirSync(at.target)
    .filter((name) => name.endsWith(ending))
    .toSorted()
const chainsOf = (at: Places) => new Set(readdirSync(at.target).map((name) => name.slice(0, 36)))

async function write(store: SqliteStore, seed: number, commands = 3): Promise<void> {
  const next = createCommands(store, seed)
  for (let made = 0; made < commands; made++) await commit(store, next())
}

test('while the target is away the store goes on, says so, and catches up when it is back', async () => {
  const at = makePlaces(folder())
  const told: string[] = []
  await using store = await openShipping(at, { bytes: 2 ** 30 }, { onTrouble: (message) => told.push(message) })
  await write(store, 1)
  await store.ship()
  expect(store.shipping).toMatchObject({ sequence: 2, waiting: 0, trouble: undefined })
  renameSync(at.target, `${at.target}.away`)
  for (let round = 0; round < 3; round++) {
    await write(store, 2 + round)
    await store.ship()
  }
  expect(store.shipping).toMatchObject({ sequence: 2, waiting: 3, trouble: expect.stringContaining('is not there') })
  // Told once, not at every round; and nothing is written where the target is to be mounted.
  expect(told).toEqual(['the log is not shipped'])
  expect(existsSync(at.target)).toBe(false)
  renameSync(`${at.target}.away`, at.target)
  await store.ship()
  expect(store.shipping).toMatchObject({ sequence: 11, waiting: 0, waitingBytes: 0, trouble: undefined })
  expect(chainsOf(at).size).toBe(1)
})

test('beyond the bound the chain ends, and a new one begins with a base when the target is back', async () => {
  const at = makePlaces(folder())
  const told: string[] = []
  {
    await using store = await openShipping(
      at,
      { bytes: 2 ** 30, waitingBytesMax: 1 },
      { onTrouble: (message) => told.push(message) },
    )
    await write(store, 1)
    await store.ship()
    renameSync(at.target, `${at.target}.away`)
    for (let round = 0; round < 3; round++) {
      await write(store, 2 + round)
      await store.ship()
    }
    expect(store.shipping?.waiting).toBe(1)
    expect(told.join('\n')).toContain('more than 1 bytes wait')
    renameSync(`${at.target}.away`, at.target)
    await store.ship()
    expect(store.shipping).toMatchObject({ sequence: 11, waiting: 0 })
  }
  expect(chainsOf(at).size).toBe(2)
  const restored = folder()
  expect(restoreTo(at, newest, restored)).toBe(11)
  expect(contentsOf(join(restored, DATABASE_FILE))).toEqual(contentsOf(join(at.data, DATABASE_FILE)))
  // What was shipped before is there as well.
  expect(restoreTo(at, 5, folder())).toBe(5)
})

test.for([
  {
    name: 'somebody else wrote to the file',
    meanwhile: async ({ data }: Places) => {
      using database = new DatabaseSync(join(data, DATABASE_FILE))
      database.exec("INSERT INTO names (text) VALUES ('from outside')")
    },
  },
  {
    name: 'it was opened without shipping',
    meanwhile: async ({ data, keys }: Places) => {
      await using store = await openTestStore(data, { keys })
      await write(store, 9)
    },
  },
])('a chain is not taken up again after $name: a new one begins with a base', async ({ meanwhile }) => {
  const at = makePlaces(folder())
  const open = async () => {
    await using store = await openShipping(at, {}, { onTrouble: () => undefined })
    await store.ship()
    await write(store, 1)
  }
  await open()
  await meanwhile(at)
  await open()
  expect([chainsOf(at).size, filesOf(at, '.base').length]).toEqual([2, 2])
  const restored = folder()
  restoreTo(at, newest, restored)
  expect(contentsOf(join(restored, DATABASE_FILE))).toEqual(contentsOf(join(at.data, DATABASE_FILE)))
})

test('a store that is open for a moment makes its base and ships all the same', async () => {
  const at = makePlaces(folder())
  const told: string[] = []
  {
    await using store = await openShipping(at, {}, { onTrouble: (message) => told.push(message) })
    await write(store, 1)
  }
  expect(told).toEqual([])
  expect(restoreTo(at, newest, folder())).toBe(2)
})

test('a folder that another instance ships to is left alone', async () => {
  const [at, other] = [makePlaces(folder()), makePlaces(folder())]
  {
    await using store = await openShipping(at)
    await store.ship()
  }
  const before = readdirSync(at.target)
  await using store = await openShipping({ ...other, target: at.target }, {}, { onTrouble: () => undefined })
  await write(store, 1)
  await store.ship()
  expect(store.shipping?.trouble).toContain('Another instance ships to')
  expect(readdirSync(at.target)).toEqual(before)
})

test('after an erasure no earlier point can be restored, and shipping goes on with a new chain', async () => {
  const at = makePlaces(folder())
  await using store = await openShipping(at)
  await store.ship()
  await write(store, 1)
  await store.ship()
  await write(store, 2)
  const before = (await store.vault.list()).filter(({ kind }) => kind === 'generation')
  const { closed } = await eraseFromBackups(store.vault, async () => undefined, 'erased by request')
  expect(closed.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  expect(closed[0]?.keyIds.length).toBeGreaterThanOrEqual(2)
  await write(store, 3)
  await store.ship()
  expect(refusalOf(() => restoreTo(at, 2, folder()))).toMatch(/^BACKUP_KEY_MISSING: .* was destroyed on /)
  expect(restoreTo(at, newest, folder())).toBe(8)
  expect(restoreTo(at, 5, folder())).toBe(5)
})

test('a new chain and rounds at the same time make one base, which is whole', async () => {
  const at = makePlaces(folder())
  await using store = await openShipping(at)
  await store.ship()
  await write(store, 1, 40)
  let isBegun = false
  const anew = store.vault.beginAnew('erased by request').finally(() => {
    isBegun = true
  })
  while (!isBegun) await store.ship()
  await anew
  // Each base that is begun makes a key; those of the chain before are destroyed.
  expect(new KeyRing(at.keys).list().filter(({ kind }) => kind === 'base')).toHaveLength(1)
  await write(store, 2)
  await store.ship()
  expect(store.shipping?.trouble).toBeUndefined()
  expect([chainsOf(at).size, filesOf(at, '.base').length]).toEqual([2, 2])
  expect(restoreTo(at, newest, folder())).toBe(42)
})

test('a chain that cannot begin anew is told of, and the next round goes on', async () => {
  const at = makePlaces(folder())
  await using store = await openShipping(at, {}, { onTrouble: () => undefined })
  await store.ship()
  renameSync(at.target, `${at.target}.away`)
  await expect(store.vault.beginAnew('erased by request')).rejects.toThrow('is not there')
  renameSync(`${at.target}.away`, at.target)
  await write(store, 1)
  await store.ship()
  expect(store.shipping).toMatchObject({ sequence: 2, trouble: undefined })
})

test('generations that no point to be kept needs are dropped, keys first', async () => {
  const at = makePlaces(folder())
  const { clock, advance } = createTestClock()
  await using store = await openShipping(at, { keepMs: 30 * hour }, { clock })
  await store.ship()
  for (let day = 0; day < 4; day++) {
    await write(store, day + 1)
    advance(25 * hour)
    await store.ship()
    // The base of the day was due only once something had been brought after the one before.
    await store.ship()
  }
  expect(filesOf(at, '.base').length).toBeLessThan(4)
  const ring = new KeyRing(at.keys)
  expect(ring.destroyed().every(({ why }) => why === 'too old')).toBe(true)
  expect(ring.destroyed().length).toBeGreaterThan(0)
  expect(ring.list()).toHaveLength(readdirSync(at.target).length)
  expect(refusalOf(() => restoreTo(at, 2, folder()))).toContain('out of reach')
  expect(restoreTo(at, newest, folder())).toBe(11)
})

test('whoever kills it loses nothing acknowledged from base, segments and log', { timeout: TEST_MS_MAX }, async () => {
  const at = makePlaces(folder())
  const random = createSeeded(77)
  const acknowledged: string[] = []
  for (let run = 0; run < campaign(4, 100); run++) {
    const args = [at.data, at.target, at.keys, String(run)]
    acknowledged.push(...(await runUntilKilled('ship-child.ts', args, 100 + random() * 500)))
    // A copy, so that the next run goes on with the chain where this one was killed.
    const copy = folder()
    mkdirSync(copy)
    for (const name of readdirSync(at.data))
      if (name !== 'lock') cpSync(join(at.data, name), join(copy, name), { recursive: true })
    restoreTo(at, newest, copy)
    await using store = await openTestStore(copy)
    expect(await missing(store, acknowledged)).toEqual([])
    expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
  }
  expect(acknowledged.length).toBeGreaterThan(0)
})

test('a restore that is killed is begun again', { timeout: campaign(300_000, 1_800_000) }, async () => {
  const at = makePlaces(folder())
  {
    await using store = await openShipping(at)
    await store.ship()
    await store.append(Array.from({ length: 300 }, createCommands(store, 1)))
  }
  const random = createSeeded(78)
  const data = folder()
  await (await openTestStore(data))[Symbol.asyncDispose]()
  for (let run = 0; run < campaign(4, 60); run++) {
    await runUntilKilled('restore-child.ts', [data, at.target, at.keys], random() * 60)
  }
  expect(restoreTo(at, newest, data)).toBe(299)
  expect(contentsOf(join(data, DATABASE_FILE))).toEqual(contentsOf(join(at.data, DATABASE_FILE)))
  expect(readdirSync(data).filter((name) => name.includes('restoring'))).toEqual([])
})

async function missing(store: SqliteStore, ids: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (let at = 0; at < ids.length; at += 500) {
    found.push(...(await store.capsules.getHeads(ids.slice(at, at + 500))).map(({ id }) => id))
  }
  const known = new Set(found)
  return ids.filter((id) => !known.has(id))
}

/** Gives the ids that a child printed before it was killed, some milliseconds after its first line. */
async function runUntilKilled(script: string, args: readonly string[], lifeMs: number): Promise<string[]> {
  const file = childProgram(new URL(`testing/${script}`, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines: string[] = []
  let timer: NodeJS.Timeout | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    timer ??= setTimeout(() => child.kill('SIGKILL'), lifeMs)
  }
  clearTimeout(timer)
  await exited
  return lines.filter((line) => line.length === 36)
}
