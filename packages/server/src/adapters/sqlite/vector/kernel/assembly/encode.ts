// From the embedding in the header's page to a slot's code and record.
import { CODES, ERROR, RECORD_BYTES, RECORDS, ROW_LEVELS, SCALE, SUM, VECTOR } from '../layout'

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
 * Writes the code and the record of the embedding that was measured last, which must have a direction.
 *
 * With `step` the exact `largest / length / 127` and `scale` the float32 next to it, number `i` of the unit vector is
 * `step * (level + d)`, where `d` is what rounding took from it; so the rest beside `scale * level` is no longer than
 * `step * |d| + |step - scale| * |levels|`.
 */
export function encode(segment: usize, index: usize, width: usize): void {
  const codes = segment + CODES + index * width
  const perStep = f64x2.splat(<f64>ROW_LEVELS / largest)
  const rounder = f64x2.splat(ROUNDER)
  let rests = f64x2.splat(0)
  let levels = i32x4.splat(0)
  let sums = i32x4.splat(0)
  for (let at: usize = 0; at < width; at += 8) {
    const from = <usize>VECTOR + (at << 2)
    const a = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from)), perStep)
    const b = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from, 8)), perStep)
    const c = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from, 16)), perStep)
    const d = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(from, 24)), perStep)
    const e = f64x2.add(a, rounder)
    const f = f64x2.add(b, rounder)
    const g = f64x2.add(c, rounder)
    const h = f64x2.add(d, rounder)
    rests = f64x2.add(rests, f64x2.add(restSquare(a, e, rounder), restSquare(b, f, rounder)))
    rests = f64x2.add(rests, f64x2.add(restSquare(c, g, rounder), restSquare(d, h, rounder)))
    const eight = i16x8.narrow_i32x4_s(v128.shuffle<i32>(e, f, 0, 2, 4, 6), v128.shuffle<i32>(g, h, 0, 2, 4, 6))
    levels = i32x4.add(levels, i32x4.dot_i16x8_s(eight, eight))
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(eight))
    v128.store64_lane(codes + at, i8x16.narrow_i16x8_s(eight, eight), 0)
  }
  const step = largest / Math.sqrt(squares) / <f64>ROW_LEVELS
  const scale = <f32>step
  const rest = step * Math.sqrt(f64x2.extract_lane(rests, 0) + f64x2.extract_lane(rests, 1))
  const missed = Math.abs(step - <f64>scale) * Math.sqrt(<f64>total(levels))
  const record = segment + RECORDS + index * RECORD_BYTES
  store<f32>(record, scale, SCALE)
  store<i32>(record, total(sums), SUM)
  store<f32>(record, above(rest + missed), ERROR)
}

/** A float32 not below a length: float64 sums of 4096 numbers are off by a part in 10^12, float32 rounds by one in 2^24. */
function above(length: f64): f32 {
  return <f32>(length * (1 + 1e-6) + 1e-9)
}

function restSquare(numbers: v128, shifted: v128, rounder: v128): v128 {
  const rest = f64x2.sub(numbers, f64x2.sub(shifted, rounder))
  return f64x2.mul(rest, rest)
}

function total(lanes: v128): i32 {
  const left = i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1)
  return left + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3)
}
