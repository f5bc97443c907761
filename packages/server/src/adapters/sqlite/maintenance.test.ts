import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { RESERVE_BYTES } from './log-reserve.ts'
import { Maintenance } from './maintenance.ts'
import { openSession } from './open-session.ts'
import { createFolders, openTestStore, overwriteRoot } from './testing.ts'
import { DATABASE_FILE } from './writer-operations.ts'

const folder = createFolders()
/** Rounds of care begin a minute apart. */
const ROUNDS_MS = 5 * 60_000

afterEach(() => {
  vi.useRealTimers()
})

/** What is told while a file is cared for, of which `damaged` cannot be read. */
async function careFor(damaged: string | undefined, { hidesLog = false } = {}): Promise<readonly string[]> {
  const directory = folder()
  await (await openTestStore(directory))[Symbol.asyncDispose]()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  if (damaged !== undefined) overwriteRoot(join(directory, DATABASE_FILE), damaged)
  const told: string[] = []
  const data = { directory, collections: TEST_COLLECTIONS, compressionLevel: 6, eventSource: '/test', pagesMax: 0 }
  const session = openSession(data, { onTrouble: (message) => told.push(message) })
  const maintenance = new Maintenance(session)
  if (hidesLog) renameSync(join(directory, `${DATABASE_FILE}-wal`), join(directory, 'elsewhere'))
  for (let commit = 0; commit < 100; commit++) maintenance.wrote(1)
  maintenance.resume()
  vi.advanceTimersByTime(ROUNDS_MS)
  maintenance.stop()
  session.database.close()
  return told
}

test('care that fails in every round is told of once', async () => {
  expect(await careFor('lexical_garbage')).toEqual([expect.stringMatching(/could not be cared for.*malformed/)])
})

test('a log that the system does not open is told of once, and ends nothing', async () => {
  expect(await careFor(undefined, { hidesLog: true })).toEqual([
    expect.stringMatching(/could not be cared for.*ENOENT/),
  ])
})

test('care that goes well says nothing', async () => {
  expect(await careFor(undefined)).toEqual([])
})

test('a log gets its reserve also where writes leave no moment idle', async () => {
  const directory = folder()
  await (await openTestStore(directory))[Symbol.asyncDispose]()
  const data = { directory, collections: TEST_COLLECTIONS, compressionLevel: 6, eventSource: '/test', pagesMax: 0 }
  const session = openSession(data)
  const maintenance = new Maintenance(session)
  const lengthAfter = (commits: number): number => {
    for (let commit = 0; commit < commits; commit++) {
      maintenance.postpone()
      maintenance.wrote(1)
      maintenance.resume()
    }
    return statSync(join(directory, `${DATABASE_FILE}-wal`)).size
  }
  expect(lengthAfter(31)).toBeLessThan(RESERVE_BYTES)
  expect([lengthAfter(129), lengthAfter(100)]).toEqual([RESERVE_BYTES, RESERVE_BYTES])
  maintenance.stop()
  session.database.close()
})
