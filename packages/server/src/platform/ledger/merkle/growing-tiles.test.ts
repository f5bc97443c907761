import { describe, expect, test } from 'vitest'
import { GrowingTiles } from './growing-tiles.ts'
import { HASH_BYTES } from './hash.ts'
import { hexOf, NO_HASHES, treeOf } from './testing.ts'
import { TILE_WIDTH } from './tile-path.ts'
import { innerNode } from './tile-tree.ts'

const LEAVES = 2 * TILE_WIDTH ** 2 + 3 * TILE_WIDTH + 5
const defined = treeOf(700)
const tall = treeOf(LEAVES)

describe('tiles that grow with a tree', () => {
  test('have its root at each size', () => {
    const tiles = new GrowingTiles()
    for (let size = 0; size <= 700; size++) {
      expect([tiles.size, hexOf(tiles.root())]).toEqual([size, hexOf(defined.root(0, size))])
      if (size < 700) tiles.append(defined.leafHashes[size]!)
    }
  })

  test('give roots that stay what they are while the tree grows', () => {
    const tiles = new GrowingTiles()
    const roots = [tiles.root()]
    for (const hash of defined.leafHashes) {
      tiles.append(hash)
      roots.push(tiles.root())
    }
    expect(roots.map(hexOf)).toEqual(roots.map((_, size) => hexOf(defined.root(0, size))))
  })

  test('go on from any size as if nothing had come between', () => {
    const whole = new GrowingTiles()
    for (let size = 0; size < 700; size++) {
      const edge = new Map(whole.edge().map(({ level, index, hashes }) => [`${level}/${index}`, hashes]))
      const again = GrowingTiles.at(size, (level, index) => edge.get(`${level}/${index}`)!)
      expect([again.size, again.root(), again.edge()]).toEqual([size, whole.root(), whole.edge()])
      const hash = defined.leafHashes[size]!
      expect(again.append(hash)).toEqual(whole.append(hash))
      expect(again.root()).toEqual(whole.root())
    }
  })

  test('are given away once, when they are full, with the nodes of the tree in them', () => {
    const tiles = new GrowingTiles()
    const full = tall.leafHashes.flatMap((hash) => tiles.append(hash))
    const names = full.map(({ level, index }) => `${level}/${index}`)
    expect([names.length, names.slice(254, 258), names.at(-1)]).toEqual([
      517,
      ['0/254', '0/255', '1/0', '0/256'],
      '0/514',
    ])
    for (const { level, index, tree } of full.filter(({ level: of, index: at }) => of === 1 || at % 100 === 0))
      for (const [inner, node] of [
        [0, 255],
        [3, 7],
        [8, 0],
      ] as const) {
        const place = index * 2 ** (8 - inner) + node
        expect(hexOf(innerNode(tree, inner, node))).toBe(hexOf(tall.nodeAt(level * 8 + inner, place)))
      }
    expect(hexOf(tiles.root())).toBe(hexOf(tall.root(0, LEAVES)))
  })

  test('have an edge of what is not full', () => {
    const tiles = new GrowingTiles()
    for (const hash of tall.leafHashes) tiles.append(hash)
    const edge = tiles.edge().map(({ level, index, hashes }) => [level, index, hashes.length / HASH_BYTES])
    expect(edge).toEqual([
      [0, 515, 5],
      [1, 2, 3],
      [2, 0, 2],
    ])
    expect(new GrowingTiles().edge()).toEqual([])
  })

  test.for(NO_HASHES)('refuse what is no hash: %o', (hash) => {
    const tiles = new GrowingTiles()
    expect(() => tiles.append(hash)).toThrow(RangeError)
    expect(tiles.size).toBe(0)
  })
})
