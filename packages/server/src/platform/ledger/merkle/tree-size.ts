/**
 * Sizes and indexes reach Number.MAX_SAFE_INTEGER. The bit operators cut numbers to 32 bits, so what others do with shifts
 * is division here, which is exact for these numbers.
 */

const WORD_BITS = 32
const WORD = 2 ** WORD_BITS

/** Whether it counts leaves: a whole number from 0 to Number.MAX_SAFE_INTEGER. */
export const isTreeSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** @throws RangeError when it counts no leaves. */
export function requireTreeSize(value: number): void {
  if (!isTreeSize(value)) throw new RangeError(`${value} is no number of leaves`)
}

export const isOdd = (value: number): boolean => value % 2 === 1

export const half = (value: number): number => Math.floor(value / 2)

/** The level of the largest perfect subtree with at most `size` leaves (from 1): the place of the highest bit. */
export function levelOf(size: number): number {
  const high = Math.floor(size / WORD)
  return high > 0 ? 2 * WORD_BITS - 1 - Math.clz32(high) : WORD_BITS - 1 - Math.clz32(size)
}

/** Whether a tree of `size` leaves (from 1) is one perfect subtree. */
export const isPerfect = (size: number): boolean => 2 ** levelOf(size) === size

/** Where a tree of `size` leaves (from 2) parts: the largest power of two below `size`. See RFC 6962 section 2.1. */
export const splitOf = (size: number): number => 2 ** levelOf(size - 1)
