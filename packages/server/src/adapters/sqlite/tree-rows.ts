import { CascadeError } from '#base'
import { HASH_BYTES, TILE_WIDTH } from '#ledger'
import type { Database } from './database.ts'

/** Tiles of one number, of all levels, have keys side by side; eight levels hold more leaves than there can be. */
const LEVELS = 8

/** Key of the row of a tile. */
export const tileKey = (level: number, index: number): number => index * LEVELS + level

/** How many leaves the tree is made of. */
export const readTreeSize = (database: Database): number =>
  database.get<{ size: number }>('SELECT size FROM tree_state')?.size ?? 0

/**
 * Leaf hashes from `from` up to before `to`, as far as there are leaves.
 *
 * @throws CascadeError DATA_CORRUPT when one between them is missing, or has no hash: a tree over the others would be of
 *   another log.
 */
export const readLeafHashes = (database: Database, from: number, to: number): Uint8Array[] =>
  database
    .allArrays<readonly [index: number, hash: Uint8Array]>(
      'SELECT sequence, hash FROM leaves WHERE sequence >= ? AND sequence < ? ORDER BY sequence',
      from,
      to,
    )
    .map(([index, hash], at) => {
      if (index === from + at && hash.length === HASH_BYTES) return hash
      throw new CascadeError('DATA_CORRUPT', `entry ${from + at} of the log has lost its hash`)
    })

/**
 * The lowest row of a tile, at least `count` hashes of it: a full tile comes with its inner nodes behind them.
 *
 * @throws CascadeError DATA_CORRUPT when the tree of the store should have it and does not.
 */
export function readTile(database: Database, level: number, index: number, count: number): Uint8Array {
  const hashes = readRow(database, level, index) ?? (level === 0 ? joined(openLeaves(database, index, count)) : NOTHING)
  if (hashes.length >= count * HASH_BYTES) return hashes
  throw new CascadeError('DATA_CORRUPT', `tile ${index} of level ${level} of the ledger’s tree has lost its hashes`)
}

/** What the row of a tile holds; undefined where there is none. */
export const readRow = (database: Database, level: number, index: number): Uint8Array | undefined =>
  database.get<{ hashes: Uint8Array }>('SELECT hashes FROM tree_tiles WHERE key = ?', tileKey(level, index))?.hashes

const NOTHING = new Uint8Array()

const openLeaves = (database: Database, index: number, count: number): Uint8Array[] =>
  readLeafHashes(database, index * TILE_WIDTH, index * TILE_WIDTH + count)

function joined(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [at, hash] of hashes.entries()) bytes.set(hash, at * HASH_BYTES)
  return bytes
}

/** Empties the rows of the tree, whatever they hold. */
export function forgetTree(exec: (sql: string) => void): void {
  exec('DELETE FROM tree_tiles')
  exec('DELETE FROM tree_state')
  exec('INSERT INTO tree_state VALUES (0)')
}
