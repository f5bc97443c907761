import { TILE_WIDTH, type TilePath } from './tile-path.ts'
import { requireTreeSize } from './tree-size.ts'

/**
 * What is to be written when a tree of `from` leaves has grown to `to`: the bundles of entries, then the tiles of hashes,
 * lowest level first, on each level from left to right; of partial ones those of a tree of `to` leaves. About one bundle
 * and one tile for each 256 leaves between the two, so whoever has far to go takes it in steps.
 *
 * @throws RangeError when one is no number of leaves, or `from` is above `to`.
 * @see https://c2sp.org/tlog-tiles#partial-tiles
 */
export function tilesBetween(from: number, to: number): TilePath[] {
  requireTreeSize(from)
  requireTreeSize(to)
  if (from > to) throw new RangeError(`a tree of ${from} leaves does not grow to ${to}`)
  const tiles = [...tilesOfRow('entries', from, to)]
  let had = from
  let has = to
  // A row that did not grow leaves all above it as they were.
  for (let level = 0; had < has; level++) {
    tiles.push(...tilesOfRow(level, had, has))
    had = Math.floor(had / TILE_WIDTH)
    has = Math.floor(has / TILE_WIDTH)
  }
  return tiles
}

/** The tiles with something new in them, in a row that had `had` hashes and now has `has`. */
function* tilesOfRow(level: TilePath['level'], had: number, has: number): Generator<TilePath> {
  for (let at = had; at < has; ) {
    const index = Math.floor(at / TILE_WIDTH)
    const begin = index * TILE_WIDTH
    yield { level, index, width: Math.min(TILE_WIDTH, has - begin) }
    at = begin + TILE_WIDTH
  }
}
