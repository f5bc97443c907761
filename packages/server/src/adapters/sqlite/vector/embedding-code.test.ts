import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dotExact, embeddingLength, encodeQuery, normalise, QUERY_SHIFT } from './embedding-code.ts'

const embedding = (dimensions: number) =>
  fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: dimensions, maxLength: dimensions })
    .map((values) => Float32Array.from(values))
    .filter((vector) => vector.some((value) => value !== 0))

describe('an embedding is refused', () => {
  test.for([
    { why: 'it is all zero', vector: [0, 0, 0, -0], detail: 'no direction' },
    { why: 'it holds NaN', vector: [1, Number.NaN, 0, 0], detail: 'finite' },
    { why: 'it holds an infinity', vector: [1, 0, Number.NEGATIVE_INFINITY, 0], detail: 'finite' },
    { why: 'it is too short', vector: [1, 2, 3], detail: '4 numbers expected, 3 came' },
    { why: 'it is too long', vector: [1, 2, 3, 4, 5], detail: '4 numbers expected, 5 came' },
    { why: 'it is empty', vector: [], detail: '4 numbers expected, 0 came' },
  ])('when $why', ({ vector, detail }) => {
    const refused = expect.objectContaining({ code: 'EMBEDDING_MISMATCH', detail: expect.stringContaining(detail) })
    expect(() => embeddingLength(Float32Array.from(vector), 4)).toThrow(refused)
    expect(() => encodeQuery(Float32Array.from(vector), 4)).toThrow(refused)
  })
})

test('the largest and the smallest float32 numbers have a direction', () => {
  for (const value of [3.4028234663852886e38, 1.401298464324817e-45]) {
    expect([...normalise(Float32Array.of(value, 0))]).toEqual([1, 0])
    expect(encodeQuery(Float32Array.of(value, -value), 2).restMost).toBeLessThan(1e-3)
  }
})

test('a normalised embedding has length 1', () => {
  fc.assert(
    fc.property(embedding(7), (vector) => {
      const unit = normalise(vector)
      expect(dotExact(unit, unit)).toBeCloseTo(1, 5)
    }),
  )
})

test('a query stays within the 7 bits that the relaxed instruction defines, and is the sum of its two parts', () => {
  fc.assert(
    fc.property(embedding(19), (vector) => {
      const code = encodeQuery(vector, 19)
      for (const part of [code.coarse, code.fine]) {
        expect(part.length).toBe(64)
        expect(part.every((level) => level >= 1 && level <= 127)).toBe(true)
      }
      const unit = normalise(vector)
      const rest = unit.map((value, index) => {
        const coarse = code.coarseStep * (code.coarse[index]! - QUERY_SHIFT)
        return value - coarse - code.fineStep * (code.fine[index]! - QUERY_SHIFT)
      })
      expect(Math.hypot(...rest)).toBeLessThan(code.restMost + 1e-6)
      expect(code.restMost).toBeLessThan(1e-3)
    }),
  )
})
