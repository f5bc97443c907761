import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clusteredVectors, createRandom, gaussian } from './clustered-vectors.ts'
import { dotExact, normalise } from './embedding-code.ts'
import type { KernelKind } from './kernel/kernel.ts'
import { READERS_MAX, SEGMENT_SLOTS } from './kernel/layout.ts'
import { SlotBitmap } from './slot-bitmap.ts'
import type { SlotColumns, SlotFilter } from './slot-filter.ts'
import { VectorSpace } from './vector-space.ts'

const KERNELS: readonly KernelKind[] = ['relaxed', 'simd']
const PLAIN: SlotColumns = { trust: 60, type: 0, status: 1, owner: 1, identity: 0, lane: 0, fold: 0, tags: [] }
const EAST = Float32Array.of(1, 0)

function spaceOf(rows: readonly Partial<SlotColumns>[]): VectorSpace {
  const space = VectorSpace.create(2)
  rows.forEach((columns, slot) => {
    space.put(slot, EAST, { ...PLAIN, ...columns })
  })
  return space
}

const found = (space: VectorSpace, filter: SlotFilter): number[] => {
  const slots: number[] = []
  space.reader.filterBitmap(filter).forEach((slot) => {
    slots.push(slot)
  })
  return slots
}

describe('a space refuses', () => {
  test.for([0, -1, 1.5, 4097, Number.NaN])('%d dimensions', (dimensions) => {
    expect(() => VectorSpace.create(dimensions)).toThrow(expect.objectContaining({ code: 'EMBEDDING_MISMATCH' }))
  })

  test('a vector that is not one of its own, and keeps the slot as it was', () => {
    const space = spaceOf([{}])
    for (const vector of [Float32Array.of(0, 0), Float32Array.of(Number.NaN, 1), Float32Array.of(1, 2, 3)]) {
      expect(() => space.put(0, vector, PLAIN)).toThrow(expect.objectContaining({ code: 'EMBEDDING_MISMATCH' }))
      expect(() => space.reader.search(vector, {}, 1)).toThrow(expect.objectContaining({ code: 'EMBEDDING_MISMATCH' }))
    }
    expect([...space.reader.search(EAST, {}, 5).slots]).toEqual([0])
  })

  test.for([-1, 0.5, Number.NaN, 2 ** 32, 10 ** 9])('slot %d', (slot) => {
    const space = VectorSpace.create(2)
    expect(() => space.put(slot, EAST, PLAIN)).toThrow(expect.objectContaining({ code: 'UNPROCESSABLE' }))
  })

  test.for<Partial<SlotColumns>>([
    { trust: 256 },
    { trust: -1 },
    { type: 128 },
    { status: 0 },
    { status: 128 },
    { owner: 0xffffffff },
    { lane: 0.5 },
    { tags: [0] },
  ])('columns out of their range: %o', (columns) => {
    const space = spaceOf([{}])
    const refused = expect.objectContaining({ code: 'INTERNAL' })
    expect(() => space.put(0, EAST, { ...PLAIN, ...columns })).toThrow(refused)
    expect(() => space.setColumns(0, columns)).toThrow(refused)
  })

  test('to change the columns of a slot that is empty', () => {
    const space = spaceOf([{}])
    space.clear(0)
    expect(() => space.setColumns(0, { trust: 1 })).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    expect(() => space.setColumns(99, { trust: 1 })).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })

  test('a limit it cannot keep, more tags than it can compare, and readers it has no room for', () => {
    const space = spaceOf([{}])
    for (const limit of [0, -1, 1.5, 8193])
      expect(() => space.reader.search(EAST, {}, limit)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    const tags = Array.from({ length: 241 }, (_, index) => index + 1)
    expect(() => space.reader.countPassing({ tags })).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }))
    for (const reader of [-1, 0.5, READERS_MAX + 1])
      expect(() => VectorSpace.attach(space.handle(), { reader })).toThrow(
        expect.objectContaining({ code: 'INTERNAL' }),
      )
  })

  test('two searches in one scratch area, and goes on afterwards', () => {
    const space = spaceOf([{ tags: [1, 2, 3, 4, 5, 6, 7, 8, 9] }])
    const overflow = () => space.reader.countPassing({}) > 0
    expect(() => space.reader.countPassing({ tags: [9], overflow })).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    )
    expect(space.reader.countPassing({})).toBe(1)
  })
})

