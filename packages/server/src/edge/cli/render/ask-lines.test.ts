import type { AskAnswer } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { COLOURED_VIEW, PLAIN_VIEW } from '../testing.ts'
import { askLines } from './ask-lines.ts'

const ID = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const ANSWER: AskAnswer = {
  answer: 'We chose SQLite because one file is easy to back up. [1]',
  mode: 'extractive',
  found: true,
  citations: [
    {
      capsule_id: ID,
      version: '1.0.0',
      title: 'Embedded store',
      quote: 'We chose SQLite because one file is easy to back up.',
      start: 0,
      end: 52,
      trust: 60,
      valid_from: '2026-03-01T09:00:00.000Z',
      age_days: 12.5,
      where: 'docs/store.md, lines 3-9',
      url: '/v2/x',
    },
  ],
  conflicts: [],
  threshold: 0.2,
  sequence: 41,
  notices: [],
  correlation_id: 'c',
}

test('an answer names for each source where it is, its trust, its age and the command that opens it', () => {
  expect(askLines(ANSWER, PLAIN_VIEW)).toEqual([
    'We chose SQLite because one file is easy to back up. [1]',
    '',
    'Sources',
    '[1] Embedded store',
    '    docs/store.md, lines 3-9',
    '    trust 60 STANDARD · 12 days ago',
    `    ./cascade show ${ID}@1.0.0 --at 0-52`,
    '',
    'extractive: verbatim quotes, no language model wrote this',
  ])
})

test('a quote cannot speak to the terminal', () => {
  const hostile = { ...ANSWER, answer: 'x \u001b]0;owned\u0007 [1]' }
  expect(askLines(hostile, PLAIN_VIEW).join('')).not.toMatch(/[\u001b\u0007]/)
  expect(askLines(hostile, COLOURED_VIEW).join('')).not.toContain('\u0007')
})

test('sources that disagree are named', () => {
  const conflicts = [{ citations: [1, 2], reason: 'one says Tuesday, the other Friday' }]
  expect(askLines({ ...ANSWER, conflicts }, PLAIN_VIEW)).toContain(
    '[1] and [2] disagree: one says Tuesday, the other Friday',
  )
})

test.for([
  { store: 'empty', says: 'There is nothing yet that you may find' },
  { store: 'atRest', says: 'No capsule is active' },
] as const)('a store that is $store is said to be, with the way to add knowledge', ({ store, says }) => {
  const nothing = { ...ANSWER, found: false, citations: [], answer: 'Nothing was found above the threshold.' }
  const lines = askLines(nothing, PLAIN_VIEW, store)
  expect(lines[0]).toContain(says)
  expect(lines).toContain('  ./cascade import <folder>')
  expect(lines.join()).not.toContain('Other words')
})

test('nothing found says what to do', () => {
  const nothing = { ...ANSWER, found: false, citations: [], answer: 'Nothing was found above the threshold.' }
  const lines = askLines(nothing, PLAIN_VIEW)
  expect(lines[0]).toBe('Nothing was found above the threshold.')
  expect(lines).toContain('  ./cascade import <folder>')
  expect(lines.join('\n')).not.toContain('Sources')
})
