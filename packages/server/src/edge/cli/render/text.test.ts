import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnize, columnsOf, oneLine, printable, shorten, shortenMiddle, wrap, wrapAdvice } from './text.ts'

test.for([
  { name: 'an escape sequence that clears the screen', text: '\u001b[2Jgone', shown: '<U+001B>[2Jgone' },
  { name: 'a title of the terminal', text: '\u001b]0;owned\u0007', shown: '<U+001B>]0;owned<U+0007>' },
  { name: 'a carriage return that overwrites the line', text: 'real\rfake', shown: 'real<U+000D>fake' },
  { name: 'text that runs backwards', text: 'a\u202eb', shown: 'a<U+202E>b' },
  { name: 'the 8-bit escape', text: '\u009b31m', shown: '<U+009B>31m' },
  { name: 'a line end of Windows, as a line end', text: 'a\r\nb', shown: 'a\nb' },
  { name: 'tabs and letters of all scripts as they are', text: 'ä\t日本 🙂', shown: 'ä\t日本 🙂' },
])('shows $name', ({ text, shown }) => {
  expect(printable(text)).toBe(shown)
})

test('one line has no line end', () => {
  expect(oneLine(' a\n\n b\tc ')).toBe('a b c')
})

test.for([
  { text: 'abc', columns: 3 },
  { text: '日本', columns: 4 },
  { text: 'e\u0301', columns: 1 },
  { text: '\u001b[1mab\u001b[22m', columns: 2 },
])('$text takes $columns columns', ({ text, columns }) => {
  expect(columnsOf(text)).toBe(columns)
})

test('shortened text fits and keeps its beginning', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (raw, columns) => {
      const text = printable(raw)
      const short = shorten(text, columns)
      expect(columnsOf(short)).toBeLessThanOrEqual(Math.max(columns, columnsOf(text) <= columns ? columns : 1))
      if (columnsOf(text) <= columns) expect(short).toBe(text)
    }),
  )
})

test('wrapping keeps every word in order, and only a single long word is wider than the line', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(words, fc.integer({ min: 20, max: 80 }), (each, width) => {
      const lines = wrap(each.join(' '), width)
      expect(lines.join(' ').split(' ')).toEqual(each)
      for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true)
    }),
  )
})

test('an indent stands before every line and an empty line stays empty', () => {
  expect(wrap('one two\n\nthree', 24, '    ')).toEqual(['    one two', '', '    three'])
})

test('columns line up under wide characters', () => {
  expect(
    columnize([
      ['日本', 'x'],
      ['a', 'y'],
    ]),
  ).toEqual(['日本  x', 'a     y'])
})

test('a command in backticks is not broken, whatever stands around it', () => {
  const command = "`chmod 700 '/srv/a  folder with a long name/data'`"
  const lines = wrapAdvice(`fix: Take that away: ${command}, and look again at \`x.`, 40, '  ')
  expect(lines).toEqual(['  fix: Take that away:', `  ${command},`, '  and look again at `x.'])
})

test('what is cut in its middle fits, keeps both ends, and loses no more than it must', () => {
  const words = fc.string({ unit: fc.constantFrom('a', '/', 'é', '日', '🙂', 'e\u0301'), maxLength: 80 })
  fc.assert(
    fc.property(words, fc.integer({ min: 5, max: 60 }), (text, columns) => {
      const cut = shortenMiddle(text, columns)
      expect(columnsOf(cut)).toBeLessThanOrEqual(columns)
      expect(cut === text).toBe(columnsOf(text) <= columns)
      if (cut === text) return
      expect(columnsOf(cut)).toBeGreaterThanOrEqual(columns - 2)
      const [start = '', end = ''] = cut.split('…')
      expect(text.startsWith(start) && text.endsWith(end)).toBe(true)
      expect(Math.abs(columnsOf(start) - columnsOf(end))).toBeLessThanOrEqual(2)
    }),
  )
})
