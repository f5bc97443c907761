import { ASKED, CODES, PLACES, PRODUCTS, WIDTH } from '../layout'

const width: usize = WIDTH

/** Writes the inner products of the word at each place with each of the words asked: exact integers, word after word. */
export function compare(words: usize, asked: usize): void {
  let product: usize = PRODUCTS
  for (let at: usize = PLACES, end = at + (words << 2); at < end; at += 4) {
    const codes = CODES + <usize>load<u32>(at) * width
    for (let other: usize = ASKED, last = other + asked * width * 2; other < last; other += width * 2) {
      store<i32>(product, dot(codes, other))
      product += 4
    }
  }
}

/** Two products of at most 127 * 127 are added in 32 bits, so that nothing is lost; two sums do not wait for each other. */
function dot(codes: usize, other: usize): i32 {
  let even = i32x4.splat(0)
  let odd = i32x4.splat(0)
  for (let at: usize = 0; at < width; at += 32) {
    const wide = other + (at << 1)
    even = i32x4.add(even, i32x4.dot_i16x8_s(v128.load8x8_s(codes + at), v128.load(wide)))
    odd = i32x4.add(odd, i32x4.dot_i16x8_s(v128.load8x8_s(codes + at, 8), v128.load(wide, 16)))
    even = i32x4.add(even, i32x4.dot_i16x8_s(v128.load8x8_s(codes + at, 16), v128.load(wide, 32)))
    odd = i32x4.add(odd, i32x4.dot_i16x8_s(v128.load8x8_s(codes + at, 24), v128.load(wide, 48)))
  }
  const sum = i32x4.add(even, odd)
  const left = i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1)
  return left + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
}
