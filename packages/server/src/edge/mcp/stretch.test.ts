import { BYTES_PER_TOKEN } from '@forge-cascade/contract/agents'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bestStretch } from './stretch.ts'
import { fitting, tokensOf } from './token-budget.ts'

const text = fc.string({ unit: 'binary', maxLength: 300 })

describe('what fits into a budget', () => {
  test('is a beginning of the text, as long as may be, and never half a character', () => {
    fc.assert(
      fc.property(text, fc.nat(320), fc.nat(200), (content, from, tokens) => {
        const { start, end } = fitting(content, from, tokens)
        const cut = content.slice(start, end)
        expect(cut.isWellFormed()).toBe(content.isWellFormed())
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(tokens * BYTES_PER_TOKEN)
        const next = String.fromCodePoint(content.codePointAt(end) ?? 0x20)
        if (end < content.length) expect(Buffer.byteLength(cut + next)).toBeGreaterThan(tokens * BYTES_PER_TOKEN)
      }),
    )
  })

  test('read piece after piece gives the whole', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 50 }), (content, tokens) => {
        let read = ''
        for (let at = 0; at < content.length; ) {
          const { start, end } = fitting(content, at, tokens)
          read += content.slice(start, end)
          at = end
        }
        expect(read).toBe(content)
      }),
    )
  })

  test('a token is three bytes', () => {
    expect(['', 'a', 'abcd', 'äöü'].map(tokensOf)).toEqual([0, 1, 2, 2])
  })
})

describe('the best stretch', () => {
  const lines = Array.from({ length: 200 }, (_, index) => `Line ${index} says nothing of interest to anybody.`)
  lines[150] = 'Here is the needle that was looked for, and another needle.'
  const content = lines.join('\n')
  const at = (word: string, from = 0) => {
    const start = content.indexOf(word, from)
    return { start, end: start + word.length }
  }

  test('is all of a text that fits', () => {
    expect(bestStretch('short', [], 10)).toEqual({ start: 0, end: 5 })
  })

  test('is the beginning where nothing is known', () => {
    expect(bestStretch(content, [], 50).start).toBe(0)
  })

  test('holds the words that were found, and begins at a line', () => {
    const first = at('needle')
    const { start, end } = bestStretch(content, [first, at('needle', first.end)], 100)
    expect(content.slice(start, end)).toContain('another needle')
    expect(content[start - 1]).toBe('\n')
  })

  test('is where most of them stand', () => {
    const found = [at('Line 3 '), at('needle'), at('another')].toSorted((a, b) => a.start - b.start)
    const { start, end } = bestStretch(content, found, 100)
    expect(content.slice(start, end)).toContain('Here is the needle')
  })

  test('lies in the text and in the budget, whatever was found', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.tuple(fc.nat(300), fc.nat(20))),
        fc.integer({ min: 40, max: 80 }),
        (of, found, n) => {
          const places = found
            .map(([start, length]) => ({ start: Math.min(start, of.length), end: Math.min(start + length, of.length) }))
            .toSorted((a, b) => a.start - b.start)
          const { start, end } = bestStretch(of, places, n)
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeLessThanOrEqual(of.length)
          expect(tokensOf(of.slice(start, end))).toBeLessThanOrEqual(n)
        },
      ),
    )
  })
})
