import { expect, test } from 'vitest'
import { restorableLines } from './restorable-lines.ts'

test('what can be restored is listed, and what is not where it was is named as such', () => {
  const point = {
    chain: 'c',
    from: 0,
    to: 4711,
    from_at: '2026-03-01T09:00:00.000Z',
    to_at: '2026-03-02T09:30:00.000Z',
  }
  const backup = {
    id: 'b',
    path: '/mnt/one.backup',
    sequence: 12,
    made_at: '2026-03-01T10:00:00.000Z',
    reachable: false,
    key_handed_out: false,
  }
  expect(restorableLines({ points: [point], backups: [backup, { ...backup, reachable: true }] })).toEqual([
    'any change from 0 to 4,711  2026-03-01 09:00 to 2026-03-02 09:30  restore --at',
    'every change up to 12  2026-03-01 10:00  /mnt/one.backup  (not there any more)',
    'every change up to 12  2026-03-01 10:00  /mnt/one.backup',
  ])
})

test('nothing is said to be nothing', () => {
  expect(restorableLines({ points: [], backups: [] })).toEqual([expect.stringContaining('nothing to restore')])
})
