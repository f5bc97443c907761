import fc from 'fast-check'
import { expect, test } from 'vitest'
import { presentPassage } from './passage.ts'

test.for([
  [3, 2],
  [0, 6],
  [6, 6],
])('refuses %j to %j of five units', ([start, end]) => {
  expect(() => presentPassage('abcde', start!, end!)).toThrowError(
    expect.objectContaining({ code: 'VALIDATION_FAILED' }),
  )
})

test('shows the quote, what stands around it and its lines', () => {
  const content = 'one\ntwo three\nfour\n'
  expect(presentPassage(content, 4, 18)).toEqual({
    before: 'one\n',
    quote: 'two three\nfour',
    after: '\n',
    start_line: 2,
    end_line: 3,
  })
})

test('never cuts a character in two, and the three parts follow each other in the content', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.nat(), fc.nat(), (content, a, b) => {
      const [start, end] = [a % (content.length + 1), b % (content.length + 1)].toSorted((x, y) => x - y) as [
        number,
        number,
      ]
      const { before, quote, after } = presentPassage(content, start, end)
      expect(content).toContain(before + quote + after)
      for (const part of [before, quote, after]) expect(part.isWellFormed()).toBe(true)
      expect(quote.length).toBeGreaterThanOrEqual(end - start)
    }),
  )
})
