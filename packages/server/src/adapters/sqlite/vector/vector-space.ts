import { CascadeError } from '#base'
import { assertDimensions, assertDirection } from './embedding-code.ts'
import { detectKernel, type Kernel, type KernelKind, openKernel } from './kernel/kernel.ts'
import * as at from './kernel/layout.ts'
import type { ReaderPlace } from './reader-place.ts'
import { checkColumns, type SlotColumns, tagSignature } from './slot-filter.ts'
import { type SpaceHandle, SpaceMemory } from './space-memory.ts'
import { VectorReader } from './vector-reader.ts'

const WORD_BYTES = 8

/** The columns of one segment, as the writer sees them. */
interface Segment {
  /** Its address. */
  readonly start: number
  readonly statuses: Uint8Array
  readonly trusts: Uint8Array
  readonly types: Uint8Array
  readonly owners: Uint32Array
  readonly identities: Uint32Array
  readonly lanes: Uint32Array
  readonly folds: Uint32Array
  readonly signatures: Uint32Array
  readonly tags: Uint32Array
}

/**
 * One embedding space in shared memory: for each slot an int8 code of its vector and the columns that searches filter
 * by. One thread creates and writes it; others attach to its handle and read while it is being written.
 *
 * A slot is published by its status, last; while it is replaced it is empty. So a reader may miss a slot that is being
 * written, or rank it by half of its new data, and never does anything worse: the rows decide.
 */
export class VectorSpace {
  readonly #space: SpaceMemory
  readonly #kind: KernelKind
  readonly #kernel: Kernel
  /** Where the kernel finds the vector that is being put. */
  readonly #staged: Uint8Array<SharedArrayBuffer>
  readonly #aligned: Uint8Array
  readonly #segments: Segment[] = []
  #reader: VectorReader | undefined

  private constructor(space: SpaceMemory, kernel: KernelKind) {
    this.#space = space
    this.#kind = kernel
    this.#kernel = openKernel(kernel, space.memory)
    this.#staged = new Uint8Array(space.buffer, at.VECTOR, 4 * space.dimensions)
    this.#aligned = new Uint8Array(4 * space.dimensions)
  }

  /**
   * @param kernel which kernel readers use; the fastest that this machine runs unless given.
   * @throws CascadeError EMBEDDING_MISMATCH for dimensions other than 1 to DIMENSIONS_MAX; UNAVAILABLE without memory.
   */
  static create(dimensions: number, { kernel = detectKernel() }: { kernel?: KernelKind } = {}): VectorSpace {
    assertDimensions(Math.max(1, dimensions), dimensions)
    return new VectorSpace(SpaceMemory.create(dimensions), kernel)
  }

  /** A space of columns alone, by which searches that compare no vectors filter. @throws CascadeError UNAVAILABLE. */
  static withoutVectors(): VectorSpace {
    return new VectorSpace(SpaceMemory.create(0), detectKernel())
  }

  /** Opens the space of a handle for searching, in any thread; see VectorReader for `reader`. */
  static attach(handle: SpaceHandle, place: ReaderPlace): VectorReader {
    return VectorReader.attach(handle, place)
  }

  /** For postMessage to readers, once a thread: what is written later, new segments included, is seen without another. */
  handle(): SpaceHandle {
    return { memory: this.#space.memory, kernel: this.#kind }
  }

  /** The writer's own way to search; it has a scratch area of its own. */
  get reader(): VectorReader {
    this.#reader ??= VectorReader.attach(this.handle(), { reader: at.READERS_MAX })
    return this.#reader
  }

  get dimensions(): number {
    return this.#space.dimensions
  }

  /** The highest slot ever written, plus one. */
  get slotsEnd(): number {
    return this.#space.slotsEnd
  }

  /** Slots are 0 to this, without it; about 9.5 million of 384 dimensions, 2.6 million of 1536. */
  get slotsMax(): number {
    return this.#space.slotsMax
  }

  /**
   * Fills or replaces a slot. The vector may have any length but zero: codes are those of its direction.
   *
   * @throws CascadeError EMBEDDING_MISMATCH when the vector has other dimensions, is not finite, or is all zero;
   * UNPROCESSABLE for a slot beyond `slotsMax`; UNAVAILABLE without memory. The slot is then as it was.
   */
  put(slot: number, vector: Float32Array, columns: SlotColumns): void {
    this.putBytes(slot, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), columns)
  }

