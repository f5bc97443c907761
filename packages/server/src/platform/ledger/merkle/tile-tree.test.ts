import { describe, expect, test } from 'vitest'
import { hexOf, treeOf } from './testing.ts'
import { innerNode, nodeOfTile, tileTree } from './tile-tree.ts'

const TREE = treeOf(256)
const TILE = new Uint8Array(Buffer.concat(TREE.leafHashes))
const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8]

describe('refuses', () => {
  test.for([0, 31, 8191, 8193, 255 * 32, 512 * 32])('the tree of a tile of %d bytes', (length) => {
    expect(() => tileTree(new Uint8Array(length))).toThrow(RangeError)
  })

  test.for([
    [-1, 0],
    [9, 0],
    [0.5, 0],
    [Number.NaN, 0],
    [0, -1],
    [0, 256],
    [0, 0.5],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
    [1, 128],
    [7, 2],
    [8, 1],
    [-(2 ** 31), 0],
  ] as const)('node (%d, %d), which no tile has', ([level, index]) => {
    expect(() => nodeOfTile(TILE, level, index)).toThrow(RangeError)
    expect(() => innerNode(tileTree(TILE), level, index)).toThrow(RangeError)
  })

  test.for([0, 8192, 510 * 32, 511 * 32 - 1, 511 * 32 + 1])('a tree of %d bytes', (length) => {
    expect(() => innerNode(new Uint8Array(length), 0, 0)).toThrow(RangeError)
  })
})

test('the tree of a tile holds every node, each row after the one below', () => {
  const tree = tileTree(TILE)
  const rows = LEVELS.flatMap((level) =>
    Array.from({ length: 256 / 2 ** level }, (_, index) => TREE.nodeAt(level, index)),
  )
  expect(hexOf(tree)).toBe(rows.map(hexOf).join(''))
  for (const level of LEVELS) {
    for (let index = 0; index < 256 / 2 ** level; index++) {
      const node = hexOf(TREE.nodeAt(level, index))
      expect(hexOf(innerNode(tree, level, index))).toBe(node)
      expect(hexOf(nodeOfTile(TILE, level, index))).toBe(node)
    }
  }
})

test('a partial tile gives the nodes that are complete in it, and no others', () => {
  for (const width of [0, 1, 2, 3, 7, 128, 129, 255]) {
    const partial = TILE.subarray(0, width * 32)
    for (const level of LEVELS) {
      const complete = Math.floor(width / 2 ** level)
      for (let index = 0; index < complete; index++) {
        expect(hexOf(nodeOfTile(partial, level, index))).toBe(hexOf(TREE.nodeAt(level, index)))
      }
      expect(() => nodeOfTile(partial, level, complete)).toThrow(RangeError)
    }
  }
})

test('a hash that is cut off at the end of a tile is not one of it', () => {
  expect(() => nodeOfTile(TILE.subarray(0, 63), 0, 1)).toThrow(RangeError)
  expect(hexOf(nodeOfTile(TILE.subarray(0, 63), 0, 0))).toBe(hexOf(TREE.leafHashes[0]!))
})
