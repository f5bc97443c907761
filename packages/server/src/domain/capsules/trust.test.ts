import { TRUST_LEVELS } from '@forge-cascade/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectiveTrust, TRUST_MIXED_PARENTS, TRUST_NEW, trustLevel } from './trust.ts'

test.for([
  { score: 100, level: 'CORE' },
  { score: 99, level: 'TRUSTED' },
  { score: 80, level: 'TRUSTED' },
  { score: 79, level: 'STANDARD' },
  { score: 60, level: 'STANDARD' },
  { score: 59, level: 'SANDBOX' },
  { score: 40, level: 'SANDBOX' },
  { score: 39, level: 'QUARANTINE' },
  { score: 1, level: 'QUARANTINE' },
  { score: 0, level: 'QUARANTINE' },
  { score: -1, level: 'QUARANTINE' },
] as const)('$score is $level', ({ score, level }) => {
  expect(trustLevel(score)).toBe(level)
})

test('a new capsule is STANDARD, one of mixed origin SANDBOX', () => {
  expect([trustLevel(TRUST_NEW), trustLevel(TRUST_MIXED_PARENTS)]).toEqual(['STANDARD', 'SANDBOX'])
})

test.for([
  { name: 'without parents it is its own', trust: 75, parents: [], effective: 75 },
  { name: 'parents above it change nothing', trust: 60, parents: [80, 100], effective: 60 },
  { name: 'the least parent bounds it', trust: 60, parents: [80, 45, 50], effective: 45 },
  { name: 'a parent of hardly any trust leaves hardly any', trust: 60, parents: [1, 80], effective: 1 },
  { name: 'one quarantined parent of two leaves 40', trust: 60, parents: [0, 80], effective: 40 },
  { name: 'many quarantined parents beside one sound one leave 40', trust: 100, parents: [0, 0, 0, 60], effective: 40 },
  { name: 'mixed parents never lift it to 40', trust: 15, parents: [0, 80], effective: 15 },
  { name: 'mixed parents leave no more than the least sound one', trust: 60, parents: [0, 25, 80], effective: 25 },
  { name: 'when the only parent is quarantined it is 0', trust: 100, parents: [0], effective: 0 },
  { name: 'when all parents are quarantined it is 0', trust: 100, parents: [0, 0, 0], effective: 0 },
  { name: 'a capsule of no trust has none, whatever its parents', trust: 0, parents: [100], effective: 0 },
])('$name', ({ trust, parents, effective }) => {
  expect(effectiveTrust({ trust, quarantined: false, parents })).toBe(effective)
  expect(effectiveTrust({ trust, quarantined: true, parents })).toBe(0)
})

const score = fc.integer({ min: 0, max: 100 })
const inputs = fc.record({ trust: score, quarantined: fc.boolean(), parents: fc.array(score, { maxLength: 8 }) })

test('it is an integer from 0 to its own trust', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const effective = effectiveTrust(given)
      expect(Number.isInteger(effective)).toBe(true)
      expect(effective).toBeGreaterThanOrEqual(0)
      expect(effective).toBeLessThanOrEqual(given.trust)
    }),
  )
})

test('it is never above any parent that is not quarantined', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      for (const parent of given.parents.filter((trust) => trust > 0)) {
        expect(effectiveTrust(given)).toBeLessThanOrEqual(parent)
      }
    }),
  )
})

test('quarantine leaves nothing', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      expect(effectiveTrust({ ...given, quarantined: true })).toBe(0)
    }),
  )
})

test('less trust of its own never gives more', () => {
  fc.assert(
    fc.property(inputs, score, (given, other) => {
      const [less, more] = [Math.min(given.trust, other), Math.max(given.trust, other)]
      expect(effectiveTrust({ ...given, trust: less })).toBeLessThanOrEqual(effectiveTrust({ ...given, trust: more }))
    }),
  )
})

/** A parent's trust, or its quarantine, as the rule tells them apart: above what mixed parents leave, or nothing. */
const soundOrNone = fc.oneof(fc.constant(0), fc.integer({ min: TRUST_MIXED_PARENTS, max: 100 }))

test('less trust of a parent never gives more, down to SANDBOX and to quarantine', () => {
  fc.assert(
    fc.property(
      inputs,
      fc.array(soundOrNone, { minLength: 1, maxLength: 8 }),
      soundOrNone,
      fc.nat(),
      (given, parents, other, at) => {
        const index = at % parents.length
        const [less, more] = [Math.min(parents[index]!, other), Math.max(parents[index]!, other)]
        const withParent = (trust: number) => effectiveTrust({ ...given, parents: parents.with(index, trust) })
        expect(withParent(less)).toBeLessThanOrEqual(withParent(more))
      },
    ),
  )
})

test('less trust of a parent that stays out of quarantine never gives more', () => {
  const parent = fc.integer({ min: 1, max: 100 })
  fc.assert(
    fc.property(inputs, parent, parent, (given, a, b) => {
      const withParent = (trust: number) => effectiveTrust({ ...given, parents: [...given.parents, trust] })
      expect(withParent(Math.min(a, b))).toBeLessThanOrEqual(withParent(Math.max(a, b)))
    }),
  )
})

test('the one exception: quarantine of a parent below SANDBOX beside sound ones leaves up to SANDBOX', () => {
  const beside = (parent: number) => effectiveTrust({ trust: 60, quarantined: false, parents: [parent, 80] })
  expect([beside(10), beside(0)]).toEqual([10, 40])
})

test('another sound parent never gives more, and the order of parents never matters', () => {
  fc.assert(
    fc.property(inputs, fc.integer({ min: 1, max: 100 }), (given, parent) => {
      const before = effectiveTrust(given)
      const isMixedAfter = given.parents.length > 0 && given.parents.every((trust) => trust === 0)
      const after = effectiveTrust({ ...given, parents: [...given.parents, parent] })
      // A first sound parent beside quarantined ones is what the rule of mixed parents is about.
      if (!isMixedAfter) expect(after).toBeLessThanOrEqual(before)
      expect(effectiveTrust({ ...given, parents: given.parents.toReversed() })).toBe(before)
    }),
  )
})

test('every named level is the level of its own score', () => {
  for (const [level, least] of Object.entries(TRUST_LEVELS)) expect(trustLevel(least)).toBe(level)
})
