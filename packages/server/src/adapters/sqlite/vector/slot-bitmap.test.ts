import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SlotBitmap } from './slot-bitmap.ts'

test('a bitmap of no slots takes no room', () => {
  expect(SlotBitmap.of(new Uint32Array())).toMatchObject({ words: new Uint32Array(), count: 0 })
})

test('a bitmap of slots has exactly these, counts each once, and visits them in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5000)), (slots) => {
      const wanted = [...new Set(slots)].sort((left, right) => left - right)
      const bitmap = SlotBitmap.of(Uint32Array.from(slots))
      const visited: number[] = []
      bitmap.forEach((slot) => {
        visited.push(slot)
      })
      expect(visited).toEqual(wanted)
      expect(bitmap.count).toBe(wanted.length)
      for (const slot of [0, 31, 32, 4999, 5000, 5001, 1_000_000]) expect(bitmap.has(slot)).toBe(wanted.includes(slot))
    }),
  )
})
