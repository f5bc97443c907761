// The best candidates so far: a binary heap in scratch whose root is the worst of them. Entries are three words: score
// (f32), slot (u32), and the most its exact score can be before the query's own rounding (f32).
import { CANDIDATE_BYTES, CANDIDATES } from '../layout'

const ENTRY: usize = CANDIDATE_BYTES

let heap: usize = 0
let limit: u32 = 0
let size: u32 = 0
/** The score to beat; minus infinity until the heap is full. */
export let threshold: f32 = -Infinity
// The most that slots left out can score exactly, before the query's own rounding; lane by lane for those left out by four.
let ceiling: f32 = -Infinity
let ceilings: v128 = f32x4.splat(-Infinity)

export function reset(scratch: usize, limitNow: u32): void {
  heap = scratch + CANDIDATES
  limit = limitNow
  size = 0
  threshold = -Infinity
  ceiling = -Infinity
  ceilings = f32x4.splat(-Infinity)
}

export function leaveOut(reach: f32): void {
  ceiling = max(ceiling, reach)
}

/** Leaves out those of four that `lanes` marks. */
export function leaveOutFour(reaches: v128, lanes: v128): void {
  ceilings = f32x4.pmax(ceilings, v128.bitselect(reaches, f32x4.splat(-Infinity), lanes))
}

/** The most that any slot left out can score exactly, before the query's own rounding. */
export function ceilingNow(): f32 {
  const even = max(f32x4.extract_lane(ceilings, 0), f32x4.extract_lane(ceilings, 2))
  const odd = max(f32x4.extract_lane(ceilings, 1), f32x4.extract_lane(ceilings, 3))
  return max(ceiling, max(even, odd))
}

/** Slots come in ascending order, so among equals the lower slot stays. */
export function offer(score: f32, slot: u32, reach: f32): void {
  if (size < limit) {
    write(size, score, slot, reach)
    siftUp(size++)
    if (size === limit) threshold = scoreOf(0)
  } else if (score > threshold) {
    leaveOut(load<f32>(heap, 8))
    write(0, score, slot, reach)
    siftDown(0, size)
    threshold = scoreOf(0)
  } else leaveOut(reach)
}

/** Orders the entries from best to worst and returns how many there are. */
export function sort(): u32 {
  for (let end = size; end > 1; end--) {
    swap(0, end - 1)
    siftDown(0, end - 1)
  }
  return size
}

function at(index: u32): usize {
  return heap + <usize>index * ENTRY
}

function scoreOf(index: u32): f32 {
  return load<f32>(at(index))
}

function write(index: u32, score: f32, slot: u32, reach: f32): void {
  store<f32>(at(index), score)
  store<u32>(at(index), slot, 4)
  store<f32>(at(index), reach, 8)
}

function isWorse(left: u32, right: u32): bool {
  const difference = scoreOf(left) - scoreOf(right)
  return difference < 0 || (difference === 0 && load<u32>(at(left), 4) > load<u32>(at(right), 4))
}

function swap(left: u32, right: u32): void {
  const one = at(left)
  const other = at(right)
  const scoreAndSlot = load<u64>(one)
  const reach = load<f32>(one, 8)
  store<u64>(one, load<u64>(other))
  store<f32>(one, load<f32>(other, 8), 8)
  store<u64>(other, scoreAndSlot)
  store<f32>(other, reach, 8)
}

function siftUp(from: u32): void {
  let index = from
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!isWorse(index, parent)) return
    swap(index, parent)
    index = parent
  }
}

function siftDown(from: u32, end: u32): void {
  let index = from
  for (;;) {
    let worst: u32 = 2 * index + 1
    if (worst >= end) return
    if (worst + 1 < end && isWorse(worst + 1, worst)) worst++
    if (!isWorse(worst, index)) return
    swap(index, worst)
    index = worst
  }
}
