import { type CascadeError, isCascadeError } from '#base'
import { HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, tilePath } from './merkle/index.ts'
import type { ContentCounts } from './told-content.ts'

/** Where damage is: in what was written, in the tree that follows from it, in what was signed of it, or in what it tells of. */
export type LogPart = 'entries' | 'tree' | 'checkpoint' | 'contents'

/** What is wrong with a log. */
export interface LogDamage {
  readonly part: LogPart
  /** The first entry that is not what it was, or that can no longer be proved; absent where the entries are sound. */
  readonly firstBad?: number
  /** For people: what was found, and where. */
  readonly reason: string
}

/** What the check of a log comes to. */
export interface LogVerdict {
  readonly valid: boolean
  /** Entries that the log has, or should have by its checkpoint. */
  readonly size: number
  /** The last entry that was looked at and is sound; -1 for none. */
  readonly checkedTo: number
  /** Where the damage is that was found first; absent where there is none. */
  readonly part?: LogPart
  readonly firstBad?: number
  readonly reason?: string
  /** Versions that the entries tell of, as far as they were held against their digests; absent where none were looked at. */
  readonly contents?: ContentCounts
  /** The newest that was signed, when it is sound; absent where nothing was. */
  readonly checkpoint?: { readonly size: number }
}

/** Codes with which a store answers when its rows are not what it wrote. INTERNAL: a number or a length that nothing wrote. */
const DAMAGE = new Set(['DATA_CORRUPT', 'NOT_FOUND', 'INTERNAL'])

/** Whether a store that was asked of its log answered so because it is damaged. */
export const isDamage = (error: unknown): error is CascadeError => isCascadeError(error) && DAMAGE.has(error.code)

type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

/** Asks a store that may be damaged. Throws what is no damage: a store that is closed, a disk that does not answer. */
export async function askOf<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await ask() }
  } catch (error) {
    if (isDamage(error)) return { ok: false, reason: error.detail }
    throw error
  }
}

interface TreeTile {
  readonly level: number
  readonly index: number
  readonly width: number
}

/** Place of the first hash that is another in `found`, or is not there; undefined when they are the same. */
export function differingHash(found: Uint8Array, expected: Uint8Array): number | undefined {
  if (Buffer.compare(found, expected) === 0) return undefined
  let at = 0
  while (at < found.length && at < expected.length && found[at] === expected[at]) at++
  return Math.floor(Math.min(at, expected.length - 1) / HASH_BYTES)
}

/** The first entry below a hash of a tile; `place` counts through all rows of it, from the lowest. */
export function firstEntryBelow(level: number, index: number, place: number): number {
  let [row, first] = [0, 0]
  for (let width = TILE_WIDTH; place >= first + width; width /= 2) [row, first] = [row + 1, first + width]
  return (index * TILE_WIDTH + (place - first) * 2 ** row) * 2 ** (TILE_HEIGHT * level)
}

/**
 * Holds what is kept of a tile against the hashes that the entries make.
 *
 * @param kept undefined where the tile is lost.
 */
export function compareTile(
  { level, index, width }: TreeTile,
  kept: Uint8Array | undefined,
  expected: Uint8Array,
): LogDamage | undefined {
  const place = differingHash(kept ?? new Uint8Array(), expected)
  if (place === undefined) return undefined
  const what = kept === undefined ? 'is lost' : `has another hash than the entries at ${place}`
  return {
    part: 'tree',
    firstBad: firstEntryBelow(level, index, place),
    reason: `${tilePath({ level, index, width })} ${what}`,
  }
}
