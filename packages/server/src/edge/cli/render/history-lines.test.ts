import { expect, test } from 'vitest'
import { COLOURED_VIEW, PLAIN_VIEW } from '../testing.ts'
import { blameLines, diffLines, historyLines } from './history-lines.ts'
import { columnsOf } from './text.ts'

const ID = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const AT = '2026-03-01T09:00:00.000Z'
const VERSION = {
  version: '1.1.0',
  title: 'Embedded store',
  author: ID,
  author_name: 'administrator',
  by: 'Ada',
  reason: null,
  commit: '8d9e50bfa0',
  where: null,
  fingerprint: 'f',
  created_at: AT,
  valid_from: AT,
  valid_to: null,
}

test('versions show number, time, author, commit and what it was about', () => {
  const items = [VERSION, { ...VERSION, version: '1.0.0', commit: null, reason: 'First words' }]
  expect(historyLines({ items, next_cursor: 'abc' }, ID, PLAIN_VIEW)).toEqual([
    '1.1.0  2026-03-01 09:00  Ada  8d9e50bf  Embedded store',
    '1.0.0  2026-03-01 09:00  Ada            First words',
    '',
    `Older ones: ./cascade history ${ID} --cursor abc`,
  ])
})

test.for([40, 60, 80, 120])('versions are no wider than %i columns, with colours and without', (width) => {
  const items = [
    { ...VERSION, by: 'Ada Lovelace of the Analytical Society', title: 'A title of many words, '.repeat(9) },
  ]
  for (const view of [PLAIN_VIEW, COLOURED_VIEW])
    for (const line of historyLines({ items, next_cursor: null }, ID, { ...view, width })) {
      expect(columnsOf(line)).toBeLessThanOrEqual(width)
      expect(line).not.toBe('')
    }
})

test('blame names a version once for the lines that follow each other', () => {
  const line = { version: '1.0.0', at: AT, author: 'Ada', commit: null }
  const lines = [
    { ...line, line: 1, text: 'one' },
    { ...line, line: 2, text: '' },
    { ...line, line: 3, text: 'three', version: '1.1.0', commit: '8d9e50bfa0' },
  ]
  expect(blameLines({ version: '1.1.0', lines }, PLAIN_VIEW)).toEqual([
    '1.0.0  2026-03-01  Ada           | one',
    '                                 |',
    '1.1.0  2026-03-01  Ada  8d9e50bf | three',
  ])
})

test('a difference shows lines and fields, and nothing that a terminal obeys', () => {
  const lines = [
    { op: '-' as const, text: 'old' },
    { op: '+' as const, text: 'new\u001b[31m' },
  ]
  const shown = diffLines(
    {
      from: '1.0.0',
      to: '1.1.0',
      hunks: [{ old_start: 1, old_lines: 1, new_start: 1, new_lines: 1, lines }],
      added: 1,
      removed: 1,
      approximate: false,
      fields: [{ path: '/tags', op: 'replace', from: ['a'], to: ['a', 'b'] }],
      unified: '',
    },
    PLAIN_VIEW,
  )
  expect(shown).toEqual([
    '1.0.0 → 1.1.0: 1 line added, 1 removed',
    '@@ line 1 → 1 @@',
    '-old',
    '+new<U+001B>[31m',
    '~ /tags  ["a"] → ["a","b"]',
  ])
})

test('equal versions are said to be equal', () => {
  const same = {
    from: '1.0.0',
    to: '1.0.0',
    hunks: [],
    added: 0,
    removed: 0,
    approximate: false,
    fields: [],
    unified: '',
  }
  expect(diffLines(same, PLAIN_VIEW)).toContain('They are the same.')
  expect(diffLines({ ...same, from: null, added: 2 }, PLAIN_VIEW)[0]).toBe(
    '1.0.0 is the first version: 2 lines added, 0 removed',
  )
})
