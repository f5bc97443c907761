import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forEachWord } from './word-scan.ts'

/** What a word is, said once more. */
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’]\p{L}+)*/gu

const scanned = (text: string): string[] => {
  const found: string[] = []
  forEachWord(text, (start, end) => found.push(`${start} ${text.slice(start, end)}`))
  return found
}

const matched = (text: string): string[] => [...text.matchAll(WORD)].map(({ 0: word, index }) => `${index} ${word}`)

test('finds the words that the expression finds, wherever one script goes over into another', () => {
  const character = fc.constantFrom(...`aB9'’é\u0301_ .漢ß-\n𝒳`)
  const text = fc.oneof(
    fc.array(character, { maxLength: 12 }).map((all) => all.join('')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, (given) => {
      expect(scanned(given)).toEqual(matched(given))
    }),
    { numRuns: 5000 },
  )
})
