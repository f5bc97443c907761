import { applyPatch } from 'diff'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LineDiff, LineDiffOptions } from './line-diff.ts'
import * as work from './line-diff.ts'
import { finish } from './turns.ts'

const lineDiff = (before: string, after: string, options?: LineDiffOptions): LineDiff =>
  finish(work.lineDiff(before, after, options))
const unifiedDiff = (diff: LineDiff, names?: { from?: string; to?: string }): string =>
  finish(work.unifiedDiff(diff, names))

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '', 'x\r', '}', '-- x', '@@'), { maxLength: 25 })
  .chain((lines) => fc.boolean().map((ended) => lines.join('\n') + (ended ? '\n' : '')))

/** The text that a diff with all its context describes on one side. */
const side = (diff: LineDiff, without: '+' | '-'): string =>
  diff.hunks
    .flatMap(({ lines }) => lines)
    .filter(({ op }) => op !== without)
    .map(({ text, unterminated }) => (unterminated ? text : `${text}\n`))
    .join('')

test('a tangle of ten thousand lines is replaced whole, and says that it is approximate', () => {
  const shuffled = (step: number) => Array.from({ length: 10_007 }, (_, index) => `${(index * step) % 10_007}`)
  const [before, after] = [`start\n${shuffled(5).join('\n')}\nend`, `start\n${shuffled(4999).join('\n')}\nend`]
  const diff = lineDiff(before, after, { context: 20_000 })
  expect(diff).toMatchObject({ approximate: true, added: 10_006, removed: 10_006 })
  expect(side(diff, '-')).toBe(after)
})

test('a text of ten thousand lines written anew is exact', () => {
  const lines = (name: string) => Array.from({ length: 10_000 }, (_, index) => `${name}${index}`).join('\n')
  expect(lineDiff(lines('a'), lines('b'))).toMatchObject({ approximate: false, added: 10_000, removed: 10_000 })
})

test('equal texts have no hunks and an empty unified diff', () => {
  expect(lineDiff('a\nb', 'a\nb')).toEqual({ hunks: [], added: 0, removed: 0, approximate: false })
  expect(unifiedDiff(lineDiff('a\nb', 'a\nb'))).toBe('')
})

test('a changed line ending is a change', () => {
  expect(lineDiff('a\r\nb\n', 'a\nb\n')).toMatchObject({ added: 1, removed: 1 })
})

test('gives hunks with line numbers and context', () => {
  const before = 'one\ntwo\nthree\nfour\nfive\n'
  expect(lineDiff(before, before.replace('three', 'drei'), { context: 1 }).hunks).toEqual([
    {
      old_start: 2,
      old_lines: 3,
      new_start: 2,
      new_lines: 3,
      lines: [
        { op: ' ', text: 'two' },
        { op: '-', text: 'three' },
        { op: '+', text: 'drei' },
        { op: ' ', text: 'four' },
      ],
    },
  ])
})

test('writes a unified diff as GNU diff does', () => {
  expect(unifiedDiff(lineDiff('', 'new'))).toBe('--- a\n+++ b\n@@ -0,0 +1 @@\n+new\n\\ No newline at end of file\n')
  expect(unifiedDiff(lineDiff('a\nb\n', 'a\n'), { from: 'x 1.0.0', to: 'x 1.1.0' })).toBe(
    '--- x 1.0.0\n+++ x 1.1.0\n@@ -1,2 +1 @@\n a\n-b\n',
  )
})

test('a name cannot forge lines of the diff', () => {
  expect(unifiedDiff(lineDiff('a', 'b'), { from: 'x\n+++ y' }).split('\n')[0]).toBe('--- x +++ y')
})

test('the two sides of a diff are the two texts', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = lineDiff(before, after, { context: 100 })
      if (before === after) return
      expect(side(diff, '+')).toBe(before)
      expect(side(diff, '-')).toBe(after)
    }),
  )
})

test('another implementation applies the unified diff', () => {
  fc.assert(
    fc.property(text, text, fc.nat(4), (before, after, context) => {
      if (before === after) return
      expect(
        applyPatch(before, unifiedDiff(lineDiff(before, after, { context })), { autoConvertLineEndings: false }),
      ).toBe(after)
    }),
  )
})
