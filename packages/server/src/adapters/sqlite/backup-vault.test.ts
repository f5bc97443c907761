import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { eraseFromBackups } from '#backup'
import { systemClock } from '#base'
import { create } from '../../domain/capsules/testing.ts'
import { codeOf } from '../../platform/store/testing.ts'
import { type RestoreOptions, restoreBackup } from './restore.ts'
import type { SqliteStore } from './sqlite-store.ts'
import { RESTORING_FILE } from './store-file.ts'
import { refusalOf } from './testing/shipping-places.ts'
import { createFolders, openTestStore } from './testing.ts'

const folder = createFolders()

/** A store with one capsule and backups of it. */
async function openWith(...names: readonly string[]): Promise<{ store: SqliteStore; directory: string; out: string }> {
  const [directory, out] = [folder(), folder()]
  mkdirSync(out)
  const store = await openTestStore(directory)
  await create(store, { content: 'Grace Hopper found a moth.' })
  for (const name of names) await store.backup(join(out, name))
  return { store, directory, out }
}

/** What an erasure would do, as small as it can be. */
const forgetTitles = async (file: string): Promise<void> => {
  const database = new DatabaseSync(file)
  database.exec("UPDATE versions SET title = 'taken out'")
  database.close()
}

async function titlesOf(file: string, keys: string): Promise<unknown> {
  const directory = folder()
  restoreBackup(directory, file, { clock: systemClock, keys })
  using database = new DatabaseSync(join(directory, 'cascade.db'), { readOnly: true })
  return database
    .prepare('SELECT DISTINCT title FROM versions')
    .all()
    .map(({ title }) => title)
}

test('a backup is listed with its key, and found again after a restart', async () => {
  const { store, directory, out } = await openWith('one.backup')
  const listed = await store.vault.list()
  expect(listed).toMatchObject([
    { kind: 'backup', place: join(out, 'one.backup'), sequence: 0, isReachable: true, handedOut: false },
  ])
  await store[Symbol.asyncDispose]()
  await using again = await openTestStore(directory)
  expect(await again.vault.list()).toEqual(listed)
})

test('a key that was handed out restores the backup without the ring, and is named', async () => {
  const { store, out, directory } = await openWith()
  const [file, keyFile] = [join(out, 'one.backup'), join(out, 'one.key')]
  await store.backup(file, { keyFile })
  expect(await store.vault.list()).toMatchObject([{ handedOut: true }])
  await store[Symbol.asyncDispose]()
  renameSync(join(directory, 'keys'), join(out, 'keys'))
  const elsewhere = folder()
  expect(await codeOf(async () => restoreBackup(elsewhere, file, { clock: systemClock }))).toBe('BACKUP_KEY_MISSING')
  expect(restoreBackup(elsewhere, file, { clock: systemClock, keyFile })).toMatchObject({ sequence: 0 })
})

test('a rewritten backup holds what was left in it, opens with its new key alone, and keeps its id', async () => {
  const { store, directory, out } = await openWith('one.backup')
  const file = join(out, 'one.backup')
  const [before] = await store.vault.list()
  const ring = readFileSync(join(directory, 'keys', `${before!.keyIds[0]}.keys`))
  const after = await store.vault.rewrite(before!.id, forgetTitles)
  expect(after).toMatchObject({ id: before!.id, place: file, sequence: 0, isReachable: true })
  expect(after.keyIds).not.toEqual(before!.keyIds)
  expect(await titlesOf(file, join(directory, 'keys'))).toEqual(['taken out'])
  expect(readdirSync(join(directory, 'sealing'))).toEqual([])
  for (const name of readdirSync(join(directory, 'keys')))
    expect(readFileSync(join(directory, 'keys', name)).includes(ring)).toBe(false)
  await store[Symbol.asyncDispose]()
})

test('an erasure that fails half way leaves the backup and its key as they were', async () => {
  const { store, directory, out } = await openWith('one.backup')
  const before = await store.vault.list()
  await expect(store.vault.rewrite(before[0]!.id, () => Promise.reject(new Error('no erasing today')))).rejects.toThrow(
    'no erasing today',
  )
  expect(await store.vault.list()).toEqual(before)
  expect(await titlesOf(join(out, 'one.backup'), join(directory, 'keys'))).not.toEqual(['taken out'])
  expect(readdirSync(join(directory, 'sealing'))).toEqual([])
  await store[Symbol.asyncDispose]()
})

