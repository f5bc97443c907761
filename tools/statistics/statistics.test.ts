import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../bench/data/random.ts'
import { medianInterval } from './bootstrap.ts'
import { mannWhitney } from './mann-whitney.ts'
import { normalTail } from './normal.ts'
import { coefficientOfVariation, median } from './summary.ts'

const to = (length: number): number[] => Array.from({ length }, (_, at) => at)

/** scipy.stats.mannwhitneyu(one, two, alternative='two-sided', method='auto') of SciPy 1.17.1 (BSD-3-Clause). */
const SCIPY: readonly (readonly [
  name: string,
  one: readonly number[],
  two: readonly number[],
  u: number,
  p: number,
])[] = [
  ['small, no ties', [1.1, 2.2, 3.3, 4.4], [2.5, 3.6, 4.7, 5.8, 6.9], 3, 0.1111111111111111],
  ['apart', [1, 2, 3], [4, 5, 6], 0, 0.1],
  ['one beside many', [0.5], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0, 0.18181818181818182],
  [
    'eight beside twelve',
    [3.1, 4.7, 5.2, 6.6, 7.1, 8.9, 9.4, 10.2],
    [1.5, 2.2, 3.7, 4.1, 5.9, 6.1, 7.7, 8.3, 9.9, 10.8, 11.3, 12.6],
    ...([47, 0.9699293482575216] as const),
  ],
  ['few, with ties', [1, 2, 2, 3], [2, 3, 4, 4], 2.5, 0.13416918012812584],
  [
    'nine beside nine',
    [12.1, 11.4, 13.3, 10.8, 12.9, 11.7, 13.8, 10.2, 12.4],
    [12.6, 13.1, 14.2, 11.9, 13.5, 14.8, 12.2, 15.1, 13.9],
    ...([15, 0.0272753837615853] as const),
  ],
  [
    'many, with ties',
    [5, 5, 6, 7, 7, 7, 8, 9, 10, 10, 11],
    [6, 7, 8, 8, 9, 10, 11, 12, 12, 13],
    30,
    0.0821637014025872,
  ],
  ['mostly one value', Array(10).fill(1), [...Array(9).fill(1), 2], 45, 0.36812025069351895],
  ['far apart', to(20), to(20).map((value) => value + 100), 0, 6.795615128173358e-8],
]

/** As close as a sum of a hundred rounded numbers comes. */
const closeTo = (actual: number, expected: number): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected))

const value = fc.integer({ min: -50, max: 50 })
const sample = fc.array(value, { minLength: 1, maxLength: 12 })

describe('Mann-Whitney', () => {
  test.for(SCIPY)('of samples %s is what SciPy says', ([, one, two, u, p]) => {
    const found = mannWhitney(one, two)
    expect(found.u).toBe(u)
    closeTo(found.p, p)
  })

  test('is the same the other way round, with the other U', () => {
    fc.assert(
      fc.property(sample, sample, (one, two) => {
        const [there, back] = [mannWhitney(one, two), mannWhitney(two, one)]
        closeTo(back.p, there.p)
        expect(there.u + back.u).toBe(one.length * two.length)
      }),
    )
  })

  test('sees the order of values alone', () => {
    fc.assert(
      fc.property(sample, sample, (one, two) => {
        const stretched = (values: readonly number[]) => values.map((each) => Math.exp(each / 10) * 7 + 3)
        expect(mannWhitney(stretched(one), stretched(two))).toEqual(mannWhitney(one, two))
      }),
    )
  })

  test('gives a probability, and 1 for equal samples', () => {
    fc.assert(
      fc.property(sample, sample, (one, two) => {
        const { p } = mannWhitney(one, two)
        expect(p > 0 && p <= 1).toBe(true)
        closeTo(mannWhitney(one, one).p, 1)
      }),
    )
  })

  test('counts every order, where it counts', () => {
    // U of all ways to choose 3 places of 7, counted by hand.
    const orders = to(7).flatMap((a) => to(7).flatMap((b) => to(7).map((c) => [a, b, c])))
    const chosen = orders.filter(([a = 0, b = 0, c = 0]) => a < b && b < c)
    const uOf = (places: readonly number[]): number => places.reduce((sum, place, at) => sum + place - at, 0)
    for (const places of chosen) {
      const rest = to(7).filter((place) => !places.includes(place))
      const far = Math.max(uOf(places), 12 - uOf(places))
      const tail = chosen.filter((each) => uOf(each) >= far).length / chosen.length
      closeTo(mannWhitney(places, rest).p, Math.min(1, 2 * tail))
    }
  })

  test('needs two samples', () => {
    expect(() => mannWhitney([], [1])).toThrow(RangeError)
    expect(() => mannWhitney([1], [])).toThrow(RangeError)
  })
})

