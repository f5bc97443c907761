// What the host calls. One source, compiled twice: with and without relaxed SIMD.

import { BITMAP, CODES, ERROR, SCALE, SUM, TOUCHED } from '../layout'
import { ceiling, leaveOut, offer, reset, threshold } from './best'
import { dot1, dot4, QUERY_COARSE, QUERY_FINE } from './dot'

export { sort as finish } from './best'
export { encode, measure } from './encode'
export { filter } from './filter'

// From this many passing slots of 64 on, reading all of them in order is faster than reading some here and there (measured
// for 100,000 codes of 384). Decided for stretches of words: changing between the two costs more than either.
const DENSE: u32 = 18
const STRETCH: u32 = 16

let width: usize = 0
let coarseStep: f32 = 0
let fineStep: f32 = 0
let slack: f32 = 0
let scratch: usize = 0
// The segment being scanned.
let segment: usize = 0
let firstSlot: u32 = 0
// The most that the slots passed over four at a time can score, lane by lane.
let ceilings: v128 = f32x4.splat(-Infinity)

/**
 * Starts a search. The query is `coarseStep * coarse + fineStep * fine`, both in -63..63, in scratch shifted by 64;
 * `slackNow` bounds what the fine part can add to a score. `widthNow` is the padded number of dimensions.
 */
export function begin(
  scratchNow: usize,
  widthNow: u32,
  limit: u32,
  coarseStepNow: f32,
  fineStepNow: f32,
  slackNow: f32,
): void {
  scratch = scratchNow
  width = widthNow
  coarseStep = coarseStepNow
  fineStep = fineStepNow
  slack = slackNow
  ceilings = f32x4.splat(-Infinity)
  reset(scratchNow, limit)
}

/** Offers every slot of the segment whose bit is set in the bitmap; `first` is the number of the segment's first slot. */
export function scan(segmentNow: usize, first: u32, words: u32): void {
  segment = segmentNow
  firstSlot = first
  for (let from: u32 = 0; from < words; from += STRETCH) scanStretch(from, min(from + STRETCH, words))
}

function scanStretch(from: u32, end: u32): void {
  let passing: u32 = 0
  for (let word = from; word < end; word++) passing += <u32>popcnt(bitsOf(word))
  const dense = passing >= DENSE * (end - from)
  for (let word = from; word < end; word++) {
    const bits = bitsOf(word)
    if (!bits) continue
    if (dense) scanDense(word << 6, bits)
    else scanSparse(word << 6, bits)
  }
}

function bitsOf(word: u32): u64 {
  return load<u64>(scratch + ((<usize>word) << 3), BITMAP)
}

/** The most that any slot left out can score exactly, before the query's own rounding. */
export function ceilingNow(): f32 {
  const even = max(f32x4.extract_lane(ceilings, 0), f32x4.extract_lane(ceilings, 2))
  const odd = max(f32x4.extract_lane(ceilings, 1), f32x4.extract_lane(ceilings, 3))
  return max(ceiling, max(even, odd))
}

/** Computes all 64 slots in order, and offers those whose bit is set. */
function scanDense(from: u32, passing: u64): void {
  const query = scratch + QUERY_COARSE
  for (let place: u32 = 0; place < 64; place += 4) {
    const lanes = <i32>(passing >> place)
    const slot = from + place
    const codes = codesOf(slot)
    const dots = dot4(codes, codes + width, codes + 2 * width, codes + 3 * width, query, width)
    const column = segment + ((<usize>slot) << 2)
    const passes = i32x4.ne(v128.and(i32x4.splat(lanes), i32x4(1, 2, 4, 8)), i32x4.splat(0))
    const scale = v128.load(column, SCALE)
    weigh(dots, scale, v128.load(column, SUM), v128.load(column, ERROR), passes, slot, slot + 1, slot + 2, slot + 3)
  }
}

