// The words of passages against the words of a question.
import { ASKED, ASKED_TOGETHER, CODES, PLACES, PRODUCTS, TOUCHED, WIDTH } from '../layout'

const width: usize = WIDTH
/** Bytes of a word that is asked, and of those that are asked together. */
const WORD: usize = width * 2
const GROUP: usize = WORD * ASKED_TOGETHER
const LINE: usize = 64
/** Bytes of so many places as are fetched at once: as many cache misses as can be under way, and what a small cache holds. */
const FETCHED: usize = 64 * 4

/**
 * Writes the inner products of the word at each place with each of the words asked: exact integers, word after word.
 *
 * @param groups of ASKED_TOGETHER words that are asked.
 */
export function compare(words: usize, groups: usize): void {
  const asked: usize = ASKED
  const last = asked + groups * GROUP
  let product: usize = PRODUCTS
  for (let from: usize = PLACES, end = from + (words << 2); from < end; from += FETCHED) {
    const to = min(from + FETCHED, end)
    touch(from, to)
    for (let place = from; place < to; place += 4) {
      const codes = codesAt(place)
      for (let group = asked; group < last; group += GROUP) {
        v128.store(product, products(codes, group))
        product += 16
      }
    }
  }
}

function codesAt(place: usize): usize {
  const codes: usize = CODES
  return codes + <usize>load<u32>(place) * width
}

/**
 * Reads a byte of every cache line of the codes that are about to be compared. Nothing waits for these reads, so that they
 * are under way together; codes lie where their words were met first, and would otherwise be waited for one by one.
 */
function touch(from: usize, to: usize): void {
  let touched: u32 = 0
  for (let place = from; place < to; place += 4) {
    const codes = codesAt(place)
    for (let line: usize = 0; line < width; line += LINE) touched |= load<u8>(codes + line)
  }
  // Without a use of what was read the compiler would not read it.
  store<u32>(TOUCHED, touched)
}

/**
 * The products of one word with four, whose codes are widened once. Two products of at most 127 * 127 are added in 32 bits,
 * so that nothing is lost.
 */
function products(codes: usize, group: usize): v128 {
  let a = i32x4.splat(0)
  let b = i32x4.splat(0)
  let c = i32x4.splat(0)
  let d = i32x4.splat(0)
  let wide = group
  for (let at = codes, end = codes + width; at < end; at += 16, wide += 32) {
    const low = v128.load8x8_s(at)
    const high = v128.load8x8_s(at, 8)
    a = i32x4.add(a, both(low, high, wide))
    b = i32x4.add(b, both(low, high, wide + WORD))
    c = i32x4.add(c, both(low, high, wide + 2 * WORD))
    d = i32x4.add(d, both(low, high, wide + 3 * WORD))
  }
  const left = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7))
  const right = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7))
  return i32x4.add(v128.shuffle<i32>(left, right, 0, 1, 4, 5), v128.shuffle<i32>(left, right, 2, 3, 6, 7))
}

function both(low: v128, high: v128, wide: usize): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(low, v128.load(wide)), i32x4.dot_i16x8_s(high, v128.load(wide, 16)))
}