test('an erasure rewrites what it reaches and closes the rest for good', async () => {
  const { store, directory, out } = await openWith('near.backup', 'moved.backup')
  renameSync(join(out, 'moved.backup'), join(out, 'elsewhere.backup'))
  const { rewritten, closed } = await eraseFromBackups(store.vault, forgetTitles, 'erased by request')
  expect(rewritten).toMatchObject([{ place: join(out, 'near.backup') }])
  expect(closed).toMatchObject([{ place: join(out, 'moved.backup'), handedOut: false }])
  expect(await titlesOf(join(out, 'near.backup'), join(directory, 'keys'))).toEqual(['taken out'])
  const options = { clock: systemClock, keys: join(directory, 'keys') }
  expect(await codeOf(async () => restoreBackup(folder(), join(out, 'elsewhere.backup'), options))).toBe(
    'BACKUP_KEY_MISSING',
  )
  // Repeated, as after a crash, it has nothing left to close.
  const again = await eraseFromBackups(store.vault, forgetTitles, 'erased by request')
  expect([again.rewritten.length, again.closed.length]).toEqual([1, 0])
  expect(await store.vault.destroyKey(closed[0]!.id, 'again')).toMatchObject({ keyIds: closed[0]!.keyIds })
  expect(await codeOf(() => store.vault.destroyKey('nothing', 'why'))).toBe('NOT_FOUND')
  await store[Symbol.asyncDispose]()
})

test('a key that was handed out is named by every erasure after, with its file: a copy of before still opens with it', async () => {
  const { store, directory, out } = await openWith()
  const [file, copy, keyFile] = [join(out, 'one.backup'), join(out, 'copy.backup'), join(out, 'one.key')]
  await store.backup(file, { keyFile })
  copyFileSync(file, copy)
  const [before] = await store.vault.list()
  const named = { id: before!.id, place: file, keyId: before!.keyIds[0], keyFile, madeAt: before!.madeAt }
  expect(await store.vault.listHandedOut()).toEqual([])
  // The second time another may be erased, whom that copy holds as well.
  for (const why of ['one is erased', 'another is erased']) {
    const { rewritten, handedOut } = await eraseFromBackups(store.vault, forgetTitles, why)
    expect({ rewritten, handedOut }).toMatchObject({
      rewritten: [{ id: before!.id, handedOut: false }],
      handedOut: [named],
    })
  }
  await store[Symbol.asyncDispose]()
  const given = { clock: systemClock, keyFile }
  expect(restoreBackup(folder(), copy, given)).toMatchObject({ sequence: 0 })
  const restore = (path: string, options: RestoreOptions) => refusalOf(() => restoreBackup(folder(), path, options))
  expect(restore(file, given)).toMatch(
    `an erasure has written this one anew since, under a key that lies in ${join(directory, 'keys')} alone: name that folder with --keys, or make a new backup with --with-key.`,
  )
  expect(restore(copy, { clock: systemClock })).toMatch(`the copy of the key that was handed out to ${keyFile}`)
})

test('a backup that was damaged is closed, and keeps no other from being erased in', async () => {
  const { store, out } = await openWith('damaged.backup', 'whole.backup')
  const bytes = readFileSync(join(out, 'damaged.backup'))
  bytes.fill(0xa5, bytes.length >> 1)
  writeFileSync(join(out, 'damaged.backup'), bytes)
  const { rewritten, closed } = await eraseFromBackups(store.vault, forgetTitles, 'erased by request')
  expect(rewritten.map(({ place }) => place)).toEqual([join(out, 'whole.backup')])
  expect(closed.map(({ place }) => place)).toEqual([join(out, 'damaged.backup')])
  await store[Symbol.asyncDispose]()
})

test('what a restore that was killed left in the clear is gone at the next start', async () => {
  const { store, directory } = await openWith()
  await store[Symbol.asyncDispose]()
  for (const suffix of ['', '-wal']) writeFileSync(join(directory, `${RESTORING_FILE}${suffix}`), 'Grace Hopper')
  await using _again = await openTestStore(directory)
  expect(readdirSync(directory).filter((name) => name.includes('restoring'))).toEqual([])
})

test('what a crash left in the clear while it sealed is gone at the next start', async () => {
  const { store, directory } = await openWith()
  await store[Symbol.asyncDispose]()
  mkdirSync(join(directory, 'sealing', 'draft'), { recursive: true })
  await using _again = await openTestStore(directory)
  expect(existsSync(join(directory, 'sealing'))).toBe(false)
})
