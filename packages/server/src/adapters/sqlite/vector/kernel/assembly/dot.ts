// Inner products of int8 codes with a query of 0..127 (each value shifted by 64), exact integers in both kernels.
import { QUERY_COARSE_8, QUERY_COARSE_16, QUERY_FINE_8, QUERY_FINE_16 } from '../layout'

// Relaxed: 16 products an instruction, query bytes as they are. Plain: codes widened to 16 bits, query widened before.
const WIDENED: usize = ASC_FEATURE_RELAXED_SIMD ? 0 : 1
export const QUERY_COARSE: usize = ASC_FEATURE_RELAXED_SIMD ? QUERY_COARSE_8 : QUERY_COARSE_16
export const QUERY_FINE: usize = ASC_FEATURE_RELAXED_SIMD ? QUERY_FINE_8 : QUERY_FINE_16

/** `sum` plus the products of 16 codes, as four partial sums. */
function step(codes: usize, query: usize, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(codes), v128.load(query), sum)
  const low = i32x4.dot_i16x8_s(v128.load8x8_s(codes), v128.load(query))
  const high = i32x4.dot_i16x8_s(v128.load8x8_s(codes, 8), v128.load(query, 16))
  return i32x4.add(sum, i32x4.add(low, high))
}

/**
 * One code against the query, as four partial sums; `width` is a multiple of 64. Codes are read one after the other, each
 * from its beginning to its end: memory is the limit, and its prefetcher follows one stream at twice the speed of four
 * neighbouring ones (1.3 against 2.5 ms for 38 MB).
 */
function partial(codes: usize, query: usize, width: usize): v128 {
  let a = i32x4.splat(0)
  let b = i32x4.splat(0)
  let c = i32x4.splat(0)
  let d = i32x4.splat(0)
  for (let at: usize = 0; at < width; at += 64) {
    const from = codes + at
    const part = query + (at << WIDENED)
    a = step(from, part, a)
    b = step(from + 16, part + (16 << WIDENED), b)
    c = step(from + 32, part + (32 << WIDENED), c)
    d = step(from + 48, part + (48 << WIDENED), d)
  }
  return i32x4.add(i32x4.add(a, b), i32x4.add(c, d))
}

/** One code against the query. */
export function dot1(codes: usize, query: usize, width: usize): i32 {
  const sum = partial(codes, query, width)
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  )
}

/** Four codes against the query. */
export function dot4(first: usize, second: usize, third: usize, fourth: usize, query: usize, width: usize): v128 {
  const a = partial(first, query, width)
  const b = partial(second, query, width)
  const c = partial(third, query, width)
  const d = partial(fourth, query, width)
  const left = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7))
  const right = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7))
  return i32x4.add(v128.shuffle<i32>(left, right, 0, 1, 4, 5), v128.shuffle<i32>(left, right, 2, 3, 6, 7))
}
