import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isCascadeError, systemClock } from '#base'
import { DataFolder } from '#data-folder'
import { create } from '../../domain/capsules/testing.ts'
import { acquireFolderLock } from './folder-lock.ts'
import { openSqliteStore } from './index.ts'
import { restoreBackup } from './restore.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'restore-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const data = () => join(root, 'data')
const keys = () => join(root, 'keys')
/** All but what belongs to the folder rather than to its store. */
const files = () =>
  readdirSync(data())
    .filter((name) => name !== 'lock' && name !== '.gitignore')
    .toSorted()

/** Writes capsules with these contents into the folder, and a backup after them. */
async function fill(contents: readonly string[], backup?: string): Promise<void> {
  await using store = await openSqliteStore({ directory: data(), collections: [], readers: 1, keys: keys() })
  for (const content of contents) await create(store, { content })
  if (backup) await store.backup(backup)
}

async function contents(): Promise<string[]> {
  await using store = await openSqliteStore({ directory: data(), collections: [], readers: 1, keys: keys() })
  return (await store.capsules.list({}, { limit: 10 })).items.map(({ content }) => content).toSorted()
}

const refusal = (work: () => unknown): string => {
  try {
    work()
    return 'nothing was refused'
  } catch (error) {
    return isCascadeError(error) ? error.code : 'another error'
  }
}

describe('a restore', () => {
  test('is refused while somebody owns the folder', async () => {
    await fill(['a'], join(root, 'one.backup'))
    using _owner = DataFolder.open(data(), acquireFolderLock)
    expect(refusal(() => restoreBackup(data(), join(root, 'one.backup'), { clock: systemClock, keys: keys() }))).toBe(
      'DATA_FOLDER_IN_USE',
    )
  })

  test.for([
    { name: 'is absent', spoil: (file: string) => rmSync(file), code: 'SOURCE_UNREADABLE' },
    { name: 'is empty', spoil: (file: string) => truncateSync(file, 0), code: 'BACKUP_INVALID' },
    {
      name: 'was cut',
      spoil: (file: string) => truncateSync(file, readFileSync(file).length - 8192 * 3),
      code: 'BACKUP_INVALID',
    },
    {
      name: 'is something else',
      spoil: (file: string) => writeFileSync(file, 'hello '.repeat(5000)),
      code: 'BACKUP_INVALID',
    },
    { name: 'was garbled', spoil: garble, code: 'BACKUP_INVALID' },
  ])('of a file that $name changes nothing', async ({ spoil, code }) => {
    const file = join(root, 'one.backup')
    await fill(['a', 'b'], file)
    spoil(file)
    const before = files()
    expect(refusal(() => restoreBackup(data(), file, { clock: systemClock, keys: keys() }))).toBe(code)
    expect(files()).toEqual(before)
    expect(await contents()).toEqual(['a', 'b'])
  })

  test('brings back what was there and keeps what it replaced', async () => {
    const file = join(root, 'one.backup')
    await fill(['a'], file)
    await fill(['b'])
    const restored = restoreBackup(data(), file, { clock: systemClock, keys: keys() })
    expect(restored).toMatchObject({ sequence: 0 })
    expect(await contents()).toEqual(['a'])
    expect(readdirSync(restored.kept ?? '')).toContain('cascade.db')
  })

  test('that was killed while files were moved is completed by the next start, with nothing of the old log', async () => {
    const file = join(root, 'one.backup')
    await fill(['a'], file)
    await fill(['b'])
    const { kept } = restoreBackup(data(), file, { clock: systemClock, keys: keys() })
    // As a kill between the last two steps leaves it.
    renameSync(join(data(), 'cascade.db'), join(data(), 'cascade.db.restoring'))
    writeFileSync(join(data(), 'cascade.db-wal'), 'of the store that was replaced')
    expect(await contents()).toEqual(['a'])
    expect(readdirSync(kept ?? '')).toEqual(expect.arrayContaining(['cascade.db', 'cascade.db-wal']))
    expect(files()).not.toContain('cascade.db.restoring')
  })

  test('that was killed before it moved anything is taken away by the next start', async () => {
    await fill(['a'])
    writeFileSync(join(data(), 'cascade.db.restoring'), 'half a store')
    expect(await contents()).toEqual(['a'])
    expect(files()).not.toContain('cascade.db.restoring')
  })

  test('into a new folder keeps nothing', async () => {
    const file = join(root, 'one.backup')
    await fill(['a'], file)
    rmSync(data(), { recursive: true })
    expect(restoreBackup(data(), file, { clock: systemClock, keys: keys() }).kept).toBeNull()
    expect(await contents()).toEqual(['a'])
  })
})

/** Overwrites the middle third of the file. */
function garble(file: string): void {
  const bytes = readFileSync(file)
  bytes.fill(0xa5, Math.floor(bytes.length / 3), Math.floor((2 * bytes.length) / 3))
  writeFileSync(file, bytes)
}