describe('slots', () => {
  test('an empty space answers nothing', () => {
    const { slots, scores, scanned, ceiling } = VectorSpace.create(384).reader.search(
      new Float32Array(384).fill(1),
      {},
      10,
    )
    expect([slots.length, scores.length, scanned, ceiling]).toEqual([0, 0, 0, -Infinity])
  })

  test('are found from the first to the last of a segment, and in segments far apart', () => {
    const space = VectorSpace.create(2)
    const slots = [0, 63, 64, SEGMENT_SLOTS - 1, SEGMENT_SLOTS, 5 * SEGMENT_SLOTS + 17]
    for (const slot of slots) space.put(slot, EAST, PLAIN)
    expect(found(space, {})).toEqual(slots)
    expect([...space.reader.search(EAST, {}, 100).slots]).toEqual(slots)
    expect(space.slotsEnd).toBe(5 * SEGMENT_SLOTS + 18)
  })

  test('that are cleared are gone, and can be filled again', () => {
    const space = spaceOf([{}, {}])
    space.clear(0)
    space.clear(0)
    space.clear(10_000_000)
    expect(found(space, {})).toEqual([1])
    space.put(0, Float32Array.of(0, -5), { ...PLAIN, tags: [3] })
    expect(found(space, { tags: [3] })).toEqual([0])
    expect(space.reader.search(Float32Array.of(0, -1), {}, 1)).toMatchObject({ slots: Uint32Array.of(0), scanned: 2 })
  })

  test('of equal score come in the order of their numbers', () => {
    const space = spaceOf(Array.from({ length: 300 }, () => ({})))
    expect([...space.reader.search(EAST, {}, 7).slots]).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})

describe('a filter', () => {
  const TEN = Array.from({ length: 10 }, (_, index) => index + 1)

  test('on tags asks about slots whose tags do not fit, and only when all else holds', () => {
    const space = spaceOf([
      { tags: TEN },
      { tags: TEN, owner: 2 },
      { tags: [10] },
      { tags: [1] },
      { tags: TEN.slice(0, 8) },
    ])
    const asked: number[] = []
    const overflow = (slot: number) => asked.push(slot) > 99
    expect(found(space, { tags: [10], owner: 1, overflow })).toEqual([2])
    expect(asked).toEqual([0])
    expect(found(space, { tags: [10], overflow: () => true })).toEqual([0, 1, 2])
    expect(found(space, { tags: [1, 8] })).toEqual([0, 1, 4])
    expect(space.reader.search(EAST, { tags: [10], overflow: () => false }, 9)).toMatchObject({ scanned: 1 })
  })

  test('on an id of 0 asks for slots that have none', () => {
    expect(found(spaceOf([{ lane: 0 }, { lane: 4 }]), { lane: 0 })).toEqual([0])
  })

  test('with empty lists of types, statuses or allowed slots lets nothing pass; without tags wanted, all', () => {
    const space = spaceOf([{}])
    expect(found(space, { types: [] })).toEqual([])
    expect(found(space, { statuses: [] })).toEqual([])
    expect(found(space, { allow: new Uint32Array() })).toEqual([])
    expect(found(space, { statuses: [0, 128, 257, -1] })).toEqual([])
    expect(found(space, { tags: [] })).toEqual([0])
  })

  test('sees the columns as they were last set', () => {
    const space = spaceOf([{}, {}])
    space.setColumns(0, { trust: 0, tags: [7], owner: 9, identity: 8, lane: 7, fold: 6, type: 5, status: 4 })
    expect(found(space, { tags: [7], owner: 9, identity: 8, lane: 7, fold: 6, types: [5], statuses: [4] })).toEqual([0])
    expect(found(space, { trustMin: 1 })).toEqual([1])
    space.setColumns(0, { tags: [] })
    expect(found(space, { tags: [7] })).toEqual([])
  })

  const id = fc.integer({ min: 0, max: 3 })
  const columns = fc.record({
    trust: fc.constantFrom(0, 40, 60, 100, 127, 128, 255),
    type: fc.constantFrom(0, 1, 15, 16, 127),
    status: fc.constantFrom(1, 2, 16, 127),
    owner: id,
    identity: id,
    lane: id,
    fold: id,
    tags: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 10 }),
  })
  const filters = fc.record(
    {
      trustMin: fc.constantFrom(0, 1, 60, 128, 255),
      types: fc.subarray([0, 1, 15, 16, 127]),
      statuses: fc.subarray([1, 2, 16, 127]),
      owner: id,
      identity: id,
      lane: id,
      fold: id,
      tags: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
      allow: fc.uniqueArray(fc.nat(299)).map((slots) => Uint32Array.from(slots)),
    },
    { requiredKeys: [] },
  )

  test('lets exactly those slots pass that a plain reading of their columns does', () => {
    fc.assert(
      fc.property(fc.array(columns, { maxLength: 300 }), filters, (rows, filter) => {
        const space = spaceOf(rows)
        const asking = {
          ...filter,
          overflow: (slot: number) => (filter.tags ?? []).every((tag) => rows[slot]!.tags.includes(tag)),
        }
        const wanted = rows.keys().filter((slot) => passes(rows[slot]!, slot, filter))
        const passing = [...wanted]
        expect(found(space, asking)).toEqual(passing)
        expect(space.reader.countPassing(asking)).toBe(passing.length)
        const search = space.reader.search(EAST, asking, 1000)
        expect([...search.slots]).toEqual(passing)
        expect(search.scanned).toBe(passing.length)
      }),
      { numRuns: 150 },
    )
  })

  test('can be given the bitmap of another', () => {
    const space = spaceOf(Array.from({ length: 200 }, (_, slot) => ({ owner: 1 + (slot % 2), trust: slot })))
    const allow = space.reader.filterBitmap({ trustMin: 190 })
    expect(allow.count).toBe(10)
    expect(found(space, { owner: 2, allow })).toEqual([191, 193, 195, 197, 199])
    expect(found(space, { allow: SlotBitmap.of(Uint32Array.of(900_000, 3)) })).toEqual([3])
  })
})

