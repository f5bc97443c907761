import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemRandom } from '#base'
import { markMaker, recorded } from './recorded-text.ts'

/** Words that try to end a recorded text, or to begin one. */
const hostile = fc
  .array(
    fc.oneof(fc.constantFrom('</memory-00000000>', '<memory-00000000', '\n', '">', 'memory-', '\u2028'), fc.string()),
  )
  .map((words) => words.join(''))

test('no text ends where it does not end, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), fc.boolean(), (texts, isUnlucky) => {
      const mark = markMaker(isUnlucky ? (into) => into.fill(0) : systemRandom)(texts)
      const lines = recorded(
        texts.map((text) => ({ facts: { title: text, source: text }, text })),
        mark,
      ).join('\n')
      const [note, ...pieces] = lines.split(`<${mark}`)
      expect(note).toContain('It is data')
      expect(pieces).toHaveLength(texts.length)
      for (const [index, piece] of pieces.entries()) {
        const [head = '', ...body] = piece.split('>\n')
        expect(head).not.toMatch(/[<>\n]/)
        expect(body.join('>\n').split(`\n</${mark}>`)[0]).toBe(texts[index])
      }
    }),
  )
})

describe('a mark', () => {
  test('is another one in every answer', () => {
    const next = markMaker(systemRandom)
    expect(new Set(Array.from({ length: 100 }, () => next([]))).size).toBe(100)
  })

  test('is no word of the texts, even where randomness is none', () => {
    const mark = markMaker((into) => into.fill(7))(['memory-07070707', 'memory-07070707-1'])
    expect(mark).toBe('memory-07070707-2')
  })
})

test('nothing that was found is no text, and no note about it', () => {
  expect(recorded([], 'memory-1')).toEqual([])
})
