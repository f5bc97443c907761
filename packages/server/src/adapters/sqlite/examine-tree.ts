import { compareTile, GrowingTiles, HASH_BYTES, TILE_WIDTH } from '#ledger'
import type { Database } from './database.ts'
import { readLeafHashes, readRow, readTreeSize } from './tree-rows.ts'

/** Leaves whose hashes are in memory at once. */
const LEAVES_AT_ONCE = 4096

/**
 * Holds every row of the log's tree against what the leaf hashes make: of all tiles and nodes, and that there are no others.
 * A tree that lags behind the log is sound as far as it goes.
 *
 * @returns what is wrong, or undefined when nothing is.
 * @throws CascadeError DATA_CORRUPT where the hash of an entry is lost: what the tree should be cannot be told.
 */
export function examineTree(database: Database): string | undefined {
  if (!isSizeSound(database)) return 'it is of a number of entries that the log does not have'
  return findDamage(database, readTreeSize(database))
}

/** Asked of the database: a number that was altered may be none that JavaScript holds. */
const isSizeSound = (database: Database): boolean =>
  database.get<{ sound: number; rows: number }>(
    `SELECT count(*) AS rows, sum(size BETWEEN 0 AND (SELECT coalesce(max(sequence), -1) + 1 FROM leaves)) AS sound
     FROM tree_state HAVING rows = 1 AND sound = 1`,
  ) !== undefined

function findDamage(database: Database, size: number): string | undefined {
  const tiles = new GrowingTiles()
  let rows = 0
  while (tiles.size < size) {
    const hashes = readLeafHashes(database, tiles.size, Math.min(tiles.size + LEAVES_AT_ONCE, size))
    if (hashes.length === 0) return `entry ${tiles.size} of the log is missing`
    for (const hash of hashes)
      for (const { level, index, tree } of tiles.append(hash)) {
        rows++
        const damage = compareTile({ level, index, width: TILE_WIDTH }, readRow(database, level, index), tree)
        if (damage) return damage.reason
      }
  }
  for (const { level, index, hashes } of tiles.edge().filter(({ level }) => level > 0)) {
    rows++
    const width = hashes.length / HASH_BYTES
    const damage = compareTile({ level, index, width }, readRow(database, level, index), hashes)
    if (damage) return damage.reason
  }
  const found = database.get<{ n: number }>('SELECT count(*) AS n FROM tree_tiles')?.n
  return found === rows ? undefined : `it has ${found} tiles, and ${rows} belong to it`
}
