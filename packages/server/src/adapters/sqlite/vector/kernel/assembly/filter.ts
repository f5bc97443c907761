// The filter columns of one segment, 64 slots at a time, into a bitmap.
import {
  BITMAP,
  BY_FOLD,
  BY_IDENTITY,
  BY_LANE,
  BY_OWNER,
  BY_TAGS,
  BY_TRUST,
  BY_TYPE,
  FLAGS,
  FOLD,
  FOLD_WANTED,
  IDENTITY,
  IDENTITY_WANTED,
  LANE,
  LANE_WANTED,
  OWNER,
  OWNER_WANTED,
  SIGNATURE,
  SIGNATURE_WANTED,
  STATUS,
  STATUS_SET,
  TAG_COUNT,
  TAGS,
  TAGS_OVERFLOW,
  TAGS_WANTED,
  TRUST,
  TRUST_MIN,
  TYPE,
  TYPE_SET,
  UNDECIDED,
} from '../layout'

/**
 * Clears in the bitmap every slot that does not pass the filter in `scratch`; what the bitmap holds before is the set
 * of slots to look at. Slots whose tags do not fit their column stay set and are marked in the second bitmap.
 * Returns the number of slots left, the undecided ones included. Reads `words` groups of 64 slots.
 */
export function filter(segment: usize, words: u32, scratch: usize): u32 {
  let passing: u32 = 0
  const flags = load<i32>(scratch, FLAGS)
  for (let word: u32 = 0; word < words; word++) {
    const at = scratch + ((<usize>word) << 3)
    store<u64>(at, 0, UNDECIDED)
    let bits = load<u64>(at, BITMAP)
    if (!bits) continue
    bits &= passingBytes(segment + ((<usize>word) << 6), scratch, flags)
    if (bits && flags >= BY_OWNER) bits = passingIds(segment, word, scratch, flags, bits)
    store<u64>(at, bits, BITMAP)
    passing += <u32>popcnt(bits)
  }
  return passing
}

function passingBytes(at: usize, scratch: usize, flags: i32): u64 {
  let bits: u64 = 0
  const statuses = v128.load(scratch, STATUS_SET)
  const trustMin = i8x16.splat(<i8>load<u8>(scratch, TRUST_MIN))
  const types = v128.load(scratch, TYPE_SET)
  for (let group: usize = 0; group < 64; group += 16) {
    let pass = inSet(v128.load(at + group, STATUS), statuses)
    if (flags & BY_TRUST) pass = v128.and(pass, i8x16.ge_u(v128.load(at + group, TRUST), trustMin))
    if (flags & BY_TYPE) pass = v128.and(pass, inSet(v128.load(at + group, TYPE), types))
    bits |= (<u64>(<u32>i8x16.bitmask(pass))) << group
  }
  return bits
}

/** Lanes whose value is a member: byte `v & 15` of the set has bit `v >> 4`. Values from 128 on are never members. */
function inSet(values: v128, set: v128): v128 {
  const row = i8x16.swizzle(set, v128.and(values, i8x16.splat(15)))
  const bit = i8x16.swizzle(i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), i8x16.shr_u(values, 4))
  return i8x16.ne(v128.and(row, bit), i8x16.splat(0))
}

function passingIds(segment: usize, word: u32, scratch: usize, flags: i32, candidates: u64): u64 {
  let bits = candidates
  const at = segment + ((<usize>word) << 8)
  if (flags & BY_OWNER) bits &= equal64(at + OWNER, load<u32>(scratch, OWNER_WANTED))
  if (bits && flags & BY_IDENTITY) bits &= equal64(at + IDENTITY, load<u32>(scratch, IDENTITY_WANTED))
  if (bits && flags & BY_LANE) bits &= equal64(at + LANE, load<u32>(scratch, LANE_WANTED))
  if (bits && flags & BY_FOLD) bits &= equal64(at + FOLD, load<u32>(scratch, FOLD_WANTED))
  if (bits && flags & BY_TAGS) {
    bits &= covering64(at + SIGNATURE, load<u32>(scratch, SIGNATURE_WANTED))
    if (bits) bits = passingTags(segment, word, scratch, bits)
  }
  return bits
}

function equal64(column: usize, wanted: u32): u64 {
  const value = i32x4.splat(wanted)
  let bits: u64 = 0
  for (let group: usize = 0; group < 64; group += 16) {
    const at = column + (group << 2)
    const first = i32x4.eq(v128.load(at), value)
    const second = i32x4.eq(v128.load(at, 16), value)
    const third = i32x4.eq(v128.load(at, 32), value)
    const fourth = i32x4.eq(v128.load(at, 48), value)
    bits |= (<u64>packed(first, second, third, fourth)) << group
  }
  return bits
}

function covering64(column: usize, wanted: u32): u64 {
  const value = i32x4.splat(wanted)
  let bits: u64 = 0
  for (let group: usize = 0; group < 64; group += 16) {
    const at = column + (group << 2)
    const first = i32x4.eq(v128.and(v128.load(at), value), value)
    const second = i32x4.eq(v128.and(v128.load(at, 16), value), value)
    const third = i32x4.eq(v128.and(v128.load(at, 32), value), value)
    const fourth = i32x4.eq(v128.and(v128.load(at, 48), value), value)
    bits |= (<u64>packed(first, second, third, fourth)) << group
  }
  return bits
}

function packed(first: v128, second: v128, third: v128, fourth: v128): u32 {
  return i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(first, second), i16x8.narrow_i32x4_s(third, fourth)))
}

function passingTags(segment: usize, word: u32, scratch: usize, candidates: u64): u64 {
  let bits = candidates
  let rest = candidates
  let undecided: u64 = 0
  const count = load<u32>(scratch, TAG_COUNT)
  while (rest) {
    const bit = ctz(rest)
    rest &= rest - 1
    const tags = segment + (((<usize>word) << 11) | ((<usize>bit) << 5))
    if (load<u32>(tags, TAGS) === <u32>TAGS_OVERFLOW) undecided |= (<u64>1) << bit
    else if (!hasAll(tags, scratch, count)) bits &= ~((<u64>1) << bit)
  }
  store<u64>(scratch + ((<usize>word) << 3), undecided, UNDECIDED)
  return bits
}

function hasAll(tags: usize, scratch: usize, count: u32): bool {
  const low = v128.load(tags, TAGS)
  const high = v128.load(tags, TAGS + 16)
  for (let index: usize = 0; index < <usize>count; index++) {
    const wanted = v128.load32_splat(scratch + (index << 2), TAGS_WANTED)
    if (!v128.any_true(v128.or(i32x4.eq(low, wanted), i32x4.eq(high, wanted)))) return false
  }
  return true
}
