import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type InclusionClaim, proveInclusion, verifyInclusion } from './inclusion-proof.ts'
import { rootAt } from './subtree-root.ts'
import { damagedProofs, flipBit, hexesOf, NO_HASHES, NO_SIZES, sparseTree, treeOf } from './testing.ts'

const TREE = treeOf(80)

function claimOf(index: number, size: number): InclusionClaim {
  const proof = proveInclusion(index, size, TREE.nodeAt)
  return { index, size, leafHash: TREE.leafHashes[index]!, proof, root: TREE.root(0, size) }
}

describe('refuses, without an error,', () => {
  const sound = claimOf(4, 7)

  test.for(NO_SIZES)('%d as an index or a size', (none) => {
    expect(verifyInclusion({ ...sound, index: none })).toBe(false)
    expect(verifyInclusion({ ...sound, size: none })).toBe(false)
  })

  test.for([
    [0, 0],
    [7, 7],
    [8, 7],
    [4, 0],
    [4, 4],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ] as const)('leaf %d of a tree of %d', ([index, size]) => {
    expect(verifyInclusion({ ...sound, index, size })).toBe(false)
    expect(verifyInclusion({ ...sound, index, size, proof: [], root: sound.leafHash })).toBe(false)
  })

  test('what is no hash in any place, also where only two of the same are compared', () => {
    for (const none of NO_HASHES) {
      expect(verifyInclusion({ ...sound, leafHash: none })).toBe(false)
      expect(verifyInclusion({ ...sound, root: none })).toBe(false)
      expect(verifyInclusion({ index: 0, size: 1, leafHash: none, proof: [], root: none })).toBe(false)
    }
  })

  test.for(['null', '7', '"proof"', '{"length":3}'])('%s as a proof', (text) => {
    expect(verifyInclusion({ ...sound, proof: JSON.parse(text) })).toBe(false)
  })

  test('a proof of a million hashes, at once', () => {
    const proof = new Array(1_000_000).fill(sound.root)
    const started = performance.now()
    expect(verifyInclusion({ ...sound, proof })).toBe(false)
    expect(verifyInclusion({ ...sound, size: Number.MAX_SAFE_INTEGER, proof })).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

test.for([...NO_SIZES, 7, 8])('no proof is made for leaf %d of 7, nor for a tree of such a size', (none) => {
  expect(() => proveInclusion(none, 7, TREE.nodeAt)).toThrow(RangeError)
  if (none < 7 || !Number.isSafeInteger(none)) expect(() => proveInclusion(0, none, TREE.nodeAt)).toThrow(RangeError)
})

test('every proof in every tree of up to 80 leaves is the one defined, and holds', () => {
  for (let size = 1; size <= 80; size++) {
    for (let index = 0; index < size; index++) {
      const claim = claimOf(index, size)
      expect(hexesOf(claim.proof)).toEqual(hexesOf(TREE.path(index, 0, size)))
      expect(verifyInclusion(claim)).toBe(true)
    }
  }
})

test('no damaged proof holds, for any leaf of any tree of up to 80', () => {
  for (let size = 1; size <= 80; size++) {
    for (let index = size % 3; index < size; index += 3) {
      const claim = claimOf(index, size)
      const seed = 7 * size + index
      for (const proof of damagedProofs(claim.proof, seed)) expect(verifyInclusion({ ...claim, proof })).toBe(false)
      expect(verifyInclusion({ ...claim, root: flipBit(claim.root, seed) })).toBe(false)
      expect(verifyInclusion({ ...claim, leafHash: flipBit(claim.leafHash, seed) })).toBe(false)
    }
  }
})

test('a proof holds for no other index, and for no size whose proofs have another shape', () => {
  for (const size of [1, 2, 3, 7, 8, 9, 31, 33, 64, 65, 80]) {
    for (let index = 0; index < size; index++) {
      const claim = claimOf(index, size)
      for (let other = 0; other <= size; other++) {
        expect(verifyInclusion({ ...claim, index: other })).toBe(other === index)
      }
      // A proof does not bind the size where another has the same way to the root: the signed size has to do that.
      for (let other = 0; other <= 80; other++) {
        const isSameShape = other > index && sidesOf(index, other) === sidesOf(index, size)
        expect(verifyInclusion({ ...claim, size: other })).toBe(isSameShape)
      }
    }
  }
})

/** On which side of the way from leaf `index` to the root each sibling stands, from the top. */
function sidesOf(index: number, size: number): string {
  if (size === 1) return ''
  let k = 1
  while (2 * k < size) k *= 2
  return index < k ? `r${sidesOf(index, k)}` : `l${sidesOf(index - k, size - k)}`
}

test('proofs in trees of any size hold, and no others: 400 trees, 20 questions each', () => {
  const size = fc.oneof(fc.maxSafeNat(), fc.integer({ min: 1, max: 2 ** 34 }), fc.constantFrom(...BIG)).map(atLeastOne)
  const law = fc.property(size, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (count, part, seed) => {
    const index = Math.min(count - 1, Math.floor(part * count))
    const { nodeAt, leafHash } = sparseTree([index])
    const proof = proveInclusion(index, count, nodeAt)
    const claim = { index, size: count, leafHash: leafHash(index), proof, root: rootAt(count, nodeAt) }
    expect(verifyInclusion(claim)).toBe(true)
    for (const damaged of damagedProofs(proof, seed)) expect(verifyInclusion({ ...claim, proof: damaged })).toBe(false)
    for (const other of [index - 1, index + 1, index + 2 ** 32, index - 2 ** 32, count, half(index)]) {
      if (other !== index) expect(verifyInclusion({ ...claim, index: other })).toBe(false)
    }
  })
  fc.assert(law, { numRuns: 400 })
})

const BIG = [2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 40 + 1, 2 ** 52, 2 ** 53 - 2, 2 ** 53 - 1]
const atLeastOne = (value: number): number => Math.max(1, value)
const half = (value: number): number => Math.floor(value / 2)
