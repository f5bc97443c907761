import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Arm, BUCKETS, bucketOf, rankArms } from './split.ts'

const ids = (count: number, of = 'subject') => Array.from({ length: count }, (_, index) => `${of}-${index}`)
const armOf = (id: string, arms: readonly Arm[], salt = 'test'): string => rankArms(salt, id, arms)[0]!
/** Two sides of five standard deviations: a sound split is beyond it once in more than a million. */
const within = (found: number, count: number, share: number) => {
  const deviation = Math.sqrt(count * share * (1 - share))
  expect(Math.abs(found - count * share)).toBeLessThanOrEqual(5 * deviation)
}

describe('a split', () => {
  test.for([{ weights: [1, 1] }, { weights: [90, 10] }, { weights: [99, 1] }, { weights: [5, 3, 2] }])(
    'gives arms ids in the proportion $weights, within the bounds of chance',
    ({ weights }) => {
      const count = 10_000
      const arms = weights.map((weight, index) => ({ provider: `p${index}`, weight }))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const found = new Map<string, number>()
      for (const id of ids(count)) {
        const arm = armOf(id, arms)
        found.set(arm, (found.get(arm) ?? 0) + 1)
      }
      for (const { provider, weight } of arms) within(found.get(provider) ?? 0, count, weight / total)
    },
  )

  test('is the same for the same id whatever the order of the arms, and another with another salt', () => {
    const arms = [
      { provider: 'a', weight: 1 },
      { provider: 'b', weight: 2 },
      { provider: 'c', weight: 3 },
    ]
    let moved = 0
    for (const id of ids(2000)) {
      expect(armOf(id, arms.toReversed())).toBe(armOf(id, arms))
      if (armOf(id, arms, 'other') !== armOf(id, arms)) moved += 1
    }
    expect(moved).toBeGreaterThan(500)
  })

  test('raising one weight moves ids to that arm alone, lowering it from that arm alone', () => {
    const weight = fc.integer({ min: 0, max: 1000 })
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 2, maxLength: 6 }),
        fc.nat(5),
        weight,
        fc.string(),
        (all, at, raised, id) => {
          fc.pre(all.some((one) => one > 0))
          const changed = at % all.length
          const arms = all.map((one, index) => ({ provider: `p${index}`, weight: one }))
          const other = arms.map((arm, index) => (index === changed ? { ...arm, weight: raised } : arm))
          fc.pre(other.some((arm) => arm.weight > 0))
          const [before, after] = [armOf(id, arms), armOf(id, other)]
          if (before === after) return
          expect(raised > all[changed]! ? after : before).toBe(`p${changed}`)
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('an arm of weight 0 has nobody', () => {
    const arms = [
      { provider: 'a', weight: 0 },
      { provider: 'b', weight: 1 },
    ]
    expect(new Set(ids(1000).map((id) => armOf(id, arms)))).toEqual(new Set(['b']))
  })

  test('buckets are spread evenly', () => {
    const count = 10_000
    const low = ids(count).filter((id) => bucketOf('salt', id) < BUCKETS / 10).length
    within(low, count, 0.1)
  })

  // Whoever has to find the same people again elsewhere can: the bucket is plain SHA-256.
  test('a bucket is SHA-256 of salt, zero byte and id, its first six bytes modulo 10,000', () => {
    expect(bucketOf('half', 'subject-1')).toBe(bucketOf('half', 'subject-1'))
    expect([bucketOf('a', 'b'), bucketOf('salt', 'id')]).toMatchInlineSnapshot(`
      [
        6524,
        8336,
      ]
    `)
  })
})
