import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashLeaf } from './hash.ts'
import { rootAt } from './subtree-root.ts'
import { bytesOf, hexesOf, hexOf, NO_HASHES, NO_SIZES, sparseTree, treeOf } from './testing.ts'
import { TreeFrontier } from './tree-frontier.ts'

const LAST_SIZE = Number.MAX_SAFE_INTEGER
const HASH = hashLeaf(bytesOf(''))

describe('refuses', () => {
  test.for(NO_SIZES)('%d leaves', (size) => {
    const { nodeAt } = treeOf(4)
    expect(() => new TreeFrontier(size)).toThrow(RangeError)
    expect(() => TreeFrontier.at(size, nodeAt)).toThrow(RangeError)
    expect(() => rootAt(size, nodeAt)).toThrow(RangeError)
  })

  test.for([
    [0, 1],
    [1, 0],
    [1, 2],
    [3, 1],
    [8, 3],
    [2 ** 40 + 1, 1],
    [LAST_SIZE, 52],
    [LAST_SIZE, 54],
  ] as const)('%d leaves made of %d hashes', ([size, count]) => {
    expect(() => new TreeFrontier(size, new Array(count).fill(HASH))).toThrow(RangeError)
  })

  test('what is no hash, and is left as it was', () => {
    const frontier = new TreeFrontier(1, [HASH])
    for (const none of NO_HASHES) {
      expect(() => new TreeFrontier(1, [none])).toThrow(RangeError)
      expect(() => frontier.append(none)).toThrow(RangeError)
    }
    expect(frontier.size).toBe(1)
    expect(frontier.root()).toBe(HASH)
  })

  test('one leaf more than can be counted', () => {
    const full = new TreeFrontier(LAST_SIZE, new Array(53).fill(HASH))
    expect(() => full.append(HASH)).toThrow(RangeError)
    expect(full.size).toBe(LAST_SIZE)
  })
})

test('a listener that fails leaves the tree as it was, whichever node it fails at', () => {
  const { leafHashes } = treeOf(8)
  const frontier = new TreeFrontier()
  for (const leaf of leafHashes.slice(0, 7)) frontier.append(leaf)
  const before = hexesOf(frontier.hashes)
  for (const failing of [0, 1, 2, 3]) {
    const fail = (level: number): void => {
      if (level === failing) throw new Error('full')
    }
    expect(() => frontier.append(leafHashes[7]!, fail)).toThrow('full')
    expect([frontier.size, hexesOf(frontier.hashes)]).toEqual([7, before])
  }
  frontier.append(leafHashes[7]!)
  expect(hexOf(frontier.root())).toBe(hexOf(treeOf(8).root(0, 8)))
})

// github.com/transparency-dev/merkle, testonly/constants.go: leaves and the roots of the first 0, 1, 2 … of them.
test('the published leaves have the published roots', () => {
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  const frontier = new TreeFrontier()
  const roots = leaves.map((leaf) => {
    frontier.append(hashLeaf(bytesOf(leaf)))
    return hexOf(frontier.root())
  })
  expect(roots).toEqual([
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ])
})

test('every tree of up to 300 leaves has the root that its definition gives, however it came to be', () => {
  const tree = treeOf(300)
  const grown = new TreeFrontier()
  for (let size = 0; size <= 300; size++) {
    const root = hexOf(tree.root(0, size))
    expect(hexOf(grown.root())).toBe(root)
    expect(hexOf(rootAt(size, tree.nodeAt))).toBe(root)
    const read = TreeFrontier.at(size, tree.nodeAt)
    expect([read.size, hexesOf(read.hashes)]).toEqual([size, hexesOf(grown.hashes)])
    expect(hexOf(new TreeFrontier(size, grown.hashes).root())).toBe(root)
    if (size < 300) grown.append(tree.leafHashes[size]!)
  }
})

test('every perfect subtree is told of once, when its last leaf comes, lowest first', () => {
  const tree = treeOf(300)
  const frontier = new TreeFrontier()
  for (const [leaf, hash] of tree.leafHashes.entries()) {
    const told: string[] = []
    frontier.append(hash, (level, index, node) => told.push(`${level} ${index} ${hexOf(node)}`))
    const ending = Array.from({ length: 9 }, (_, level) => level).filter((level) => (leaf + 1) % 2 ** level === 0)
    const nodeOf = (level: number): string => {
      const index = (leaf + 1) / 2 ** level - 1
      return `${level} ${index} ${hexOf(tree.nodeAt(level, index))}`
    }
    expect(told).toEqual(ending.map(nodeOf))
  }
})

test('the hashes that were handed out do not grow with the tree, and those taken in are not written to', () => {
  const given = [HASH]
  const frontier = new TreeFrontier(1, given)
  const before = frontier.hashes
  frontier.append(HASH)
  expect(given).toEqual([HASH])
  expect(before).toEqual([HASH])
})

test.for([2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 9])('grows past %d leaves as the definition says', (start) => {
  const { nodeAt, leafHash } = sparseTree([start, start + 2, start + 5])
  const frontier = TreeFrontier.at(start - 3, nodeAt)
  for (let size = start - 3; size < start + 8; size++) {
    expect(hexOf(frontier.root())).toBe(hexOf(rootAt(size, nodeAt)))
    frontier.append(leafHash(size), (level, index, hash) => expect(hexOf(hash)).toBe(hexOf(nodeAt(level, index))))
  }
  expect(hexesOf(frontier.hashes)).toEqual(hexesOf(TreeFrontier.at(start + 8, nodeAt).hashes))
})

test('it does not matter where a tree is put down and taken up again: 2,000 trees, 20 leaves each', () => {
  const law = fc.property(fc.maxSafeNat(), fc.array(fc.boolean(), { maxLength: 20 }), (size, stops) => {
    const from = Math.min(size, LAST_SIZE - 20)
    const { nodeAt, leafHash } = sparseTree([from, from + 7, from + 8])
    let frontier = TreeFrontier.at(from, nodeAt)
    for (const [step, isStop] of stops.entries()) {
      frontier.append(leafHash(from + step))
      if (isStop) frontier = new TreeFrontier(frontier.size, frontier.hashes)
    }
    expect(hexOf(frontier.root())).toBe(hexOf(rootAt(from + stops.length, nodeAt)))
  })
  fc.assert(law, { numRuns: 2000 })
})
