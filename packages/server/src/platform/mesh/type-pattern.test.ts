import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileTypePattern } from './type-pattern.ts'

/** What the words say, as slowly as it is plain. */
function fits([word, ...words]: readonly string[], [part, ...parts]: readonly string[]): boolean {
  if (part === undefined) return word === undefined
  if (part === '**')
    return (
      fits(word === undefined ? [] : [word, ...words], parts) || (word !== undefined && fits(words, [part, ...parts]))
    )
  return word !== undefined && (part === '*' || part === word) && fits(words, parts)
}

test('a pattern fits what its words say, whatever they are', () => {
  const word = fc.constantFrom('a', 'b', 'c')
  const words = fc.array(word, { minLength: 1, maxLength: 8 })
  const pattern = fc.array(fc.oneof(word, fc.constant('*'), fc.constant('**')), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(words, pattern, (type, parts) => {
      expect(compileTypePattern(parts.join('.'))(type.join('.'))).toBe(fits(type, parts))
    }),
    { numRuns: 20_000 },
  )
})
