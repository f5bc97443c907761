import { CascadeError } from '#base'
import * as at from './kernel/layout.ts'
import type { SlotBitmap } from './slot-bitmap.ts'

/** What a slot says about its capsule. Ids are interned by the caller: 0 = none, up to ID_MAX. */
export interface SlotColumns {
  /** Effective trust, 0-255. */
  readonly trust: number
  /** 0-127. */
  readonly type: number
  /** 1-127; 0 stands for an empty slot and is never given. */
  readonly status: number
  readonly owner: number
  readonly identity: number
  readonly lane: number
  readonly fold: number
  /** In any number; a slot keeps SLOT_TAGS of them and marks itself when there are more. */
  readonly tags: readonly number[]
}

/** Which slots a search looks at; what is absent does not matter, and all that is present must hold. */
export interface SlotFilter {
  readonly trustMin?: number
  readonly types?: readonly number[]
  readonly statuses?: readonly number[]
  /** An interned id; 0 asks for slots that have none. */
  readonly owner?: number
  readonly identity?: number
  readonly lane?: number
  readonly fold?: number
  /** All of these, at most FILTER_TAGS_MAX. */
  readonly tags?: readonly number[]
  /** Only slots of this set, or of this list. */
  readonly allow?: SlotBitmap | Uint32Array
  /**
   * Decides about a slot that has more tags than it keeps, or whose tags are being rewritten; asked only when all else
   * holds. Without it such a slot passes, since callers read the rows of what is found anyway.
   */
  readonly overflow?: (slot: number) => boolean
}

/** The highest id that can be interned; also what a caller asks for to find nothing, when a name was never interned. */
export const ID_MAX = 0xfffffffe
export const FILTER_TAGS_MAX = 240

const VALUE_MAX = 127
const TRUST_MAX = 255

/** A word whose bits tell most tags apart, so that slots without a tag are passed over without reading their tags. */
export const tagSignature = (tags: readonly number[]): number =>
  tags.reduce((signature, tag) => signature | (1 << (Math.imul(tag, TAG_HASH) >>> 27)), 0)

// 2^32 divided by the golden ratio: consecutive ids spread evenly over the top bits (Knuth, TAOCP 3, section 6.4).
const TAG_HASH = 0x9e3779b1

/** Writes the filter where the kernel looks for it. @throws CascadeError VALIDATION_FAILED beyond FILTER_TAGS_MAX. */
export function writeFilter(filter: SlotFilter, bytes: Uint8Array, words: Uint32Array): void {
  const tags = filter.tags ?? []
  if (tags.length > FILTER_TAGS_MAX) throw new CascadeError('VALIDATION_FAILED', `more than ${FILTER_TAGS_MAX} tags`)
  for (const tag of tags) checkRange('tag', tag, 1, ID_MAX)
  words[at.FLAGS / 4] = filterFlags(filter)
  bytes[at.TRUST_MIN] = Math.max(0, Math.min(TRUST_MAX, Math.ceil(filter.trustMin ?? 0)))
  words[at.OWNER_WANTED / 4] = filter.owner ?? 0
  words[at.IDENTITY_WANTED / 4] = filter.identity ?? 0
  words[at.LANE_WANTED / 4] = filter.lane ?? 0
  words[at.FOLD_WANTED / 4] = filter.fold ?? 0
  words[at.SIGNATURE_WANTED / 4] = tagSignature(tags)
  words[at.TAG_COUNT / 4] = tags.length
  words.set(tags, at.TAGS_WANTED / 4)
  writeSet(bytes.subarray(at.STATUS_SET, at.STATUS_SET + 16), filter.statuses)
  writeSet(bytes.subarray(at.TYPE_SET, at.TYPE_SET + 16), filter.types)
  // An empty slot has status 0 and belongs to no set.
  bytes[at.STATUS_SET]! &= ~1
}

function filterFlags(filter: SlotFilter): number {
  return (
    (filter.trustMin === undefined ? 0 : at.BY_TRUST) |
    (filter.types === undefined ? 0 : at.BY_TYPE) |
    (filter.owner === undefined ? 0 : at.BY_OWNER) |
    (filter.identity === undefined ? 0 : at.BY_IDENTITY) |
    (filter.lane === undefined ? 0 : at.BY_LANE) |
    (filter.fold === undefined ? 0 : at.BY_FOLD) |
    (filter.tags === undefined || filter.tags.length === 0 ? 0 : at.BY_TAGS)
  )
}

/** Value `v` is bit `v >> 4` of byte `v & 15`; without a list every value is a member. */
function writeSet(set: Uint8Array, values: readonly number[] | undefined): void {
  set.fill(values === undefined ? 0xff : 0)
  for (const value of values ?? []) if (value >= 0 && value <= VALUE_MAX) set[value & 15]! |= 1 << (value >> 4)
}

/** @throws CascadeError INTERNAL when a column is out of its range: the caller's interning is at fault. */
export function checkColumns(columns: Partial<SlotColumns>): void {
  checkRange('trust', columns.trust, 0, TRUST_MAX)
  checkRange('type', columns.type, 0, VALUE_MAX)
  checkRange('status', columns.status, 1, VALUE_MAX)
  checkRange('owner', columns.owner, 0, ID_MAX)
  checkRange('identity', columns.identity, 0, ID_MAX)
  checkRange('lane', columns.lane, 0, ID_MAX)
  checkRange('fold', columns.fold, 0, ID_MAX)
  for (const tag of columns.tags ?? []) checkRange('tag', tag, 1, ID_MAX)
}

function checkRange(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
  throw new CascadeError('INTERNAL', `column ${name} holds ${least} to ${most}, ${value} came`)
}
