// From the embedding in the header's page to a slot's code: a level of -127..127 for each number.
import { CODES, ERROR, SCALE, SUM, VECTOR } from '../layout'

const LEVEL_MAX: f64 = 127
// Added to a small number, it leaves the nearest integer in the low bits, for its own last place counts ones (IEEE 754).
const ROUNDER: f64 = 6755399441055744

// The embedding that was measured last.
let squares: f64 = 0
let largest: f64 = 0

/**
 * Takes up an embedding of `width` numbers, a multiple of 64. Returns the sum of their squares: not finite where one of
 * them is not, and 0 only where all are, since squares of float32 numbers neither overflow nor vanish in float64.
 */
export function measure(width: usize): f64 {
  let sums = f64x2.splat(0)
  let most = f32x4.splat(0)
  for (let at: usize = VECTOR, end = at + (width << 2); at < end; at += 16) {
    const four = v128.load(at)
    const left = f64x2.promote_low_f32x4(four)
    const right = f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 0, 1))
    sums = f64x2.add(sums, f64x2.add(f64x2.mul(left, left), f64x2.mul(right, right)))
    most = f32x4.pmax(most, f32x4.abs(four))
  }
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1))
  largest = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1))
  squares = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  return squares
}

/**
 * Writes the code of the embedding that was measured last, which must have a direction, and its columns.
 *
 * With `step` the exact `largest / length / 127`, and `scale` the float32 next to it, number `i` of the unit vector is
 * `step * (level + d)`, where `d` is what rounding took; so the rest beside `scale * level` is no longer than
 * `step * |d| + |step - scale| * |levels|`.
 */
export function encode(segment: usize, index: usize, width: usize): void {
  const perStep = f64x2.splat(LEVEL_MAX / largest)
  const code = segment + CODES + index * width
  let rests = f64x2.splat(0)
  let sums = i32x4.splat(0)
  let lengths = i32x4.splat(0)
  for (let at: usize = 0; at < width; at += 8) {
    const from = <usize>VECTOR + (at << 2)
    const a = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from)), perStep)
    const b = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from, 8)), perStep)
    const c = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from, 16)), perStep)
    const d = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from, 24)), perStep)
    const e = f64x2.add(a, f64x2.splat(ROUNDER))
    const f = f64x2.add(b, f64x2.splat(ROUNDER))
    const g = f64x2.add(c, f64x2.splat(ROUNDER))
    const h = f64x2.add(d, f64x2.splat(ROUNDER))
    rests = f64x2.add(rests, f64x2.add(restSquare(a, e), restSquare(b, f)))
    rests = f64x2.add(rests, f64x2.add(restSquare(c, g), restSquare(d, h)))
    const levels = i16x8.narrow_i32x4_s(v128.shuffle<i32>(e, f, 0, 2, 4, 6), v128.shuffle<i32>(g, h, 0, 2, 4, 6))
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(levels))
    lengths = i32x4.add(lengths, i32x4.dot_i16x8_s(levels, levels))
    v128.store64_lane(code + at, i8x16.narrow_i16x8_s(levels, levels), 0)
  }
  const restSquares = f64x2.extract_lane(rests, 0) + f64x2.extract_lane(rests, 1)
  const step = largest / Math.sqrt(squares) / LEVEL_MAX
  const scale = <f32>step
  const error = step * Math.sqrt(restSquares) + Math.abs(step - <f64>scale) * Math.sqrt(<f64>sumOf(lengths))
  const column = segment + (index << 2)
  store<f32>(column, scale, SCALE)
  store<i32>(column, sumOf(sums), SUM)
  store<f32>(column, above(error), ERROR)
}

/** A float32 not below a length: float64 sums of 4096 numbers are off by a part in 10^12, float32 rounds by one in 2^24. */
function above(length: f64): f32 {
  return <f32>(length * (1 + 1e-6) + 1e-9)
}

function restSquare(numbers: v128, shifted: v128): v128 {
  const rest = f64x2.sub(numbers, f64x2.sub(shifted, f64x2.splat(ROUNDER)))
  return f64x2.mul(rest, rest)
}

function sumOf(lanes: v128): i32 {
  const left = i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1)
  return left + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3)
}
