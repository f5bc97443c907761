import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderOf, parsePlainHeader, parseTimedHeader, timeOf } from './transcript-header.ts'

test.for([
  ['[2026-03-01 09:00] Ada: hi', '2026-03-01T09:00:00.000Z'],
  ['[2026-03-01T09:00:05+02:00] Ada: hi', '2026-03-01T07:00:05.000Z'],
  ['[31.12.24, 21:15:03] Ada: hi', '2024-12-31T21:15:03.000Z'],
  ['31/12/2024, 21:15 - Ada: hi', '2024-12-31T21:15:00.000Z'],
  ['12/31/24, 9:15\u202fPM - Ada: hi', '2024-12-31T21:15:00.000Z'],
  ['12/31/24, 12:05 AM - Ada: hi', '2024-12-31T00:05:00.000Z'],
  ['[09:00] Ada: hi', undefined],
  ['[31.02.2024 09:00] Ada: hi', undefined],
] as const)('%s was said at %s', ([line, at]) => {
  const header = parseTimedHeader(line)
  expect(header).toMatchObject({ speaker: 'Ada', text: 'hi' })
  const time = timeOf(header?.when ?? '', orderOf(header?.when ?? '') ?? 'day-first')
  expect(time === undefined ? undefined : new Date(time).toISOString()).toBe(at)
})

test.for([
  'https://example.com: a page',
  '- item: of a list',
  '12: a number',
  'One two three four five: too many',
  'A. Sentence: no',
])('%s has no speaker', (line) => {
  expect(parsePlainHeader(line)).toBeUndefined()
  expect(parseTimedHeader(line)).toBeUndefined()
})

test('a line that nobody said has a time and no speaker', () => {
  expect(parseTimedHeader('31/12/2024, 21:15 - Ada left')).toMatchObject({ speaker: undefined, text: 'Ada left' })
})

test('no line makes it throw or takes it long', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('1', '/', ':', ',', ' ', '[', ']', '-', 'A', 'M'), maxLength: 300 }),
      (line) => {
        const header = parseTimedHeader(line) ?? parsePlainHeader(line)
        if (header) timeOf(header.when, 'day-first')
      },
    ),
  )
})
