import { expect, test } from 'vitest'
import { recordTests } from './record-tests.ts'
import { checkRecords } from './validation/record-folder.ts'
import { newFolders, read } from './validation/testing.ts'

const folder = newFolders()

test('a run of the tests is kept as its counts, one record for each part', () => {
  const place = folder()
  const files = [
    { file: 'packages/server/src/platform/ledger/leaf.test.ts', passed: 3, failed: 1, skipped: 0 },
    { file: 'packages/server/test/ledger-damage.test.ts', passed: 2, failed: 0, skipped: 1 },
    { file: 'packages/server/src/domain/identity/subjects.test.ts', passed: 5, failed: 0, skipped: 0 },
    { file: 'packages/server/src/domain/capsules/trust.test.ts', passed: 7, failed: 0, skipped: 0 },
    { file: 'tools/check.test.ts', passed: 9, failed: 0, skipped: 0 },
  ]
  const [startedAt, endedAt] = ['2026-03-01T09:00:00.000Z', '2026-03-01T09:00:10.000Z']
  const paths = recordTests({ passed: 26, failed: [], skipped: [], broken: [], files, startedAt, endedAt }, place)
  expect(paths.map(read).map(({ module, tests }) => [module, tests?.passed, tests?.failed, tests?.skipped])).toEqual([
    ['identity', 5, 0, 0],
    ['ledger', 5, 1, 1],
    ['memory', 7, 0, 0],
  ])
  expect(checkRecords(place).broken).toBeUndefined()
})
