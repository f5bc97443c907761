import { expect, test } from 'vitest'
import { PLAIN_VIEW } from '../testing.ts'
import { integrityLines } from './ledger-lines.ts'

const SOUND = { valid: true, size: 1200, checked_from: 0, checked_to: 1199, checked_at: '2026-07-29T10:20:30.000Z' }

test('a sound log says what of it was looked at, and how many versions were', () => {
  expect(integrityLines(SOUND, PLAIN_VIEW)).toEqual(['sound  all 1,200 entries, verified 2026-07-29 10:20:30Z'])
  const all = { ...SOUND, contents: { verified: 1100, erased: 0, archived: 0 } }
  expect(integrityLines(all, PLAIN_VIEW)[1]).toBe('       1,100 versions as recorded')
  const some = { ...SOUND, checked_from: 1100, contents: { verified: 1, erased: 2, archived: 1300 } }
  expect(integrityLines(some, PLAIN_VIEW).slice(0, 2)).toEqual([
    'sound  the newest 100 entries of 1,200 and the checkpoint, 2026-07-29 10:20:30Z',
    '       1 version as recorded, 2 erased, 1,300 in the archive',
  ])
})

test('damage names the entry, and a hostile reason cannot act on the terminal', () => {
  const found = { ...SOUND, valid: false, checked_to: 3, first_bad: 4, reason: 'entry 4: \u001b[31mit is missing\n' }
  const [first = ''] = integrityLines(found, PLAIN_VIEW)
  expect(first).toMatch(/^damaged at entry 4: entry 4: .*it is missing/)
  expect(first).not.toContain('\u001b')
})
