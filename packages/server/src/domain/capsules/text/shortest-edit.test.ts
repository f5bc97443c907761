import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EDITS_MAX, shortestEdit } from './shortest-edit.ts'
import { finish } from './turns.ts'

const list = fc.array(fc.nat(4), { maxLength: 30 })

const pairsOf = (before: readonly number[], after: readonly number[]) =>
  finish(shortestEdit(Int32Array.from(before), Int32Array.from(after)))

/** Length of the longest common subsequence, by the table of all prefixes. */
function longestCommon(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0)
  for (const one of a) {
    const next = [0]
    for (const [at, other] of b.entries())
      next.push(one === other ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0))
    row = next
  }
  return row.at(-1) ?? 0
}

test('lists further apart than the limit are given up, those at the limit are not', () => {
  const apart = (count: number) => Array.from({ length: count }, (_, index) => index)
  expect(pairsOf(apart(EDITS_MAX + 1), [])).toBeUndefined()
  expect(pairsOf(apart(EDITS_MAX), [])).toHaveLength(0)
  expect(pairsOf([], apart(EDITS_MAX))).toEqual(new Int32Array(EDITS_MAX).fill(-1))
})

test('long runs of equal members are paired', () => {
  const run = new Array<number>(200_000).fill(7)
  expect(pairsOf([...run, 1], [1, ...run])?.filter((partner) => partner >= 0)).toHaveLength(200_000)
})

test('pairs equal members only, in growing order, and as many as the table of all prefixes finds', () => {
  fc.assert(
    fc.property(list, list, (before, after) => {
      const partners = [...(pairsOf(before, after) ?? [])]
      const paired = partners.flatMap((partner, at) => (partner < 0 ? [] : [[partner, at] as const]))
      for (const [partner, at] of paired) expect(before[partner]).toBe(after[at])
      expect(paired.map(([partner]) => partner)).toEqual(
        [...new Set(paired.map(([partner]) => partner))].sort((a, b) => a - b),
      )
      expect(paired.length).toBe(longestCommon(before, after))
    }),
    { numRuns: 500 },
  )
})
