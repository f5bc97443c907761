import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeWidth, normalise } from './embedding-code.ts'
import type { KernelKind } from './kernel/kernel.ts'
import * as at from './kernel/layout.ts'
import { SpaceMemory } from './space-memory.ts'
import { VectorSpace } from './vector-space.ts'

const COLUMNS = { trust: 60, type: 1, status: 1, owner: 0, identity: 0, lane: 0, fold: 0, tags: [] }
const KERNELS = ['relaxed', 'simd'] as const satisfies KernelKind[]
const number = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1, -1, 3.4028234663852886e38, 1.401298464324817e-45),
)
const embedding = (dimensions: number) =>
  fc
    .array(number, { minLength: dimensions, maxLength: dimensions })
    .map((values) => Float32Array.from(values))
    .filter((vector) => vector.some((value) => value !== 0))

/** What the kernel has written for the slot. */
function readCode(space: VectorSpace, slot: number) {
  const memory = new SpaceMemory(space.handle().memory)
  const record = new DataView(memory.buffer, memory.segmentAt(0) + at.RECORDS + slot * at.RECORD_BYTES, at.RECORD_BYTES)
  return {
    scale: record.getFloat32(at.SCALE, true),
    sum: record.getInt32(at.SUM, true),
    error: record.getFloat32(at.ERROR, true),
    levels: new Int8Array(memory.buffer, memory.segmentAt(0) + at.CODES + slot * memory.width, memory.width),
  }
}

test.for([1, 2, 15, 16, 17, 63, 64, 65, 384, 1000, 4096])(
  'a row of %i numbers is its code times its scale, but for a rest no longer than is stated',
  (dimensions) => {
    const spaces = KERNELS.map((kernel) => VectorSpace.create(dimensions, { kernel }))
    const law = fc.property(embedding(dimensions), fc.nat(5), (vector, slot) => {
      for (const space of spaces) {
        space.put(slot, vector, COLUMNS)
        const { scale, sum, error, levels } = readCode(space, slot)
        let squares = 0
        for (const value of vector) squares += value * value
        const length = Math.sqrt(squares)
        let rest = 0
        for (const [index, value] of vector.entries()) rest += (value / length - scale * levels[index]!) ** 2
        expect(Math.sqrt(rest)).toBeLessThanOrEqual(error)
        expect(error).toBeLessThan((1.01 * Math.sqrt(dimensions)) / 127)
        expect(sum).toBe(levels.reduce((total, level) => total + level, 0))
        expect(levels.every((level) => level >= -127)).toBe(true)
        expect(levels.subarray(dimensions).every((level) => level === 0)).toBe(true)
        expect(levels).toHaveLength(codeWidth(dimensions))
      }
    })
    fc.assert(law, { numRuns: dimensions > 500 ? 20 : 100 })
  },
)

test('bytes that begin anywhere give the code of their numbers, and what is refused leaves the slot as it was', () => {
  const vector = normalise(Float32Array.of(0.25, -0.5, 1))
  const bytes = new Uint8Array(13)
  bytes.set(new Uint8Array(vector.buffer), 1)
  const space = VectorSpace.create(3)
  space.putBytes(0, bytes.subarray(1), COLUMNS)
  space.put(1, vector, COLUMNS)
  const code = readCode(space, 0)
  expect(code).toEqual(readCode(space, 1))
  const levels = [...code.levels]
  for (const bad of [bytes, bytes.subarray(0, 12).fill(0), new Uint8Array(12).fill(255)])
    expect(() => space.putBytes(0, bad, COLUMNS)).toThrow(expect.objectContaining({ code: 'EMBEDDING_MISMATCH' }))
  expect([...readCode(space, 0).levels]).toEqual(levels)
  expect(space.reader.countPassing({ statuses: [1] })).toBe(2)
})
