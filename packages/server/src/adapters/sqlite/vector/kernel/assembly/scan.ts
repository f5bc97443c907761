// One segment's passing slots against the query: by its coarse part, and by its fine part too those that come near the best.
import { BITMAP, CODES, ERROR, RECORD_BYTES, RECORDS, SCALE, SUM, TOUCHED, UNDECIDED } from '../layout'
import { leaveOutFour, offer, reset, threshold } from './best'
import { dot1, dot4, prepare, QUERY_COARSE, QUERY_FINE } from './dot'

// From this many passing slots of 64 on, reading all of them in order is faster than reading some here and there (measured
// for 100,000 codes of 384). Decided for stretches of words: changing between the two costs more than either.
const DENSE: u32 = 18
const STRETCH: u32 = 16
/** Bytes of scattered codes that are fetched at once: so many cache misses as can be under way, and what a small cache holds. */
const FETCHED_BYTES: u32 = 65536

// Slots that are looked at together are listed where the undecided ones were marked: those are decided by then.
const LIST: usize = UNDECIDED

let scratch: usize = 0
let width: usize = 0
/** Listed slots whose codes are fetched at once, a multiple of 4. */
let fetched: u32 = 0
let coarseStep: f32 = 0
let fineStep: f32 = 0
let slack: f32 = 0
// The segment being scanned.
let segment: usize = 0
let firstSlot: u32 = 0

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
  fetched = max(4, (FETCHED_BYTES / widthNow) & ~3)
  coarseStep = coarseStepNow
  fineStep = fineStepNow
  slack = slackNow
  prepare(scratchNow)
  reset(scratchNow, limit)
}

/**
 * Offers every slot of the segment whose bit is set in the words of the bitmap from `from` to `end`, without it; `first` is
 * the number of the segment's first slot.
 */
export function scan(segmentNow: usize, first: u32, from: u32, end: u32): void {
  segment = segmentNow
  firstSlot = first
  for (let at = from; at < end; at += STRETCH) scanStretch(at, min(at + STRETCH, end))
}

function scanStretch(from: u32, end: u32): void {
  let passing: u32 = 0
  for (let word = from; word < end; word++) passing += <u32>popcnt(bitsOf(word))
  if (passing < DENSE * (end - from)) scanSparse(list(from, end))
  else for (let word = from; word < end; word++) if (bitsOf(word)) scanDense(word << 6, bitsOf(word))
}

function bitsOf(word: u32): u64 {
  return load<u64>(scratch + ((<usize>word) << 3), BITMAP)
}

/** Computes all 64 slots in order, and weighs those whose bit is set. */
function scanDense(from: u32, passing: u64): void {
  for (let place: u32 = 0; place < 64; place += 4) {
    const slot = from + place
    weigh(slot, slot + 1, slot + 2, slot + 3, <i32>(passing >> place) & 15)
  }
}

/** Computes only the listed slots. */
function scanSparse(listed: u32): void {
  for (let from: u32 = 0; from < listed; from += fetched) {
    const end = min(from + fetched, listed)
    touch(from, end)
    for (let index = from; index < end; index += 4) weighListed(index, end)
  }
}

/** Weighs four of the listed slots, or what is left of them before `end`. */
function weighListed(index: u32, end: u32): void {
  const last = end - 1
  const passing = index + 4 <= end ? 15 : (1 << (end - index)) - 1
  const second = listedAt(min(index + 1, last))
  weigh(listedAt(index), second, listedAt(min(index + 2, last)), listedAt(min(index + 3, last)), passing)
}

/** Lists the passing slots of a stretch, fewer than DENSE of 64, for which LIST has room; returns how many there are. */
function list(from: u32, end: u32): u32 {
  let listed: u32 = 0
  for (let word = from; word < end; word++) {
    for (let bits = bitsOf(word); bits; bits &= bits - 1) {
      store<u32>(scratch + ((<usize>listed) << 2), (word << 6) + <u32>ctz(bits), LIST)
      listed++
    }
  }
  return listed
}

function listedAt(index: u32): u32 {
  return load<u32>(scratch + ((<usize>index) << 2), LIST)
}

/**
 * Reads a byte of every cache line that is about to be computed. Nothing waits for these reads, so that they are under
 * way together; scattered codes would otherwise be waited for one by one (2.5 times slower at 30 % of 100,000).
 */
function touch(from: u32, end: u32): void {
  let touched: u32 = 0
  for (let index = from; index < end; index++) {
    const slot = listedAt(index)
    touched |= load<u8>(recordOf(slot))
    for (let at = codesOf(slot), end = at + width; at < end; at += 64) touched |= load<u8>(at)
  }
  // Without a use of what was read the compiler would not read it.
  store<u32>(scratch, touched, TOUCHED)
}

function codesOf(slot: u32): usize {
  return segment + CODES + <usize>slot * width
}

function recordOf(slot: u32): usize {
  return segment + RECORDS + <usize>slot * RECORD_BYTES
}

/** Computes four slots by the coarse query, and those of `passing` that are within reach of the threshold by the fine one. */
function weigh(a: u32, b: u32, c: u32, d: u32, passing: i32): void {
  const dots = dot4(codesOf(a), codesOf(b), codesOf(c), codesOf(d), scratch + QUERY_COARSE, width)
  const one = v128.load(recordOf(a))
  const two = v128.load(recordOf(b))
  const three = v128.load(recordOf(c))
  const four = v128.load(recordOf(d))
  // The four records' columns: SCALE and SUM lie in their first halves, ERROR in the second.
  const left = v128.shuffle<i32>(one, two, 0, 4, 1, 5)
  const right = v128.shuffle<i32>(three, four, 0, 4, 1, 5)
  const scale = v128.shuffle<i32>(left, right, 0, 1, 4, 5)
  const sum = v128.shuffle<i32>(left, right, 2, 3, 6, 7)
  const centred = i32x4.sub(dots, i32x4.shl(sum, 6))
  const coarse = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(centred), scale), f32x4.splat(coarseStep))
  const most = f32x4.add(coarse, f32x4.splat(slack))
  const near = i32x4.bitmask(f32x4.gt(most, f32x4.splat(threshold))) & passing
  if (near !== passing) {
    const lower = v128.shuffle<i32>(one, two, 2, 6, 3, 7)
    const upper = v128.shuffle<i32>(three, four, 2, 6, 3, 7)
    const bit = i32x4(1, 2, 4, 8)
    const left = i32x4.eq(v128.and(i32x4.splat(passing & ~near), bit), bit)
    leaveOutFour(f32x4.add(most, v128.shuffle<i32>(lower, upper, 0, 1, 4, 5)), left)
  }
  if (!near) return
  if (near & 1) refine(a, f32x4.extract_lane(coarse, 0))
  if (near & 2) refine(b, f32x4.extract_lane(coarse, 1))
  if (near & 4) refine(c, f32x4.extract_lane(coarse, 2))
  if (near & 8) refine(d, f32x4.extract_lane(coarse, 3))
}

function refine(slot: u32, coarse: f32): void {
  const record = recordOf(slot)
  const error = load<f32>(record, ERROR)
  const dot = dot1(codesOf(slot), scratch + QUERY_FINE, width) - (load<i32>(record, SUM) << 6)
  const score = coarse + load<f32>(record, SCALE) * fineStep * <f32>dot
  offer(score, firstSlot + slot, score + error)
}
