import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SIMILARITY_MIN, type SoftMatcher } from './soft-matcher.ts'

const WORDS = [
  'pottery',
  'craft',
  'car',
  'automobile',
  'planet',
  'kubernetes',
  'quickly',
  '42',
  '🎉',
  '机构',
  "don't",
  '',
]
const anyWord = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 20 }))
const question = fc.array(fc.record({ word: anyWord, weight: fc.double({ min: 0, max: 10, noNaN: true }) }), {
  maxLength: 6,
})

/** The promises of the port, run against an adapter. */
export function describeSoftMatcher(name: string, make: () => SoftMatcher): void {
  describe(`${name} keeps the promises of a soft matcher`, () => {
    const matcher = make()

    test('has a name', () => expect(matcher.model).not.toBe(''))

    test('nearness is from -1 to 1, the same both ways, and 1 for the same word', () => {
      fc.assert(
        fc.property(anyWord, anyWord, (a, b) => {
          expect(matcher.similarity(a, b)).toBe(matcher.similarity(b, a))
          expect(Math.abs(matcher.similarity(a, b))).toBeLessThanOrEqual(1)
          expect(matcher.similarity(a, a)).toBe(1)
        }),
      )
    })

    test('a score is the mean by weight of what `nearest` tells, whatever the order of the words', () => {
      fc.assert(
        fc.property(question, fc.array(anyWord, { maxLength: 12 }), (asked, words) => {
          const query = matcher.prepare(asked)
          const total = asked.reduce((sum, { weight }) => sum + weight, 0)
          const told = query
            .nearest(words)
            .reduce((sum, near, index) => sum + near.similarity * asked[index]!.weight, 0)
          expect(query.score(words)).toBeCloseTo(total === 0 ? 0 : told / total, 5)
          expect(query.score(words.toReversed())).toBe(query.score(words))
        }),
      )
    })

    test('nothing below the least nearness counts', () => {
      fc.assert(
        fc.property(question, fc.array(anyWord, { maxLength: 12 }), (asked, words) => {
          for (const { similarity, nearest } of matcher.prepare(asked).nearest(words)) {
            expect(similarity === 0 || similarity >= SIMILARITY_MIN - 1e-6).toBe(true)
            expect(nearest === undefined).toBe(similarity === 0)
          }
        }),
      )
    })

    test('a text that holds every word of the question scores 1, one of other scripts 0', () => {
      const query = matcher.prepare([
        { word: 'pottery', weight: 2 },
        { word: 'class', weight: 1 },
      ])
      expect(query.score(['a', 'class', 'for', 'pottery'])).toBeCloseTo(1)
      expect(query.score(['🎉'])).toBe(0)
      expect(query.score([])).toBe(0)
    })

    test('words of one meaning are near, and words of another are not', () => {
      expect(matcher.similarity('car', 'automobile')).toBeGreaterThan(SIMILARITY_MIN)
      expect(matcher.similarity('car', 'pottery')).toBeLessThan(SIMILARITY_MIN)
    })
  })
}
