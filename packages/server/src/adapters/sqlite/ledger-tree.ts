import { GrowingTiles, HASH_BYTES } from '#ledger'
import type { Database } from './database.ts'
import { forgetTree, readLeafHashes, readTile, readTreeSize, tileKey } from './tree-rows.ts'

/** Leaves that one transaction adds at most, so that a write that comes waits for some milliseconds. */
const LEAVES_AT_ONCE = 4096

/**
 * The writer's side of the Merkle tree over the leaves (RFC 6962 section 2.1). Rows hold tiles: a full one with all its
 * inner nodes, so that a proof reads a few rows and hashes next to nothing; of levels above the lowest also the last, which
 * is not full. All of it follows from the leaves, so it is made after their commit, when somebody wants to sign it.
 */
export class LedgerTree {
  readonly #database: Database
  /** Undefined until it is asked for, and from a transaction that failed until the rows are read again. */
  #tiles: GrowingTiles | undefined

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
    const tiles = this.#tiles ?? this.#load()
    this.#tiles = undefined
    const hashes = readLeafHashes(this.#database, tiles.size, tiles.size + LEAVES_AT_ONCE)
    if (hashes.length > 0) this.#database.transaction(() => this.#grow(tiles, hashes))
    this.#tiles = tiles
    return tiles.size
  }

  /** Removes what was kept: all of it follows from the leaves, and the next growths work it out anew. */
  forget(): void {
    this.#tiles = undefined
    this.#database.transaction(() => forgetTree((sql) => this.#database.exec(sql)))
  }

  #grow(tiles: GrowingTiles, hashes: readonly Uint8Array[]): void {
    for (const hash of hashes) for (const { level, index, tree } of tiles.append(hash)) this.#write(level, index, tree)
    // The lowest level's open tile stands in the leaves themselves.
    for (const { level, index, hashes } of tiles.edge()) if (level > 0) this.#write(level, index, hashes)
    this.#database.run('UPDATE tree_state SET size = ?', tiles.size)
  }

  #write(level: number, index: number, hashes: Uint8Array): void {
    this.#database.run('INSERT OR REPLACE INTO tree_tiles VALUES (?, ?)', tileKey(level, index), hashes)
  }

  #load(): GrowingTiles {
    return GrowingTiles.at(readTreeSize(this.#database), (level, index, count) =>
      readTile(this.#database, level, index, count).subarray(0, count * HASH_BYTES),
    )
  }
}
