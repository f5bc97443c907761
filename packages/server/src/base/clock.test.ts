import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toRfc3339 } from './clock.ts'

const DATE_MAX = 8.64e15

test.for([
  [0, '1970-01-01T00:00:00.000Z'],
  [-1, '1969-12-31T23:59:59.999Z'],
  [951_782_400_007, '2000-02-29T00:00:00.007Z'],
] as const)('%d ms is %s', ([ms, text]) => {
  expect(toRfc3339(ms)).toBe(text)
})

test('a moment is told as the language tells it, in whatever order moments come', () => {
  const moment = fc.oneof(
    fc.integer({ min: -5000, max: 5000 }),
    fc.maxSafeInteger().map((ms) => Math.max(-DATE_MAX, Math.min(DATE_MAX, ms))),
    fc.integer({ min: 1_700_000_000_000, max: 1_700_000_002_000 }),
  )
  fc.assert(
    fc.property(fc.array(moment, { minLength: 1, maxLength: 50 }), (moments) => {
      expect(moments.map(toRfc3339)).toEqual(moments.map((ms) => new Date(ms).toISOString()))
    }),
  )
})

test('what is no moment is refused, before and after one that is', () => {
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, DATE_MAX + 1]) {
    expect(() => toRfc3339(ms)).toThrow(RangeError)
    expect(toRfc3339(0)).toBe('1970-01-01T00:00:00.000Z')
    expect(() => toRfc3339(ms)).toThrow(RangeError)
  }
})
