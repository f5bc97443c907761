import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TwinIndex } from './twin-index.ts'

test('any sequence of entries is found again, oldest capsule first and each once, and nothing else is', () => {
  const dedupe = fc.integer({ min: 0, max: 12 }).map((value) => value * 2 ** 40 + value)
  const entry = fc.record({ dedupe, capsule: fc.integer({ min: 1, max: 40 }) })
  const law = fc.property(fc.array(entry, { maxLength: 300 }), (entries) => {
    const index = new TwinIndex()
    for (const { dedupe, capsule } of entries) index.add(dedupe, capsule)
    for (const wanted of new Set([...entries.map(({ dedupe }) => dedupe), 7])) {
      const holders = new Set(entries.flatMap(({ dedupe, capsule }) => (dedupe === wanted ? [capsule] : [])))
      expect(index.find(wanted)).toEqual([...holders].sort((a, b) => a - b))
    }
  })
  fc.assert(law)
})

test('a key that very many share gives all of them, and what was added last can be taken back', () => {
  const index = new TwinIndex()
  for (let capsule = 1; capsule <= 50_000; capsule++) index.add(42, capsule)
  expect(index.find(42)).toHaveLength(50_000)
  index.shrinkTo(10)
  expect(index.find(42)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})