/** scipy.stats.norm.sf of SciPy 1.17.1. */
test.for([
  [0, 0.5],
  [0.5, 0.3085375387259869],
  [1, 0.15865525393145707],
  [1.5, 0.06680720126885807],
  [2, 0.022750131948179195],
  [3, 0.0013498980316300933],
  [5, 2.866515718791933e-7],
  [8, 6.22096057427174e-16],
  [10, 7.61985302416047e-24],
  [20, 2.7536241186061556e-89],
  [37, 5.7255712225239266e-300],
] as const)('the normal distribution has beyond %d what SciPy says', ([z, tail]) => {
  expect(Math.abs(normalTail(z) / tail - 1)).toBeLessThan(1e-12)
  expect(normalTail(-z)).toBeCloseTo(1 - tail, 15)
})

describe('the interval of a median', () => {
  const OPTIONS = { resamples: 10_000, seed: 1 }
  const FIFTEEN = [12.1, 11.4, 13.3, 10.8, 12.9, 11.7, 13.8, 10.2, 12.4, 14, 11.1, 12.7, 13, 10.9, 12.2]
  const FORTY = [
    ...[1.838, 2.448, 7.376, 4.037, 1.015, 2.71, 1.87, 2.972, 1.036, 3.143, 3.131, 6.996, 3.287, 3.693, 1.11, 10.503],
    ...[0.861, 5.265, 2.23, 1.603, 1.834, 1.816, 3.415, 2.545, 6.616, 0.907, 2.713, 1.592, 4.33, 0.763, 2.212, 3.084],
    ...[1.116, 4.909, 3.026, 4.973, 4.833, 1.51, 1.684, 2.406],
  ]

  // scipy.stats.bootstrap((x,), np.median, n_resamples=100000, method='percentile') of SciPy 1.17.1, with three seeds.
  test('is what SciPy finds, with chance of its own', () => {
    // SciPy says 11.1 and 13; the share of medians up to 12.9 is 0.97455, so close to 0.975 that chance decides.
    const [from, to] = medianInterval(FIFTEEN, { resamples: 100_000, seed: 1 })
    expect([from, to >= 12.9 && to <= 13]).toEqual([11.1, true])
    const [low, high] = medianInterval(FORTY, { resamples: 100_000, seed: 1 })
    expect([low, high]).toEqual([expect.closeTo(1.854, 2), expect.closeTo(3.137, 2)])
  })

  test('is the same for the same seed, whatever the order of the values', () => {
    const again = medianInterval(FORTY.toReversed(), OPTIONS)
    expect(medianInterval(FORTY, OPTIONS)).toEqual(again)
  })

  test('of one value is that value', () => {
    expect(medianInterval([7], OPTIONS)).toEqual([7, 7])
    expect(() => medianInterval([], OPTIONS)).toThrow(RangeError)
  })

  const options = { resamples: 400, seed: 5 }

  test('holds the median, and lies within the values', () => {
    fc.assert(
      fc.property(sample, (values) => {
        const [low, high] = medianInterval(values, options)
        expect(low <= median(values) && median(values) <= high).toBe(true)
        expect(low >= Math.min(...values) && high <= Math.max(...values)).toBe(true)
      }),
    )
  })

  test('grows and moves with the values', () => {
    fc.assert(
      fc.property(sample, fc.constantFrom(2, 4, 0.5), (values, scale) => {
        const scaled = medianInterval(
          values.map((each) => each * scale),
          options,
        )
        expect(scaled).toEqual(medianInterval(values, options).map((each) => each * scale))
      }),
    )
  })

  test('is narrower for more values of one kind', () => {
    const random = createRandom(3)
    const draw = (count: number) => to(count).map(() => random())
    const width = (values: readonly number[]): number => {
      const [low, high] = medianInterval(values, OPTIONS)
      return high - low
    }
    expect(width(draw(400))).toBeLessThan(width(draw(20)))
  })
})

describe('a summary', () => {
  test.for([
    [[], Number.NaN],
    [[3], 3],
    [[3, 1], 2],
    [[9, 1, 5], 5],
    [[1, 2, 3, 10], 2.5],
    [[Number.MAX_VALUE, Number.MAX_VALUE], Number.MAX_VALUE],
  ] as const)('of %j has the median %d', ([values, expected]) => {
    expect(median(values)).toBe(expected)
  })

  // scipy.stats.variation(x, ddof=1) of SciPy 1.17.1.
  test('has the variation that SciPy says', () => {
    closeTo(
      coefficientOfVariation([12.1, 11.4, 13.3, 10.8, 12.9, 11.7, 13.8, 10.2, 12.4, 14, 11.1, 12.7, 13, 10.9, 12.2])!,
      0.09364436922368208,
    )
    expect(coefficientOfVariation([1, 3])).toBeCloseTo(Math.SQRT1_2, 15)
  })

  test('has no variation where there is none to tell', () => {
    expect([coefficientOfVariation([]), coefficientOfVariation([1]), coefficientOfVariation([-1, 1])]).toEqual(
      Array(3).fill(undefined),
    )
  })

  test('has a variation that knows no unit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2 }), (values) => {
        const inSeconds = coefficientOfVariation(values.map((each) => each / 1000))!
        expect(inSeconds).toBeCloseTo(coefficientOfVariation(values)!, 12)
        expect(inSeconds).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
