import { isTreeSize } from './tree-size.ts'

/** Rows of nodes from one level of tiles to the next. */
export const TILE_HEIGHT = 8
/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT

const LEVEL_LAST = 63
const DIGITS = 3

/** Which tile: of hashes on a level (0-63, leaf hashes on 0), or of the entries themselves. */
export interface TilePath {
  readonly level: number | 'entries'
  /** From 0, on its level. */
  readonly index: number
  /** Hashes or entries in it: 256 in a full one, 1-255 in the one at the right edge of a tree. */
  readonly width: number
}

// Six groups of digits hold any safe integer. What this lets through is compared with the one right spelling.
const SHAPE = /^tile\/(?<level>entries|\d{1,2})\/(?<index>(?:x\d{3}\/){0,5}\d{3})(?:\.p\/(?<width>\d{1,3}))?$/

/**
 * Where a tile is served, without a slash before it: `tile/0/x001/x234/067`, `tile/entries/000.p/17`.
 *
 * @throws RangeError when there is no such tile: a level, index or width out of range.
 * @see https://c2sp.org/tlog-tiles
 */
export function tilePath(tile: TilePath): string {
  if (!isTile(tile)) throw new RangeError(`no tile has level ${tile.level}, index ${tile.index}, width ${tile.width}`)
  return spell(tile)
}

/** The tile that is served at this path; undefined for anything but the one spelling that `tilePath` gives. */
export function parseTilePath(path: string): TilePath | undefined {
  const { level, index = '', width = TILE_WIDTH } = SHAPE.exec(path)?.groups ?? {}
  const tile: TilePath = {
    level: level === 'entries' ? level : Number(level),
    index: Number(index.replaceAll(/[x/]/g, '')),
    width: Number(width),
  }
  return isTile(tile) && spell(tile) === path ? tile : undefined
}

const isTile = ({ level, index, width }: TilePath): boolean =>
  (level === 'entries' || isWithin(level, 0, LEVEL_LAST)) && isTreeSize(index) && isWithin(width, 1, TILE_WIDTH)

const isWithin = (value: number, first: number, last: number): boolean =>
  Number.isInteger(value) && value >= first && value <= last

const spell = ({ level, index, width }: TilePath): string =>
  `tile/${level}/${spellIndex(index)}${width < TILE_WIDTH ? `.p/${width}` : ''}`

/** 1234067 → `x001/x234/067`. */
function spellIndex(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / DIGITS) * DIGITS, '0')
  return padded.replaceAll(/\d{3}(?=\d)/g, 'x$&/')
}
