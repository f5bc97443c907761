import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from './bytes.ts'
import { countPostings, decodePostings, readAll, readPostings, writePostings } from './postings.ts'

/** Lists of up to three blocks; in some all weights are 1. */
const list = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 300 }), weight: fc.integer({ min: 1, max: 200 }) }), {
    maxLength: 400,
    size: 'max',
  })
  .chain((rows) =>
    fc.boolean().map((isPlain) => rows.map(({ gap, weight }) => ({ gap, weight: isPlain ? 1 : weight }))),
  )

test('a list is read as it was written, at once and behind what was read before', () => {
  fc.assert(
    fc.property(list, fc.integer({ min: 0, max: 5 }), (rows, from) => {
      let document = -1
      const documents = rows.map(({ gap }) => (document += gap))
      const weights = rows.map(({ weight }) => weight)
      const lengths = new Uint32Array(document + 1).fill(9)
      const out = new ByteWriter()
      writePostings(out, { count: rows.length, documents, weights }, lengths)
      const bytes = out.view()
      const read = { documents: new Int32Array(from + rows.length), weights: new Int32Array(from + rows.length) }
      expect(countPostings(bytes)).toBe(rows.length)
      expect(readAll(bytes, read, from)).toBe(from + rows.length)
      expect([...read.documents]).toEqual([...Array(from).fill(0), ...documents])
      expect([...read.weights]).toEqual([...Array(from).fill(0), ...weights])
      const postings = readPostings(bytes, lengths)
      const decoded = postings ? decodePostings(postings) : { documents: [], weights: [] }
      expect([Array.from(decoded.documents), Array.from(decoded.weights)]).toEqual([documents, weights])
    }),
    { numRuns: 200 },
  )
})
