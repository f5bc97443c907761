import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll } from 'vitest'
import type { Store } from '../../domain/store.ts'
import { createTestClock, type StoreUnderTest, TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { openSqliteStore, type SqliteStoreOptions } from './open-sqlite-store.ts'
import type { SqliteStore } from './sqlite-store.ts'
import { DATABASE_FILE, PAGE_BYTES } from './writer-operations.ts'

/** Makes folders that are gone, with what is in them, when the tests of the file are over. */
export function createFolders(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'cascade-sqlite-'))
  let made = 0
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  return () => join(root, String(++made))
}

export const openTestStore = (directory: string, options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> =>
  openSqliteStore({
    directory,
    collections: TEST_COLLECTIONS,
    readers: 1,
    clock: createTestClock().clock,
    onTrouble: (message, cause) => process.stderr.write(`${message}: ${String(cause)}\n`),
    ...options,
  })

/** A store whose log can be damaged from outside, as somebody with access to the file would. */
interface TamperableStore extends StoreUnderTest<Store> {
  readonly tamper: (index: number, text: string) => Promise<void>
}

/** An empty store for contract suites. */
export const createStoreUnderTest = (folder: () => string) => async (): Promise<TamperableStore> => {
  const clock = createTestClock()
  const directory = folder()
  const tamper = async (index: number, text: string): Promise<void> => {
    const database = new DatabaseSync(join(directory, DATABASE_FILE), { timeout: 5000 })
    database.prepare('UPDATE leaves SET text = ? WHERE sequence = ?').run(text, index)
    database.close()
  }
  return { store: await openTestStore(directory, { clock: clock.clock }), clock, tamper }
}

/** Puts noise where the first page of a table or an index was. */
export function overwriteRoot(path: string, name: string): void {
  const database = new DatabaseSync(path)
  const { rootpage } = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(name) ?? {}
  database.close()
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(PAGE_BYTES, 0xff), 0, PAGE_BYTES, (Number(rootpage) - 1) * PAGE_BYTES)
  closeSync(file)
}
