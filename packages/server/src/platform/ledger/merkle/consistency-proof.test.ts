import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ConsistencyClaim, proveConsistency, verifyConsistency } from './consistency-proof.ts'
import { EMPTY_ROOT } from './hash.ts'
import { rootAt } from './subtree-root.ts'
import { damagedProofs, flipBit, hexesOf, NO_HASHES, NO_SIZES, sparseTree, treeOf } from './testing.ts'

const TREE = treeOf(80)

function claimOf(from: number, to: number): ConsistencyClaim {
  const proof = proveConsistency(from, to, TREE.nodeAt)
  return { from, to, fromRoot: TREE.root(0, from), toRoot: TREE.root(0, to), proof }
}

describe('refuses, without an error,', () => {
  const sound = claimOf(6, 11)

  test.for(NO_SIZES)('%d as a size', (none) => {
    expect(verifyConsistency({ ...sound, from: none })).toBe(false)
    expect(verifyConsistency({ ...sound, to: none })).toBe(false)
    expect(verifyConsistency({ ...sound, from: none, to: none, proof: [], toRoot: sound.fromRoot })).toBe(false)
  })

  test('a tree that shrinks', () => {
    const { fromRoot, toRoot, proof } = sound
    expect(verifyConsistency({ from: 11, to: 6, fromRoot: toRoot, toRoot: fromRoot, proof })).toBe(false)
    expect(verifyConsistency({ from: 1, to: 0, fromRoot: EMPTY_ROOT, toRoot: EMPTY_ROOT, proof: [] })).toBe(false)
  })

  test.for([0, 1, 2, 80])('anything shown from the empty tree to one of %d leaves', (to) => {
    const claim = claimOf(0, to)
    expect(claim.proof).toEqual([])
    expect(verifyConsistency(claim)).toBe(false)
    expect(verifyConsistency({ ...claim, proof: [claim.toRoot] })).toBe(false)
  })

  test('what is no hash in any place', () => {
    for (const none of NO_HASHES) {
      expect(verifyConsistency({ ...sound, fromRoot: none })).toBe(false)
      expect(verifyConsistency({ ...sound, toRoot: none })).toBe(false)
      expect(verifyConsistency({ ...claimOf(8, 11), fromRoot: none })).toBe(false)
      expect(verifyConsistency({ ...claimOf(8, 8), toRoot: none })).toBe(false)
    }
  })

  test.for(['null', '7', '"proof"', '{"length":3}'])('%s as a proof', (text) => {
    expect(verifyConsistency({ ...sound, proof: JSON.parse(text) })).toBe(false)
  })

  test('a proof of a million hashes, at once', () => {
    const proof = new Array(1_000_000).fill(sound.fromRoot)
    const started = performance.now()
    for (const from of [6, 8]) expect(verifyConsistency({ ...sound, from, proof })).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })

  test('another root, or any proof, for the same size', () => {
    const claim = claimOf(7, 7)
    expect(claim.proof).toEqual([])
    expect(verifyConsistency(claim)).toBe(true)
    expect(verifyConsistency({ ...claim, toRoot: flipBit(claim.toRoot, 9) })).toBe(false)
    expect(verifyConsistency({ ...claim, proof: [claim.toRoot] })).toBe(false)
  })
})

test.for([...NO_SIZES, 8])('no proof is made from or to %d leaves where 7 are the most or the least', (none) => {
  expect(() => proveConsistency(none, 7, TREE.nodeAt)).toThrow(RangeError)
  if (none !== 8) expect(() => proveConsistency(7, none, TREE.nodeAt)).toThrow(RangeError)
})

test('every proof between two trees of up to 80 leaves is the one defined, and holds', () => {
  for (let to = 1; to <= 80; to++) {
    for (let from = 1; from <= to; from++) {
      const claim = claimOf(from, to)
      expect(hexesOf(claim.proof)).toEqual(hexesOf(TREE.subproof(from, 0, to)))
      expect(verifyConsistency(claim)).toBe(true)
    }
  }
})

test('no damaged proof holds, between any two trees of up to 80', () => {
  for (let to = 2; to <= 80; to++) {
    for (let from = 1 + (to % 3); from < to; from += 3) {
      const claim = claimOf(from, to)
      const seed = 7 * to + from
      for (const proof of damagedProofs(claim.proof, seed)) expect(verifyConsistency({ ...claim, proof })).toBe(false)
      expect(verifyConsistency({ ...claim, fromRoot: flipBit(claim.fromRoot, seed) })).toBe(false)
      expect(verifyConsistency({ ...claim, toRoot: flipBit(claim.toRoot, seed) })).toBe(false)
    }
  }
})

test('a proof holds from no other size', () => {
  for (const to of [2, 3, 7, 8, 9, 31, 33, 64, 65, 80]) {
    for (let from = 1; from < to; from++) {
      const claim = claimOf(from, to)
      for (let other = 0; other <= to; other++) {
        expect(verifyConsistency({ ...claim, from: other })).toBe(other === from)
      }
    }
  }
})

test('a tree in which one leaf was altered is not the beginning of the one that has grown from it', () => {
  for (let altered = 0; altered < 20; altered++) {
    const other = sparseTree([altered, 40])
    const grown = sparseTree([40])
    for (const to of [21, 32, 33, 50]) {
      const fromRoot = rootAt(20, other.nodeAt)
      const toRoot = rootAt(to, grown.nodeAt)
      for (const { nodeAt } of [other, grown]) {
        const proof = proveConsistency(20, to, nodeAt)
        expect(verifyConsistency({ from: 20, to, fromRoot, toRoot, proof })).toBe(false)
      }
    }
  }
})

test('proofs between trees of any size hold, and no others: 400 pairs, 20 questions each', () => {
  const size = fc.oneof(fc.maxSafeNat(), fc.integer({ min: 1, max: 2 ** 34 }), fc.constantFrom(...BIG)).map(atLeastTwo)
  const law = fc.property(size, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (to, part, seed) => {
    const from = Math.max(1, Math.min(to - 1, Math.floor(part * to)))
    const { nodeAt } = sparseTree([from - 1, from])
    const proof = proveConsistency(from, to, nodeAt)
    const claim = { from, to, fromRoot: rootAt(from, nodeAt), toRoot: rootAt(to, nodeAt), proof }
    expect(verifyConsistency(claim)).toBe(true)
    for (const damaged of damagedProofs(proof, seed)) {
      expect(verifyConsistency({ ...claim, proof: damaged })).toBe(false)
    }
    for (const other of [from - 1, from + 1, from + 2 ** 32, from - 2 ** 32, 0]) {
      expect(verifyConsistency({ ...claim, from: other })).toBe(false)
    }
  })
  fc.assert(law, { numRuns: 400 })
})

const BIG = [2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 40 + 1, 2 ** 52, 2 ** 53 - 2, 2 ** 53 - 1]
const atLeastTwo = (value: number): number => Math.max(2, value)
