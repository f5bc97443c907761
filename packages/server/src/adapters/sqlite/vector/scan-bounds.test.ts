import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom, gaussian } from './clustered-vectors.ts'
import { searchExact } from './exact-search.ts'
import type { KernelKind } from './kernel/kernel.ts'
import type { SlotColumns, SlotFilter } from './slot-filter.ts'
import { VectorSpace } from './vector-space.ts'

const KERNELS = ['relaxed', 'simd'] as const satisfies KernelKind[]
const PLAIN: SlotColumns = { trust: 0, type: 0, status: 1, owner: 1, identity: 0, lane: 0, fold: 0, tags: [] }
const K = 5

/** Name of a kind of vector → its number at a place; hostile to codes of a fixed number of levels, or to their sums. */
const SHAPES: Readonly<Record<string, (index: number, random: () => number) => number>> = {
  noise: (_, random) => gaussian(random),
  ones: () => 1,
  'minus ones': () => -1,
  'signs in turn': (index) => (index % 2 === 0 ? 1 : -1),
  'one large number': (index) => (index === 0 ? 1000 : 1),
  'one number alone': (index) => (index === 0 ? -1 : 0),
  'halves of levels': (index, random) => (index === 0 ? 127 : Math.floor(random() * 126) + 0.5),
  'almost the same': (_, random) => 1 + 1e-3 * gaussian(random),
  'huge and tiny': (index) => (index % 2 === 0 ? 3e38 : 1e-38),
  'tiny throughout': (index) => (index + 1) * 1e-42,
}

const shaped = (dimensions: number) =>
  fc.tuple(fc.constantFrom(...Object.values(SHAPES)), fc.nat()).map(([shape, seed]) => {
    const random = createRandom(seed)
    return Float32Array.from({ length: dimensions }, (_, index) => shape(index, random))
  })

function cosine(left: Float32Array, right: Float32Array): number {
  let [product, leftSquares, rightSquares] = [0, 0, 0]
  for (const [index, value] of left.entries()) {
    product += value * right[index]!
    leftSquares += value * value
    rightSquares += right[index]! * right[index]!
  }
  return product / Math.sqrt(leftSquares) / Math.sqrt(rightSquares)
}

function fill(kernel: KernelKind, rows: readonly Float32Array[]): VectorSpace {
  const space = VectorSpace.create(rows[0]!.length, { kernel })
  rows.forEach((row, slot) => {
    space.put(slot, row, { ...PLAIN, trust: (slot * 37) % 100 })
  })
  return space
}

/** That nothing found is above its reach, nothing missing above the ceiling, and the k nearest are those of brute force. */
function expectProven(
  space: VectorSpace,
  exact: readonly number[],
  query: Float32Array,
  filter: SlotFilter,
  limit: number,
) {
  const { slots, reaches, ceiling, scanned } = space.reader.search(query, filter, limit)
  const passing: number[] = []
  space.reader.filterBitmap(filter).forEach((slot) => {
    passing.push(slot)
  })
  expect(scanned).toBe(passing.length)
  expect(slots.length).toBe(Math.min(limit, passing.length))
  slots.forEach((slot, at) => {
    expect(exact[slot]).toBeLessThanOrEqual(reaches[at]!)
  })
  const found = new Set(slots)
  const missing = passing.filter((slot) => !found.has(slot)).map((slot) => exact[slot]!)
  expect(Math.max(-Infinity, ...missing)).toBeLessThanOrEqual(ceiling)
  const best = passing.map((slot) => exact[slot]!).sort((left, right) => right - left)
  const answer = searchExact(space.reader, query, filter, K, (asked) => asked.map((slot) => exact[slot]))
  expect(answer.hits.map(({ score }) => score)).toEqual(best.slice(0, K))
}

test.for([1, 2, 15, 16, 17, 31, 33, 64, 384, 1000, 4096])(
  'every bound holds among hostile vectors of %i numbers',
  (dimensions) => {
    const rows = fc.array(shaped(dimensions), { minLength: 1, maxLength: 90 })
    const law = fc.property(
      rows,
      shaped(dimensions),
      fc.nat(100),
      fc.integer({ min: 1, max: 60 }),
      (all, query, trustMin, limit) => {
        const exact = all.map((row) => cosine(row, query))
        for (const kernel of KERNELS) expectProven(fill(kernel, all), exact, query, { trustMin }, limit)
      },
    )
    fc.assert(law, { numRuns: dimensions > 500 ? 10 : 40 })
  },
)

describe('every bound holds whatever part of the slots passes', () => {
  const random = createRandom(29)
  const near = Float32Array.from({ length: 33 }, () => gaussian(random))
  const sets: Readonly<Record<string, () => number[]>> = {
    'in all directions': () => Array.from(near, () => gaussian(random)),
    'within 0.05 of each other': () => Array.from(near, (value) => value + 0.15 * gaussian(random)),
  }
  test.for(Object.keys(sets))('among vectors %s', (name) => {
    const rows = Array.from({ length: 3000 }, () => Float32Array.from(sets[name]!()))
    const spaces = KERNELS.map((kernel) => fill(kernel, rows))
    for (const trustMin of [0, 20, 60, 71, 72, 73, 90, 99, 100]) {
      const query = Float32Array.from(sets[name]!())
      const exact = rows.map((row) => cosine(row, query))
      for (const space of spaces) expectProven(space, exact, query, { trustMin }, 64)
    }
  })
})
