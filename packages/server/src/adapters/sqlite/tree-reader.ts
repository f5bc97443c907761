import {
  HASH_BYTES,
  type Hash,
  innerNode,
  nodeOfTile,
  proveConsistency,
  proveInclusion,
  requireInTree,
  rootAt,
  TILE_HEIGHT,
  TILE_WIDTH,
} from '#ledger'
import type { Database } from './database.ts'
import { readRow, readTile, readTreeSize } from './tree-rows.ts'

/** Full tiles in memory, of 16 KiB each, and nodes of those that are not full: both never change. */
const TILES_KEPT = 128
const NODES_KEPT = 4096
const TREE_BYTES = (2 * TILE_WIDTH - 1) * HASH_BYTES

/** The Merkle tree of the log over one connection, within the open read transaction. */
export class TreeReader {
  readonly #database: Database
  readonly #tiles = new Map<string, Uint8Array>()
  readonly #nodes = new Map<string, Hash>()

  constructor(database: Database) {
    this.#database = database
  }

  size(): number {
    return readTreeSize(this.#database)
  }

  /** @throws CascadeError NOT_FOUND for a size that the tree does not have. */
  root(size: number): Hash {
    requireInTree('size', size, this.size())
    return rootAt(size, this.#nodeAt)
  }

  /** @throws CascadeError NOT_FOUND for an entry that a tree of the size does not hold, or a size beyond the tree. */
  inclusion(index: number, size: number): readonly Hash[] {
    requireInTree('size', size, this.size())
    requireInTree('entry', index, size)
    return copied(proveInclusion(index, size, this.#nodeAt))
  }

  /** @throws CascadeError NOT_FOUND for a size beyond the other, or beyond the tree. */
  consistency(from: number, to: number): readonly Hash[] {
    requireInTree('size', to, this.size())
    requireInTree('size', from, to)
    return copied(proveConsistency(from, to, this.#nodeAt))
  }

  /** The lowest row of a tile, `width` hashes; undefined where the tree has not so many there. */
  tile(level: number, index: number, width: number): Uint8Array | undefined {
    if (width > Math.min(this.#hashesFrom(level, index), TILE_WIDTH)) return undefined
    return this.#tile(level, index, width).slice(0, width * HASH_BYTES)
  }

  /** What the row of a full tile holds now; undefined where the tree has no such tile, and where the row is lost. */
  keptTile(level: number, index: number): Uint8Array | undefined {
    return this.#hashesFrom(level, index) < TILE_WIDTH ? undefined : readRow(this.#database, level, index)
  }

  /** Hashes that the tree has on a level, from the first of a tile on. */
  #hashesFrom(level: number, index: number): number {
    return Math.floor(this.size() / TILE_WIDTH ** level) - index * TILE_WIDTH
  }

  #nodeAt = (level: number, index: number): Hash => {
    const name = `${level}:${index}`
    const known = this.#nodes.get(name)
    if (known) return known
    const inner = level % TILE_HEIGHT
    const first = index * 2 ** inner
    const [tile, place] = [Math.floor(first / TILE_WIDTH), (first % TILE_WIDTH) / 2 ** inner]
    const hashes = this.#tile((level - inner) / TILE_HEIGHT, tile, (place + 1) * 2 ** inner)
    if (hashes.length === TREE_BYTES) return innerNode(hashes, inner, place)
    const node = nodeOfTile(hashes, inner, place)
    keep(this.#nodes, name, node, NODES_KEPT)
    return node
  }

  #tile(level: number, index: number, count: number): Uint8Array {
    const name = `${level}:${index}`
    const known = this.#tiles.get(name)
    if (known) return known
    const hashes = readTile(this.#database, level, index, count)
    if (hashes.length === TREE_BYTES) keep(this.#tiles, name, hashes, TILES_KEPT)
    return hashes
  }
}

// What goes to another thread takes the whole buffer along that it is a view of.
const copied = (hashes: readonly Hash[]): Hash[] => hashes.map((hash) => hash.slice())

/** Keeps a value, and lets the one go that was kept first. */
function keep<V>(kept: Map<string, V>, name: string, value: V, most: number): void {
  if (kept.size >= most)
    for (const first of kept.keys()) {
      kept.delete(first)
      break
    }
  kept.set(name, value)
}
