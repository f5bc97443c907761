import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BlamedLine, type BlameVersion, blamedLines, blameNext, NOTHING_BLAMED } from './blame.ts'
import { finish } from './turns.ts'

const blame = (versions: readonly BlameVersion[]): BlamedLine[] =>
  finish(blamedLines(versions.reduce((blaming, version) => finish(blameNext(blaming, version)), NOTHING_BLAMED)))

const toVersions = (contents: readonly string[]): BlameVersion[] =>
  contents.map((content, index) => ({
    version: `1.${index}.0`,
    content,
    at: `2026-01-${String(index + 1).padStart(2, '0')}T00:00:00.000Z`,
    author: `author-${index}`,
  }))

const origins = (contents: readonly string[]): string[] => blame(toVersions(contents)).map(({ version }) => version)

test('no versions and an empty text have no lines to blame', () => {
  expect(blame([])).toEqual([])
  expect(origins(['gone', ''])).toEqual([])
})

test('each line names the version, the time and the author that brought it in', () => {
  expect(blame(toVersions(['a\nb\n', 'a\nc\nb\n']))).toEqual([
    { line: 1, text: 'a', version: '1.0.0', at: '2026-01-01T00:00:00.000Z', author: 'author-0' },
    { line: 2, text: 'c', version: '1.1.0', at: '2026-01-02T00:00:00.000Z', author: 'author-1' },
    { line: 3, text: 'b', version: '1.0.0', at: '2026-01-01T00:00:00.000Z', author: 'author-0' },
  ])
})

test.for([
  {
    name: 'a moved line keeps its version',
    contents: ['a\nb\nc\n', 'c\na\nb\n'],
    expected: ['1.0.0', '1.0.0', '1.0.0'],
  },
  { name: 'a line that comes back is new', contents: ['a\nb\n', 'a\n', 'a\nb\n'], expected: ['1.0.0', '1.2.0'] },
  {
    name: 'a line that gets a neighbour below keeps its version',
    contents: ['a\n', 'a\nb\n'],
    expected: ['1.0.0', '1.1.0'],
  },
  { name: 'a second copy of a line is new', contents: ['a\n', 'a\na\n'], expected: ['1.0.0', '1.1.0'] },
  { name: 'a changed line ending is a new line', contents: ['a\r\nb\n', 'a\nb\n'], expected: ['1.1.0', '1.0.0'] },
])('$name', ({ contents, expected }) => {
  expect(origins(contents)).toEqual(expected)
})

test('a rotation too large for the smallest diff still keeps every version', () => {
  const lines = (step: number) => Array.from({ length: 5003 }, (_, index) => `line ${(index * step) % 5003}\n`).join('')
  expect(new Set(origins([lines(3), lines(2501)]))).toEqual(new Set(['1.0.0']))
})

test('agrees with the brute-force model: a distinct line is as old as its unbroken presence', () => {
  const history = fc.array(fc.uniqueArray(fc.nat(30), { maxLength: 20 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(history, (versions) => {
      const contents = versions.map((lines) => lines.map((line) => `line ${line}\n`).join(''))
      const model = versions.at(-1)!.map((line) => {
        let first = versions.length - 1
        while (first > 0 && versions[first - 1]!.includes(line)) first--
        return `1.${first}.0`
      })
      expect(origins(contents)).toEqual(model)
    }),
  )
})
