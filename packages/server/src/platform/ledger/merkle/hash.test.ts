import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EMPTY_ROOT, HASH_BYTES, hashLeaf, hashNode } from './hash.ts'
import { bytesOf, hexOf } from './testing.ts'

test.for([0, 1, 31, 33, 64])('a child of %i bytes is refused on either side', (length) => {
  const hash = new Uint8Array(HASH_BYTES)
  expect(() => hashNode(new Uint8Array(length), hash)).toThrow(RangeError)
  expect(() => hashNode(hash, new Uint8Array(length))).toThrow(RangeError)
})

// Worked out by others: github.com/transparency-dev/merkle, rfc6962/rfc6962_test.go and testonly/constants.go.
test.for([
  ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  ['4c313233343536', '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56'],
  ['00', '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7'],
] as const)('the leaf of %j has its published hash', ([data, hash]) => {
  expect(hexOf(hashLeaf(bytesOf(data)))).toBe(hash)
})

test('the tree without leaves and a node have their published hashes', () => {
  expect(hexOf(EMPTY_ROOT)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  const node = 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'
  expect(hexOf(hashNode(hashLeaf(bytesOf('')), hashLeaf(bytesOf('00'))))).toBe(node)
})

test('a leaf, a node and the bytes themselves never have the same hash', () => {
  const law = fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (data) => {
    const node = hashNode(data.subarray(0, 32), data.subarray(32))
    const plain = createHash('sha256').update(data).digest()
    expect(new Set([hashLeaf(data), node, plain].map(hexOf)).size).toBe(3)
    expect(node).toEqual(createHash('sha256').update(Uint8Array.of(1)).update(data).digest())
    expect(hashLeaf(data)).toEqual(createHash('sha256').update(Uint8Array.of(0)).update(data).digest())
  })
  fc.assert(law, { numRuns: 500 })
})

test('a hash stays what it is when others are worked out after it', () => {
  const leaf = hashLeaf(bytesOf('00'))
  const node = hashNode(leaf, leaf)
  const before = [hexOf(leaf), hexOf(node)]
  for (let at = 0; at < 1000; at++) hashNode(hashLeaf(Uint8Array.of(at)), node)
  expect([hexOf(leaf), hexOf(node)]).toEqual(before)
})