  /** The same for a vector as rows hold it: float32 numbers, little-endian, beginning at any byte. @throws as `put`. */
  putBytes(slot: number, vector: Uint8Array, columns: SlotColumns): void {
    checkColumns(columns)
    const { dimensions, width } = this.#space
    assertDimensions(vector.length / 4, dimensions)
    this.#stage(vector)
    assertDirection(this.#kernel.measure(width))
    const segment = this.#makeSegment(slot)
    const index = slot % at.SEGMENT_SLOTS
    Atomics.store(segment.statuses, index, 0)
    this.#kernel.encode(segment.start, index, width)
    writeColumns(segment, index, columns)
    this.#space.extendTo(slot)
    Atomics.store(segment.statuses, index, columns.status)
  }

  /** Fills or replaces the columns of a slot of a space without vectors. @throws as `put`. */
  putColumns(slot: number, columns: SlotColumns): void {
    checkColumns(columns)
    const segment = this.#makeSegment(slot)
    const index = slot % at.SEGMENT_SLOTS
    writeColumns(segment, index, columns)
    this.#space.extendTo(slot)
    Atomics.store(segment.statuses, index, columns.status)
  }

  /**
   * Changes some columns of a filled slot. It stays visible throughout; while its tags are rewritten it counts as one
   * whose tags must be looked up.
   *
   * @throws CascadeError INTERNAL when the slot is empty.
   */
  setColumns(slot: number, columns: Partial<SlotColumns>): void {
    checkColumns(columns)
    const segment = this.#filledSegment(slot)
    writeColumns(segment, slot % at.SEGMENT_SLOTS, columns)
    if (columns.status !== undefined) Atomics.store(segment.statuses, slot % at.SEGMENT_SLOTS, columns.status)
  }

  isFilled(slot: number): boolean {
    const segment = this.#segments[Math.floor(slot / at.SEGMENT_SLOTS)]
    return segment !== undefined && segment.statuses[slot % at.SEGMENT_SLOTS] !== 0
  }

  /** Empties a slot; an empty one stays empty. */
  clear(slot: number): void {
    const segment = this.#segments[Math.floor(slot / at.SEGMENT_SLOTS)]
    if (segment !== undefined) Atomics.store(segment.statuses, slot % at.SEGMENT_SLOTS, 0)
  }

  /** Empties a slot and overwrites what was in it, so that nothing of the vector is left in memory. */
  erase(slot: number): void {
    const segment = this.#segments[Math.floor(slot / at.SEGMENT_SLOTS)]
    if (segment === undefined) return
    const index = slot % at.SEGMENT_SLOTS
    Atomics.store(segment.statuses, index, 0)
    const { dimensions, width } = this.#space
    // Any vector that has a direction will do: an empty slot is never compared.
    const overwriting = new Float32Array(dimensions)
    overwriting[0] = 1
    this.#stage(new Uint8Array(overwriting.buffer))
    this.#kernel.measure(width)
    this.#kernel.encode(segment.start, index, width)
    writeColumns(segment, index, EMPTY)
  }

  /** Copies a vector to where the kernel looks for it. */
  #stage(vector: Uint8Array): void {
    // Into shared memory the engine copies whole words where both sides lie on them, and single bytes where they do not.
    if (vector.byteOffset % WORD_BYTES === 0) this.#staged.set(vector)
    else {
      this.#aligned.set(vector)
      this.#staged.set(this.#aligned)
    }
  }

  #makeSegment(slot: number): Segment {
    if (!Number.isInteger(slot) || slot < 0 || slot >= this.slotsMax)
      throw new CascadeError('UNPROCESSABLE', `a space of ${this.dimensions} dimensions holds ${this.slotsMax} slots`)
    const wanted = Math.floor(slot / at.SEGMENT_SLOTS)
    for (let next = this.#segments.length; next <= wanted; next++) {
      this.#space.grow(next)
      this.#segments.push(viewSegment(this.#space, next))
    }
    return this.#segments[wanted]!
  }

  #filledSegment(slot: number): Segment {
    const segment = this.#segments[Math.floor(slot / at.SEGMENT_SLOTS)]
    if (segment !== undefined && segment.statuses[slot % at.SEGMENT_SLOTS] !== 0) return segment
    throw new CascadeError('INTERNAL', `slot ${slot} of the vector index is empty`)
  }
}

function viewSegment(space: SpaceMemory, segment: number): Segment {
  const start = space.segmentAt(segment)
  const { buffer } = space
  const bytes = (offset: number) => new Uint8Array(buffer, start + offset, at.SEGMENT_SLOTS)
  const words = (offset: number, each = 1) => new Uint32Array(buffer, start + offset, each * at.SEGMENT_SLOTS)
  return {
    start,
    statuses: bytes(at.STATUS),
    trusts: bytes(at.TRUST),
    types: bytes(at.TYPE),
    owners: words(at.OWNER),
    identities: words(at.IDENTITY),
    lanes: words(at.LANE),
    folds: words(at.FOLD),
    signatures: words(at.SIGNATURE),
    tags: words(at.TAGS, at.SLOT_TAGS),
  }
}

const EMPTY = { trust: 0, type: 0, owner: 0, identity: 0, lane: 0, fold: 0, tags: [] } as const

/** All but the status, which publishes. */
function writeColumns(segment: Segment, index: number, columns: Partial<SlotColumns>): void {
  if (columns.trust !== undefined) segment.trusts[index] = columns.trust
  if (columns.type !== undefined) segment.types[index] = columns.type
  if (columns.owner !== undefined) segment.owners[index] = columns.owner
  if (columns.identity !== undefined) segment.identities[index] = columns.identity
  if (columns.lane !== undefined) segment.lanes[index] = columns.lane
  if (columns.fold !== undefined) segment.folds[index] = columns.fold
  if (columns.tags !== undefined) writeTags(segment, index, columns.tags)
}

// Until the last store the slot says that its tags do not fit, so that nobody decides by half of them.
function writeTags({ tags, signatures }: Segment, index: number, wanted: readonly number[]): void {
  const first = index * at.SLOT_TAGS
  Atomics.store(tags, first, at.TAGS_OVERFLOW)
  Atomics.store(signatures, index, ALL_TAGS)
  if (wanted.length > at.SLOT_TAGS) return
  for (let place = 1; place < at.SLOT_TAGS; place++) tags[first + place] = wanted[place] ?? 0
  Atomics.store(tags, first, wanted[0] ?? 0)
  Atomics.store(signatures, index, tagSignature(wanted) >>> 0)
}

const ALL_TAGS = 0xffffffff
