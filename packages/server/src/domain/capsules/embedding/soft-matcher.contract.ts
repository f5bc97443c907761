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
const anyWords = fc.array(anyWord, { maxLength: 12 })

/** The nearness of each of some texts' words to each word of a question, as rows. */
export function compareWords(
  matcher: SoftMatcher,
  asked: readonly string[],
  words: readonly string[],
): readonly (readonly number[])[] {
  const terms = Uint32Array.from(words, (_, term) => term)
  const nearness = matcher.compare(asked, terms, { of: (term) => words[term] })
  expect(nearness).toHaveLength(words.length * asked.length)
  return words.map((_, at) => [...nearness.subarray(at * asked.length, (at + 1) * asked.length)])
}

/** The promises of the port, run against an adapter. */
export function describeSoftMatcher(name: string, make: () => SoftMatcher): void {
  describe(`${name} keeps the promises of a soft matcher`, () => {
    const matcher = make()

    test('has a name', () => expect(matcher.model).not.toBe(''))

    test('nearness is 0 or from the least that counts to 1, the same both ways, and 1 for a known word and itself', () => {
      fc.assert(
        fc.property(anyWords, anyWords, (asked, words) => {
          const rows = compareWords(matcher, asked, words)
          const back = compareWords(matcher, words, asked)
          for (const [at, row] of rows.entries()) {
            for (const [index, nearness] of row.entries()) {
              expect(nearness === 0 || (nearness >= Math.fround(SIMILARITY_MIN) && nearness <= 1)).toBe(true)
              expect(back[index]![at]).toBe(nearness)
              if (words[at] === asked[index] && WORDS.indexOf(words[at]!) < 8 && WORDS.includes(words[at]!))
                expect(nearness).toBeCloseTo(1, 6)
            }
          }
        }),
      )
    })

    test('a word is compared by itself: others beside it, and how often it is asked about, change nothing', () => {
      fc.assert(
        fc.property(anyWords, anyWord, anyWords, (asked, word, others) => {
          const [alone] = compareWords(matcher, asked, [word])
          expect(compareWords(matcher, asked, [...others, word, word]).slice(-2)).toEqual([alone, alone])
        }),
      )
    })

    test('numbers of other spellings are other words', () => {
      const terms = Uint32Array.of(7)
      const near = { of: () => 'automobile' }
      expect(matcher.compare(['car'], terms, near)[0]).toBeGreaterThan(SIMILARITY_MIN)
      expect(matcher.compare(['car'], terms, { of: () => 'pottery' })[0]).toBe(0)
      expect(matcher.compare(['car'], terms, { of: () => undefined })[0]).toBe(0)
      expect(matcher.compare(['car'], terms, near)[0]).toBeGreaterThan(SIMILARITY_MIN)
    })

    test('more words than are compared at once are all compared', () => {
      const asked = Array.from({ length: 70 }, (_, at) => (at === 65 ? 'automobile' : `word${at}`))
      const [row] = compareWords(matcher, asked, ['car'])
      expect(row![65]).toBe(compareWords(matcher, ['automobile'], ['car'])[0]![0])
      expect(compareWords(matcher, [], ['car'])).toEqual([[]])
      expect(compareWords(matcher, ['car'], [])).toEqual([])
    })

    test('words of one meaning are near, and words of another are not', () => {
      expect(compareWords(matcher, ['car'], ['automobile', 'pottery'])).toEqual([[expect.any(Number)], [0]])
      expect(compareWords(matcher, ['car'], ['automobile'])[0]![0]).toBeGreaterThan(SIMILARITY_MIN)
    })
  })
}
