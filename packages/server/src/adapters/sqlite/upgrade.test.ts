import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { create, getHead } from '../../domain/capsules/testing.ts'
import { codeOf, TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { MIGRATIONS } from './migrations.ts'
import { openCopy } from './open-copy.ts'
import { restoreBackup } from './restore.ts'
import { createFolders, openTestStore } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()
const LATER = [...MIGRATIONS, 'CREATE TABLE later (a INTEGER) STRICT']

const versionOf = (directory: string): number => {
  using database = new DatabaseSync(join(directory, DATABASE_FILE), { readOnly: true })
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}
const backupsOf = (directory: string): readonly string[] =>
  existsSync(join(directory, 'backups')) ? readdirSync(join(directory, 'backups')) : []

/** A folder of this program with one capsule in it. */
async function openOlder(): Promise<{ readonly directory: string; readonly id: string }> {
  const directory = folder()
  await using store = await openTestStore(directory)
  return { directory, id: (await create(store, { content: 'Written before the upgrade.' })).id }
}

test('an older folder is upgraded after a backup whose name says why, and the backup can be restored', async () => {
  const { directory, id } = await openOlder()
  const told: string[] = []
  {
    await using store = await openTestStore(directory, { migrations: LATER, onUpgrade: (file) => told.push(file) })
    expect((await getHead(store, id)).content).toBe('Written before the upgrade.')
    await create(store, { content: 'Written after the upgrade.' })
  }
  expect(versionOf(directory)).toBe(LATER.length)
  const [name = '', ...more] = backupsOf(directory)
  expect(more).toEqual([])
  expect(name).toMatch(new RegExp(`^cascade-[0-9TZ-]+-before-schema-${LATER.length}\\.backup$`))
  expect(told).toEqual([join(directory, 'backups', name)])
  if (process.platform !== 'win32') expect(statSync(join(directory, 'backups', name)).mode & 0o777).toBe(0o600)

  // The program of before takes the backup, and would not have taken the folder.
  expect(await codeOf(() => openTestStore(directory))).toBe('DATA_FOLDER_NEWER')
  const elsewhere = folder()
  restoreBackup(elsewhere, join(directory, 'backups', name), { clock: systemClock, keys: join(directory, 'keys') })
  await using before = await openTestStore(elsewhere)
  expect((await getHead(before, id)).content).toBe('Written before the upgrade.')
  expect(before.head()).toBe(0)
})

test('the first schema that there was becomes the one of now', async () => {
  const directory = folder()
  mkdirSync(directory)
  const first = new DatabaseSync(join(directory, DATABASE_FILE))
  first.exec(`PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; ${MIGRATIONS[0]}`)
  first.exec('PRAGMA user_version = 1')
  first.close()
  await using store = await openTestStore(directory)
  await create(store, { content: 'It goes on.' })
  expect(versionOf(directory)).toBe(MIGRATIONS.length)
  expect(backupsOf(directory)).toHaveLength(1)
  expect((await store.doctor('full')).filter(({ ok }) => !ok)).toEqual([])
})

test('a new folder, and one of this program, have no such backup', async () => {
  const { directory } = await openOlder()
  await (await openTestStore(directory))[Symbol.asyncDispose]()
  expect(backupsOf(directory)).toEqual([])
})

test('an older copy that is opened to be changed keeps no backup of what it was', async () => {
  const { directory } = await openOlder()
  const aside = join(folder(), 'aside')
  const told: string[] = []
  {
    await using _copy = await openCopy({
      ...{ directory, collections: TEST_COLLECTIONS, readers: 1, migrations: LATER, aside },
      onUpgrade: (file) => told.push(file),
    })
  }
  expect(versionOf(directory)).toBe(LATER.length)
  expect(told).toHaveLength(1)
  expect(existsSync(aside)).toBe(false)
  expect([backupsOf(directory), existsSync(join(directory, 'keys'))]).toEqual([[], false])
})

test('without a backup nothing is upgraded', async () => {
  const { directory, id } = await openOlder()
  writeFileSync(join(directory, 'backups'), 'in the way')
  expect(await codeOf(() => openTestStore(directory, { migrations: LATER }))).toBe('UNAVAILABLE')
  expect(versionOf(directory)).toBe(MIGRATIONS.length)
  rmSync(join(directory, 'backups'))
  await using store = await openTestStore(directory)
  expect((await getHead(store, id)).content).toBe('Written before the upgrade.')
})

test('a step that fails leaves the schema of before and its backup', async () => {
  const { directory, id } = await openOlder()
  const broken = [...MIGRATIONS, 'CREATE TABLE capsules (a)']
  expect(await codeOf(() => openTestStore(directory, { migrations: broken }))).toBe('INTERNAL')
  expect([versionOf(directory), backupsOf(directory).length]).toEqual([MIGRATIONS.length, 1])
  await using store = await openTestStore(directory)
  expect((await getHead(store, id)).content).toBe('Written before the upgrade.')
})
