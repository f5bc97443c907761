import { HASH_BYTES, TILE_WIDTH, tileTree } from '#ledger'
import type { Database } from './database.ts'
import { forgetTree, readLeafHashes, readTile, readTreeSize, tileKey } from './tree-rows.ts'

/** Leaves that one transaction adds at most, so that a write that comes waits for some milliseconds. */
const LEAVES_AT_ONCE = 4096

/** The last tile of a level, which is not full. */
interface OpenTile {
  readonly hashes: Uint8Array
  index: number
  count: number
}

/**
 * The writer's side of the Merkle tree over the leaves (RFC 6962 section 2.1). Rows hold tiles: a full one with all its
 * inner nodes, so that a proof reads a few rows and hashes next to nothing; of levels above the lowest also the last, which
 * is not full. All of it follows from the leaves, so it is made after their commit, when somebody wants to sign it.
 */
export class LedgerTree {
  readonly #database: Database
  #size = 0
  #open: OpenTile[] = []
  #isLoaded = false

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Adds leaves that were committed, at most as many as one transaction should. Returns the size of the tree.
   *
   * @throws CascadeError DATA_CORRUPT when leaves or tiles that it rests on are lost.
   */
  grow(): number {
    // Not before it is asked: a store whose tree is damaged opens, and can be looked at.
    if (!this.#isLoaded) this.#load()
    const hashes = readLeafHashes(this.#database, this.#size, this.#size + LEAVES_AT_ONCE)
    if (hashes.length === 0) return this.#size
    try {
      this.#database.transaction(() => this.#grow(hashes))
    } catch (error) {
      this.#load()
      throw error
    }
    return this.#size
  }

  /** Removes what was kept: all of it follows from the leaves, and the next growths work it out anew. */
  forget(): void {
    this.#isLoaded = false
    this.#database.transaction(() => forgetTree((sql) => this.#database.exec(sql)))
  }

  #grow(hashes: readonly Uint8Array[]): void {
    for (const hash of hashes) this.#add(0, hash)
    this.#size += hashes.length
    // The lowest level's open tile stands in the leaves themselves.
    for (const [level, { index, hashes, count }] of this.#open.entries())
      if (level > 0 && count > 0) this.#write(level, index, hashes.subarray(0, count * HASH_BYTES))
    this.#database.run('UPDATE tree_state SET size = ?', this.#size)
  }

  /** Adds a hash to a level; a tile that is full then is written with its inner nodes, and its root goes one level up. */
  #add(level: number, hash: Uint8Array): void {
    this.#open[level] ??= { hashes: new Uint8Array(TILE_WIDTH * HASH_BYTES), index: 0, count: 0 }
    const tile = this.#open[level]
    tile.hashes.set(hash, tile.count++ * HASH_BYTES)
    if (tile.count < TILE_WIDTH) return
    const tree = tileTree(tile.hashes)
    this.#write(level, tile.index++, tree)
    tile.count = 0
    this.#add(level + 1, tree.subarray(-HASH_BYTES))
  }

  #write(level: number, index: number, hashes: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO tree_tiles VALUES (?, ?)', tileKey(level, index), hashes)
  }

  #load(): void {
    this.#isLoaded = false
    this.#size = readTreeSize(this.#database)
    this.#open = []
    for (let [level, count] = [0, this.#size]; count > 0; level++) {
      const index = Math.floor(count / TILE_WIDTH)
      const hashes = new Uint8Array(TILE_WIDTH * HASH_BYTES)
      if (count % TILE_WIDTH > 0) hashes.set(this.#openHashes(level, index, count % TILE_WIDTH))
      this.#open.push({ hashes, index, count: count % TILE_WIDTH })
      count = index
    }
    this.#isLoaded = true
  }

  #openHashes(level: number, index: number, count: number): Uint8Array {
    return readTile(this.#database, level, index, count).subarray(0, count * HASH_BYTES)
  }
}
