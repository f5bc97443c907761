import { mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { TEST_COLLECTIONS } from '../../platform/store/testing.ts'
import { openSession } from './open-session.ts'
import { RECEIPT_LIFE_MS, sweepReceipts } from './receipts.ts'
import { createFolders } from './testing.ts'

const folder = createFolders()

test('receipts are swept a few at a time when their day is over, and those of today stay', () => {
  const directory = folder()
  mkdirSync(directory)
  const { database } = openSession({
    ...{ directory, collections: TEST_COLLECTIONS, compressionLevel: 6, eventSource: '/test', pagesMax: 0 },
  })
  const times = [1, 2, 3, 4, 5, 6].map((hour) => hour * 60 * 60 * 1000)
  for (const at of times)
    database.run(
      'INSERT INTO receipts (command, outcome, sequence, written_at) VALUES (?, 0, 0, ?)',
      Buffer.from(`${at}`),
      at,
    )
  const sweep = (hour: number): number => sweepReceipts(database, times[hour - 1]! + RECEIPT_LIFE_MS, 2)
  const left = (): number[] =>
    database.all<{ at: number }>('SELECT written_at AS at FROM receipts ORDER BY at').map(({ at }) => at)
  // Of the two oldest one is past its day; then of the next two both are, and none of the last.
  expect([sweep(1), left()]).toEqual([1, times.slice(1)])
  expect([sweep(4), sweep(4), sweep(4), left()]).toEqual([2, 1, 0, times.slice(4)])
  database.close()
})