/** Computes only the slots whose bit is set. */
function scanSparse(from: u32, passing: u64): void {
  touch(from, passing)
  const all = i32x4.splat(-1)
  let bits = passing
  let left = <u32>popcnt(bits)
  for (; left >= 4; left -= 4) {
    const a = from + <u32>ctz(bits)
    bits &= bits - 1
    const b = from + <u32>ctz(bits)
    bits &= bits - 1
    const c = from + <u32>ctz(bits)
    bits &= bits - 1
    const d = from + <u32>ctz(bits)
    bits &= bits - 1
    const dots = dot4(codesOf(a), codesOf(b), codesOf(c), codesOf(d), scratch + QUERY_COARSE, width)
    weigh(dots, gather(SCALE, a, b, c, d), gather(SUM, a, b, c, d), gather(ERROR, a, b, c, d), all, a, b, c, d)
  }
  for (; left > 0; left--) {
    const slot = from + <u32>ctz(bits)
    bits &= bits - 1
    refine(slot, dot1(codesOf(slot), scratch + QUERY_COARSE, width))
  }
}

/**
 * Reads a byte of every cache line that is about to be computed. Nothing waits for these reads, so that they are under
 * way together; scattered codes would otherwise be waited for one by one (2.5 times slower at 30 % of 100,000).
 */
function touch(from: u32, passing: u64): void {
  let touched: u32 = 0
  for (let bits = passing; bits; bits &= bits - 1) {
    const codes = codesOf(from + <u32>ctz(bits))
    for (let at: usize = 0; at < width; at += 64) touched |= load<u8>(codes + at)
  }
  // Without a use of what was read the compiler would not read it.
  store<u32>(scratch, touched, TOUCHED)
}

function codesOf(slot: u32): usize {
  return segment + CODES + <usize>slot * width
}

function gather(column: usize, a: u32, b: u32, c: u32, d: u32): v128 {
  const at = segment + column
  let values = v128.load32_zero(at + ((<usize>a) << 2))
  values = v128.load_lane<i32>(at + ((<usize>b) << 2), values, 1)
  values = v128.load_lane<i32>(at + ((<usize>c) << 2), values, 2)
  return v128.load_lane<i32>(at + ((<usize>d) << 2), values, 3)
}

/** Turns four coarse inner products into scores; only those within reach of the threshold get the fine query. */
function weigh(dots: v128, scale: v128, sum: v128, error: v128, passes: v128, a: u32, b: u32, c: u32, d: u32): void {
  const centred = i32x4.sub(dots, i32x4.shl(sum, 6))
  const coarse = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(centred), scale), f32x4.splat(coarseStep))
  const most = v128.bitselect(f32x4.add(coarse, f32x4.splat(slack)), f32x4.splat(-Infinity), passes)
  const reach = f32x4.add(most, error)
  const near = i32x4.bitmask(f32x4.gt(most, f32x4.splat(threshold)))
  if (!near) {
    ceilings = f32x4.pmax(ceilings, reach)
    return
  }
  if (near & 1) refine(a, i32x4.extract_lane(dots, 0))
  else leaveOut(f32x4.extract_lane(reach, 0))
  if (near & 2) refine(b, i32x4.extract_lane(dots, 1))
  else leaveOut(f32x4.extract_lane(reach, 1))
  if (near & 4) refine(c, i32x4.extract_lane(dots, 2))
  else leaveOut(f32x4.extract_lane(reach, 2))
  if (near & 8) refine(d, i32x4.extract_lane(dots, 3))
  else leaveOut(f32x4.extract_lane(reach, 3))
}

function refine(slot: u32, dot: i32): void {
  const column = segment + ((<usize>slot) << 2)
  const shift = load<i32>(column, SUM) << 6
  const scale = load<f32>(column, SCALE)
  const error = load<f32>(column, ERROR)
  const coarse = scale * coarseStep * <f32>(dot - shift)
  if (coarse + slack <= threshold) {
    leaveOut(coarse + slack + error)
    return
  }
  const fine = coarse + scale * fineStep * <f32>(dot1(codesOf(slot), scratch + QUERY_FINE, width) - shift)
  offer(fine, firstSlot + slot, fine + error)
}
