import { HASH_BYTES, type Hash, hashNode } from './hash.ts'
import { TILE_HEIGHT, TILE_WIDTH } from './tile-path.ts'

/** Nodes in a full tile with all the rows above its own: 256 + 128 + … + 1. */
const TREE_NODES = 2 * TILE_WIDTH - 1

/**
 * A node within a tile, worked out from the tile's own row: what a partial tile, or one that is asked once, needs.
 *
 * @param hashes the tile as it is served: its bottom row, 32 bytes for each hash.
 * @param level 0-8, counted from the tile's bottom row; on 0 the answer is a view into `hashes`.
 * @throws RangeError when the tile has no such node, or not all of the hashes below it.
 */
export function nodeOfTile(hashes: Uint8Array, level: number, index: number): Hash {
  requireNode(level, index, Math.floor(hashes.length / HASH_BYTES))
  return nodeAbove(hashes, level, index)
}

/**
 * All rows of a full tile, its own first: 511 hashes, in which `innerNode` finds any node without hashing.
 *
 * @throws RangeError when `hashes` is not a full tile of 8,192 bytes.
 */
export function tileTree(hashes: Uint8Array): Uint8Array {
  if (hashes.length !== TILE_WIDTH * HASH_BYTES) throw new RangeError(`${hashes.length} bytes are no full tile`)
  const tree = new Uint8Array(TREE_NODES * HASH_BYTES)
  tree.set(hashes)
  // Rows follow one another, so the children of node 256 + n are the nodes 2n and 2n + 1 of the whole.
  for (let node = TILE_WIDTH; node < TREE_NODES; node++) {
    const left = 2 * (node - TILE_WIDTH)
    tree.set(hashNode(hashOf(tree, left), hashOf(tree, left + 1)), node * HASH_BYTES)
  }
  return tree
}

/**
 * A node of a tile, as a view into its tree.
 *
 * @param tree as `tileTree` gives it.
 * @param level 0-8, counted from the tile's bottom row.
 * @throws RangeError when the tile has no such node, or `tree` is no tree of a tile.
 */
export function innerNode(tree: Uint8Array, level: number, index: number): Hash {
  if (tree.length !== TREE_NODES * HASH_BYTES) throw new RangeError(`${tree.length} bytes are no tree of a tile`)
  requireNode(level, index, TILE_WIDTH)
  return hashOf(tree, 2 * TILE_WIDTH - 2 ** (TILE_HEIGHT + 1 - level) + index)
}

function requireNode(level: number, index: number, width: number): void {
  const isInside =
    Number.isInteger(level) && level >= 0 && level <= TILE_HEIGHT && Number.isInteger(index) && index >= 0
  if (isInside && (index + 1) * 2 ** level <= width) return
  throw new RangeError(`a tile of ${width} hashes has no node ${index} on level ${level}`)
}

function nodeAbove(hashes: Uint8Array, level: number, index: number): Hash {
  if (level === 0) return hashOf(hashes, index)
  return hashNode(nodeAbove(hashes, level - 1, 2 * index), nodeAbove(hashes, level - 1, 2 * index + 1))
}

const hashOf = (hashes: Uint8Array, index: number): Hash =>
  hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
