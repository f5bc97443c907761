import { EMPTY_ROOT, HASH_BYTES, type Hash, isHash } from './hash.ts'
import { rootAt } from './subtree-root.ts'
import { TILE_HEIGHT, TILE_WIDTH } from './tile-path.ts'
import { nodeOfTile, tileTree } from './tile-tree.ts'

/** A tile that became full. */
export interface FullTile {
  readonly level: number
  readonly index: number
  /** All of its rows, as `tileTree` gives them. */
  readonly tree: Uint8Array
}

/** The tile at the right edge of a level. */
export interface EdgeTile {
  readonly level: number
  readonly index: number
  /** 1-255 hashes, as they are served. */
  readonly hashes: Uint8Array
}

interface OpenTile {
  readonly hashes: Uint8Array
  index: number
  count: number
}

/**
 * A tree that grows tile by tile: it gives each tile away when that is full and keeps one of a level. Stores are written
 * with it, and what is kept or published is compared with it.
 */
export class GrowingTiles {
  readonly #open: OpenTile[] = []
  #size = 0

  /**
   * Goes on with the tree of `size` leaves.
   *
   * @param hashesOf gives the hashes, `count` of them, of the tile at the right edge of a level.
   */
  static at(size: number, hashesOf: (level: number, index: number, count: number) => Uint8Array): GrowingTiles {
    const tiles = new GrowingTiles()
    tiles.#size = size
    for (let [level, left] = [0, size]; left > 0; level++) {
      const [index, count] = [Math.floor(left / TILE_WIDTH), left % TILE_WIDTH]
      const hashes = new Uint8Array(TILE_WIDTH * HASH_BYTES)
      if (count > 0) hashes.set(hashesOf(level, index, count))
      tiles.#open.push({ hashes, index, count })
      left = index
    }
    return tiles
  }

  get size(): number {
    return this.#size
  }

  /**
   * Adds the next leaf; the tiles that are full with it, lowest first.
   *
   * @throws RangeError when it is no hash.
   */
  append(leafHash: Hash): readonly FullTile[] {
    if (!isHash(leafHash)) throw new RangeError('a hash of the tree has 32 bytes')
    this.#size += 1
    const full: FullTile[] = []
    this.#add(0, leafHash, full)
    return full
  }

  /** The tiles that are not full, lowest first. */
  edge(): readonly EdgeTile[] {
    return this.#open.flatMap(({ hashes, index, count }, level) =>
      count === 0 ? [] : [{ level, index, hashes: hashes.slice(0, count * HASH_BYTES) }],
    )
  }

  /** A copy: it does not change with the tree. */
  root(): Hash {
    // The perfect subtrees that make up a tree lie in the open tile of their level: all left of it is in one of a level above.
    return this.#size === 0 ? EMPTY_ROOT : rootAt(this.#size, this.#nodeAtEdge).slice()
  }

  #nodeAtEdge = (level: number, index: number): Hash => {
    const inner = level % TILE_HEIGHT
    const open = this.#open[(level - inner) / TILE_HEIGHT]!
    return nodeOfTile(open.hashes, inner, index - (open.index * TILE_WIDTH) / 2 ** inner)
  }

  #add(level: number, hash: Hash, full: FullTile[]): void {
    this.#open[level] ??= { hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), index: 0, count: 0 }
    const open = this.#open[level]
    open.hashes.set(hash, open.count++ * HASH_BYTES)
    if (open.count < TILE_WIDTH) return
    const tree = tileTree(open.hashes)
    full.push({ level, index: open.index++, tree })
    open.count = 0
    this.#add(level + 1, tree.subarray(-HASH_BYTES), full)
  }
}
