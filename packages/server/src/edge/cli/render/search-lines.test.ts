import type { SearchAnswer } from '@forge-cascade/contract'
import { expect, test } from 'vitest'
import { CAPSULE, COLOURED_VIEW, PLAIN_VIEW } from '../testing.ts'
import { searchLines } from './search-lines.ts'
import { snippet } from './snippet.ts'
import { columnsOf } from './text.ts'

const SIGNALS = { lexical: 0.45, position: 0, vector: 0.4, graph: 0, confidence: 1, trust: 1.06, freshness: 1.02 }
const ANSWER: SearchAnswer = {
  hits: [{ capsule: CAPSULE, score: 0.92, signals: SIGNALS }],
  mode: 'hybrid',
  sequence: 41,
  notices: [],
}

test('a hit shows title, score, trust, age, origin, its sentence and the id', () => {
  expect(searchLines(ANSWER, 'sqlite', PLAIN_VIEW).join('\n').split('\n')).toEqual([
    '1. Embedded store',
    '   0.92 · trust 60 STANDARD · 12 days ago',
    '   Ada',
    '   We chose SQLite for the embedded store because one file is easy to back up.',
    `   ${CAPSULE.id}@1.0.0`,
  ])
})

test('nothing found says what to do, and what limits the answer', () => {
  const lines = searchLines({ ...ANSWER, hits: [], notices: ['The embedder is away.'] }, 'x', PLAIN_VIEW)
  expect(lines.slice(0, 2)).toEqual(['Nothing was found.', 'Note: The embedder is away.'])
  expect(lines).toContain('  ./cascade import <folder>')
})

test('a snippet begins near the words of the query, and says that it is one', () => {
  const content = `${'before '.repeat(200)}the needle lies here ${'after '.repeat(200)}`
  const lines = snippet(content, 'needle', 76, PLAIN_VIEW.paint)
  expect(lines.join(' ')).toContain('needle')
  expect(lines[0]).toMatch(/^… /)
  expect(lines.at(-1)).toMatch(/ …$/)
  for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(76)
})

test.for([60, 61, 62, 63, 64, 65, 66, 67])('a snippet of %d columns ends with a whole word', (columns) => {
  const lines = snippet('onboarding '.repeat(40), '', columns, PLAIN_VIEW.paint)
  expect(lines.at(-1)).toMatch(/onboarding …$/)
})

test('text without blanks fills its line', () => {
  const lines = snippet('予'.repeat(400), '', 60, PLAIN_VIEW.paint)
  expect(lines.at(-1)).toMatch(/^予{28,30} …$/)
})

test('inflections of the words are marked, parts of other words are not', () => {
  const [line = ''] = snippet('backups and unbacked paper', 'back', 76, COLOURED_VIEW.paint)
  expect(line).toContain('\u001b[33mbackups\u001b[39m')
  expect(line).toContain(' unbacked ')
})

test.for(['', '((((', '\u0000', 'a'.repeat(4000), '🙂🙂🙂'])('a query of %j breaks no snippet', (query) => {
  expect(snippet('some 🙂 text', query, 40, PLAIN_VIEW.paint).length).toBeGreaterThan(0)
})

test('explained hits say how the score came about', () => {
  const explain = {
    raw: { lexical: 3.1, vector: 0.7, graph: null },
    parts: { passage: { raw: 3.1, part: 0.45 } },
    weights: { lexical: 1, position: 1, vector: 1, graph: 1 },
    matched_terms: ['sqlite'],
    highlights: [],
    sentence: 'Matches by words and by meaning.',
  }
  const hits = [{ capsule: CAPSULE, score: 0.92, signals: SIGNALS, explain }]
  const text = searchLines({ ...ANSWER, hits }, 'sqlite', PLAIN_VIEW).join('\n')
  expect(text).toContain('Matches by words and by meaning.')
  expect(text).toContain('words found: sqlite')
})