describe('both kernels', () => {
  test('give the same slots, scores and ceilings, bit for bit', () => {
    const random = createRandom(3)
    for (const dimensions of [1, 15, 64, 65, 384, 4096]) {
      const vectors = Array.from({ length: 300 }, () =>
        Float32Array.from({ length: dimensions }, () => gaussian(random)),
      )
      const [relaxed, simd] = KERNELS.map((kernel) => filled(kernel, dimensions, vectors))
      for (const filter of [{}, { trustMin: 50 }, { owner: 1 }])
        expect(relaxed!.reader.search(vectors[9]!, filter, 40)).toEqual(simd!.reader.search(vectors[9]!, filter, 40))
    }
  })

  test.for(KERNELS)('%s: a vector is nearest to itself, also when all its numbers are negative', (kernel) => {
    const random = createRandom(5)
    const vectors = Array.from({ length: 500 }, () => Float32Array.from({ length: 384 }, () => -random()))
    const { reader } = filled(kernel, 384, vectors)
    for (let slot = 0; slot < 500; slot += 25) expect(reader.search(vectors[slot]!, {}, 3).slots[0]).toBe(slot)
  })

  test.for(KERNELS)('%s: extreme numbers do not overflow', (kernel) => {
    const ones = new Float32Array(4096).fill(1)
    const { reader } = filled(kernel, 4096, [
      ones,
      ones.map((value) => -value),
      ones.map((_, index) => (index % 2 ? 1 : -1)),
    ])
    const { slots, scores } = reader.search(ones, {}, 3)
    expect([...slots]).toEqual([0, 2, 1])
    expect([...scores].map((score) => Math.round(score * 1000) / 1000 + 0)).toEqual([1, 0, -1])
  })
})

test('no slot that is left out scores above the ceiling', () => {
  const random = createRandom(17)
  const vectors = clusteredVectors(1500, 96, random).map((vector, slot) => (slot % 9 ? vector : spiky(vector)))
  const { reader } = filled('relaxed', 96, vectors)
  for (const limit of [1, 10, 64, 400])
    for (const query of vectors.slice(0, 40)) {
      const result = reader.search(query, { trustMin: 30 }, limit)
      const kept = new Set(result.slots)
      const left: number[] = []
      reader.filterBitmap({ trustMin: 30 }).forEach((slot) => {
        if (!kept.has(slot)) left.push(dotExact(normalise(vectors[slot]!), normalise(query)))
      })
      expect(Math.max(...left)).toBeLessThanOrEqual(result.ceiling)
    }
})

/** With one number so large that the code of the others is coarse. */
function spiky(vector: Float32Array): Float32Array {
  return vector.map((value, index) => (index === 0 ? 5 : value))
}

function filled(kernel: KernelKind, dimensions: number, vectors: readonly Float32Array[]): VectorSpace {
  const space = VectorSpace.create(dimensions, { kernel })
  vectors.forEach((vector, slot) => {
    space.put(slot, vector, { ...PLAIN, trust: slot % 100, owner: 1 + (slot % 20) })
  })
  return space
}

function passes(row: SlotColumns, slot: number, filter: SlotFilter & { allow?: Uint32Array }): boolean {
  return (
    row.trust >= (filter.trustMin ?? 0) &&
    (filter.types?.includes(row.type) ?? true) &&
    (filter.statuses?.includes(row.status) ?? true) &&
    (filter.owner ?? row.owner) === row.owner &&
    (filter.identity ?? row.identity) === row.identity &&
    (filter.lane ?? row.lane) === row.lane &&
    (filter.fold ?? row.fold) === row.fold &&
    (filter.tags ?? []).every((tag) => row.tags.includes(tag)) &&
    (filter.allow?.includes(slot) ?? true)
  )
}
