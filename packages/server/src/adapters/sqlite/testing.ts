import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Store } from '../../domain/store.ts'
import { createTestClock, type StoreUnderTest, TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { openSqliteStore, type SqliteStoreOptions } from './open-sqlite-store.ts'
import type { SqliteStore } from './sqlite-store.ts'

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

/** An empty store for contract suites. */
export const createStoreUnderTest = (folder: () => string) => async (): Promise<StoreUnderTest<Store>> => {
  const clock = createTestClock()
  return { store: await openTestStore(folder(), { clock: clock.clock }), clock }
}
