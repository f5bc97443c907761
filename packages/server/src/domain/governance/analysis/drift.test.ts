import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DRIFT_NAMES, DRIFT_PARTS, type DriftPart, driftOf, type Share } from './drift.ts'

const anyShares = fc.array(fc.tuple(fc.nat({ max: 5000 }), fc.nat({ max: 5000 })), { minLength: 5, maxLength: 5 }).map(
  (drawn) =>
    // As many as there are parts.
    Object.fromEntries(
      DRIFT_NAMES.map((name, at) => [
        name,
        { part: Math.min(...(drawn[at] ?? [0, 0])), whole: Math.max(...(drawn[at] ?? [0, 0])) },
      ]),
    ) as Record<DriftPart, Share>,
)

test('the weights are a hundred points together', () => {
  expect(Object.values(DRIFT_PARTS).reduce((sum, { weight }) => sum + weight, 0)).toBe(100)
})

test('the score is an integer from 0 to 100 and the sum of its parts, and nothing is no drift', () => {
  fc.assert(
    fc.property(anyShares, (shares) => {
      const { score, parts } = driftOf(shares, false)
      expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true)
      expect(parts.reduce((sum, { points }) => sum + points, 0)).toBe(score)
      expect(score === 0).toBe(Object.values(shares).every(({ part }) => part === 0))
      expect(driftOf(shares, true).score).toBe(100)
    }),
  )
})

test('no part that grows lowers the score', () => {
  fc.assert(
    fc.property(anyShares, fc.constantFrom(...DRIFT_NAMES), fc.nat({ max: 5000 }), (shares, name, more) => {
      const { part, whole } = shares[name]
      const grown = { ...shares, [name]: { part: Math.min(whole, part + more), whole } }
      expect(driftOf(grown, false).score).toBeGreaterThanOrEqual(driftOf(shares, false).score)
    }),
  )
})

test.for([
  { part: 1, points: 2 },
  { part: 10, points: 4 },
  { part: 250, points: 20 },
  { part: 1000, points: 40 },
])('$part of a thousand that become allowed are $points of 40 points', ({ part, points }) => {
  const none = { part: 0, whole: 1000 }
  const shares = { approvals_lost: none, oversight_lost: none, unenforced: none, leaned_on: none }
  expect(driftOf({ ...shares, widened: { part, whole: 1000 } }, false).score).toBe(points)
})
