import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distinctTerms } from './distinct-terms.ts'
import { TERM_MIN } from './ranking-source.ts'

const field = fc.array(fc.nat({ max: 60 }), { maxLength: 30 }).map((numbers) => Uint32Array.from(numbers))

test('each text can be read from its places, cut and without marks, and no term is there twice', () => {
  fc.assert(
    fc.property(fc.array(fc.array(field, { maxLength: 3 }), { maxLength: 8 }), fc.nat({ max: 12 }), (texts, length) => {
      const { numbers, texts: places } = distinctTerms(texts, length)
      const read = texts.map((fields) =>
        fields.flatMap((each) => [...each.subarray(0, length)].filter((number) => number >= TERM_MIN)),
      )
      expect(places.map((text) => Array.from(text, (place) => numbers[place]))).toEqual(read)
      expect([...numbers]).toEqual([...new Set(read.flat())])
    }),
    { numRuns: 1000 },
  )
})
