import { describe, expect, test } from 'vitest'
import { clusteredVectors, createRandom, gaussian } from './clustered-vectors.ts'
import { dotExact, normalise } from './embedding-code.ts'
import { searchExact } from './exact-search.ts'
import type { KernelKind } from './kernel/kernel.ts'
import type { SlotFilter } from './slot-filter.ts'
import { VectorSpace } from './vector-space.ts'

const KERNELS: readonly KernelKind[] = ['relaxed', 'simd']
const K = 10

/** Share of slots → the filter that lets about so many pass, by what `fill` writes. */
const FILTERS: Readonly<Record<string, SlotFilter>> = {
  'all slots': {},
  '50 %': { trustMin: 50 },
  '5 %': { tags: [1] },
  '0.3 %': { owner: 1 },
  '0.01 %': { identity: 1 },
}

function fill(kernel: KernelKind, vectors: readonly Float32Array[]): VectorSpace {
  const space = VectorSpace.create(vectors[0]!.length, { kernel })
  const random = createRandom(23)
  vectors.forEach((vector, slot) => {
    space.put(slot, vector, {
      trust: Math.floor(random() * 100),
      type: slot % 8,
      status: 1,
      owner: 1 + Math.floor(random() * 333),
      identity: 1 + (slot % 10_000),
      lane: 0,
      fold: 0,
      tags: random() < 0.05 ? [2, 1] : [2],
    })
  })
  return space
}

/** Smallest part of the true top ten that an answer held, over all queries and filters. */
function recall(space: VectorSpace, vectors: readonly Float32Array[], queries: readonly Float32Array[]): number {
  let worst = 1
  for (const filter of Object.values(FILTERS)) {
    const passing = space.reader.filterBitmap(filter)
    for (const query of queries) {
      const scores: number[] = []
      passing.forEach((slot) => {
        scores.push(dotExact(vectors[slot]!, query))
      })
      scores.sort((left, right) => right - left)
      const cut = scores[Math.min(K, scores.length) - 1] ?? -Infinity
      const { hits, exact } = searchExact(space.reader, query, filter, K, (slots) =>
        slots.map((slot) => dotExact(vectors[slot]!, query)),
      )
      expect(exact).toBe(true)
      // Of equal scores either may stand in the answer.
      const right = hits.filter(({ slot, score }) => passing.has(slot) && score >= cut).length
      worst = Math.min(worst, right / Math.min(K, scores.length))
    }
  }
  return worst
}

describe('the ten nearest are exactly those of double precision under every filter', () => {
  test.for([
    { dimensions: 384, count: 12_000, queries: 12 },
    { dimensions: 1536, count: 3_000, queries: 6 },
  ])('among clustered vectors of $dimensions dimensions', ({ dimensions, count, queries }) => {
    const vectors = clusteredVectors(count + queries, dimensions, createRandom(7))
    const rows = vectors.slice(0, count)
    for (const kernel of KERNELS) expect(recall(fill(kernel, rows), rows, vectors.slice(count))).toBe(1)
  })

  test.for([
    { dimensions: 384, noise: 1e-4 },
    { dimensions: 384, noise: 1e-2 },
    { dimensions: 1536, noise: 1e-3 },
  ])('among near-duplicates of $dimensions dimensions, $noise apart', ({ dimensions, noise }) => {
    const random = createRandom(41)
    const base = Float32Array.from({ length: dimensions }, () => gaussian(random))
    const near = () => normalise(base.map((value) => value + noise * gaussian(random)))
    const rows = Array.from({ length: 2_000 }, near)
    for (const kernel of KERNELS) expect(recall(fill(kernel, rows), rows, [near(), near(), normalise(base)])).toBe(1)
  })
})

test('rows that no longer pass are replaced by the next best', () => {
  const random = createRandom(1)
  const rows = Array.from({ length: 500 }, () => normalise(Float32Array.from({ length: 64 }, () => gaussian(random))))
  const { reader } = fill('relaxed', rows)
  const query = rows[0]!
  const order = [...rows.keys()].sort((a, b) => dotExact(rows[b]!, query) - dotExact(rows[a]!, query))
  const gone = new Set(order.slice(0, 100))
  const { hits } = searchExact(reader, query, {}, K, (slots) =>
    slots.map((slot) => (gone.has(slot) ? undefined : dotExact(rows[slot]!, query))),
  )
  expect(hits.map(({ slot }) => slot)).toEqual(order.slice(100, 110))
})

test('an answer says so when more slots could belong to it than a search can keep', () => {
  const same = normalise(Float32Array.from({ length: 16 }, (_, index) => index - 3.3))
  const { reader } = fill(
    'relaxed',
    Array.from({ length: 9_000 }, () => same),
  )
  const { hits, exact, scanned } = searchExact(reader, same, {}, K, (slots) => slots.map(() => dotExact(same, same)))
  expect([hits.length, exact, scanned]).toEqual([K, false, 9_000])
})
