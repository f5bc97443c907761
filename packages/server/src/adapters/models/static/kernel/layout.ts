/**
 * Where things lie in the memory in which words are compared, read by the host and by the kernel's compiler alike. Bytes,
 * little-endian.
 *
 *     asked words, 16 bits a number · places of words to compare with them · products · codes of words, 8 bits a number
 */
/** Numbers of a vector: a multiple of 32. */
export const WIDTH = 256
/** Words that others are compared with at once. */
export const ASKED_AT_ONCE = 32
/** Words that are asked with one reading of the other; divides ASKED_AT_ONCE. */
export const ASKED_TOGETHER = 4
/** Products of one call: words to compare times words asked. */
export const PRODUCTS_AT_ONCE = 65536

export const ASKED = 0
export const PLACES = ASKED + ASKED_AT_ONCE * WIDTH * 2
export const PRODUCTS = PLACES + PRODUCTS_AT_ONCE * 4
// Written by the kernel alone, and never read.
/** @public */
export const TOUCHED = PRODUCTS + PRODUCTS_AT_ONCE * 4
/** Begins with a cache line. */
export const CODES = TOUCHED + 64
