import { CascadeError } from '#base'
import { encodeQuery, type QueryCode } from './embedding-code.ts'
import { type Kernel, openKernel } from './kernel/kernel.ts'
import * as at from './kernel/layout.ts'
import { forEachBit, SlotBitmap } from './slot-bitmap.ts'
import { type SlotFilter, writeFilter } from './slot-filter.ts'
import { type SpaceHandle, SpaceMemory } from './space-memory.ts'

/** The best of a search, from best to worst; among equal scores the lower slot stands first. */
export interface SearchResult {
  readonly slots: Uint32Array
  /** Approximate cosines: off by about 0.0005, at most by half a level of the row's code in every dimension. */
  readonly scores: Float32Array
  /** For each slot what its exact cosine is not above. */
  readonly reaches: Float32Array
  /** How many slots passed the filter. */
  readonly scanned: number
  /**
   * No slot that passed the filter and is missing here has an exact cosine above this; minus infinity when none is
   * missing. Once the k-th best exact cosine of `slots` is not below it, those k are the exact answer.
   */
  readonly ceiling: number
}

// More than what 32-bit arithmetic on the codes, and 32-bit numbers in the rows, can add to a score.
const ROUNDING = 1e-5
const SEGMENT_WORDS = at.SEGMENT_SLOTS / 32
const KEPT_WORDS = at.CANDIDATE_BYTES / 4

/**
 * Searches a space from one thread, while the writer goes on writing in its own. What is read may be a moment old: a
 * slot that is being replaced is skipped or scored by a mixture of old and new, so callers re-read and rescore rows.
 */
export class VectorReader {
  readonly #space: SpaceMemory
  readonly #kernel: Kernel
  readonly #reader: number
  readonly #scratch: number
  readonly #bytes: Uint8Array<SharedArrayBuffer>
  readonly #words: Uint32Array<SharedArrayBuffer>
  readonly #floats: Float32Array<SharedArrayBuffer>

  /**
   * @param reader number of the scratch area, 0 to READERS_MAX - 1 (the last, READERS_MAX, is the writer's). No two
   * threads may have the same; a thread that takes the place of one that ended takes its number.
   */
  private constructor(handle: SpaceHandle, reader: number) {
    this.#space = new SpaceMemory(handle.memory)
    this.#kernel = openKernel(handle.kernel, handle.memory)
    this.#reader = reader
    this.#scratch = (1 + reader * at.SCRATCH_PAGES) * at.PAGE_BYTES
    const bytes = at.SCRATCH_PAGES * at.PAGE_BYTES
    this.#bytes = new Uint8Array(this.#space.buffer, this.#scratch, bytes)
    this.#words = new Uint32Array(this.#space.buffer, this.#scratch, bytes / 4)
    this.#floats = new Float32Array(this.#space.buffer, this.#scratch, bytes / 4)
  }

  /** @throws CascadeError INTERNAL when there is no such scratch area, or the memory is no space. */
  static attach(handle: SpaceHandle, { reader }: { reader: number }): VectorReader {
    if (!Number.isInteger(reader) || reader < 0 || reader > at.READERS_MAX)
      throw new CascadeError('INTERNAL', `readers are 0 to ${at.READERS_MAX}, ${reader} came`)
    const attached = new VectorReader(handle, reader)
    // A thread that was ended in the middle of a search cannot have cleared its mark.
    Atomics.store(attached.#space.header, at.BUSY_WORD + reader, 0)
    return attached
  }

  get dimensions(): number {
    return this.#space.dimensions
  }

  /**
   * The `limit` (1 to LIMIT_MAX) nearest slots by cosine among those that pass the filter.
   *
   * @throws CascadeError EMBEDDING_MISMATCH when the query has other dimensions, is not finite, or is all zero.
   */
  search(query: Float32Array, filter: SlotFilter, limit: number): SearchResult {
    if (!Number.isInteger(limit) || limit < 1 || limit > at.LIMIT_MAX)
      throw new CascadeError('INTERNAL', `a search keeps 1 to ${at.LIMIT_MAX} candidates, ${limit} came`)
    const code = encodeQuery(query, this.dimensions)
    return this.#exclusively(() => {
      this.#begin(code, limit)
      const scanned = this.#forEachSegment(filter, (segment, words) => {
        this.#kernel.scan(this.#space.segmentAt(segment), segment * at.SEGMENT_SLOTS, words)
      })
      const rest = code.restMost + ROUNDING
      return { ...this.#candidates(rest), scanned, ceiling: this.#kernel.ceilingNow() + rest }
    })
  }

  /** How many slots pass the filter; reads the filter columns only. */
  countPassing(filter: SlotFilter): number {
    return this.#exclusively(() => this.#forEachSegment(filter, () => undefined))
  }

  /** The slots that pass the filter, as of now. */
  filterBitmap(filter: SlotFilter): SlotBitmap {
    return this.#exclusively(() => {
      const bits = new Uint32Array(Math.ceil(this.#space.slotsEnd / at.SEGMENT_SLOTS) * SEGMENT_WORDS)
      const count = this.#forEachSegment(filter, (segment, words) => {
        const from = at.BITMAP / 4
        bits.set(this.#words.subarray(from, from + words * 2), segment * SEGMENT_WORDS)
      })
      return new SlotBitmap(bits, count)
    })
  }

  // The scratch area is one search's at a time: also when `overflow` searches, or when two threads share a number.
  #exclusively<T>(use: () => T): T {
    const { header } = this.#space
    const word = at.BUSY_WORD + this.#reader
    if (Atomics.compareExchange(header, word, 0, 1) !== 0)
      throw new CascadeError('INTERNAL', `reader ${this.#reader} of the vector index is in use`)
    try {
      return use()
    } finally {
      Atomics.store(header, word, 0)
    }
  }

  #begin(code: QueryCode, limit: number): void {
    const { width } = this.#space
    const halves = new Int16Array(this.#space.buffer, this.#scratch, at.BITMAP / 2)
    this.#bytes.set(code.coarse, at.QUERY_COARSE_8)
    this.#bytes.set(code.fine, at.QUERY_FINE_8)
    halves.set(code.coarse, at.QUERY_COARSE_16 / 2)
    halves.set(code.fine, at.QUERY_FINE_16 / 2)
    this.#kernel.begin(this.#scratch, width, limit, code.coarseStep, code.fineStep, code.fineMost + ROUNDING)
  }

  /** Leaves each segment's passing slots in scratch and calls `use` where there are any; returns how many there were. */
  #forEachSegment(filter: SlotFilter, use: (segment: number, words: number) => void): number {
    writeFilter(filter, this.#bytes, this.#words)
    const allow = filter.allow instanceof Uint32Array ? SlotBitmap.of(filter.allow) : filter.allow
    const { slotsEnd } = this.#space
    let total = 0
    this.#space.refresh()
    for (let segment = 0; segment * at.SEGMENT_SLOTS < slotsEnd; segment++) {
      const words = Math.ceil(Math.min(at.SEGMENT_SLOTS, slotsEnd - segment * at.SEGMENT_SLOTS) / 64)
      if (!this.#seed(segment, allow)) continue
      let passing = this.#kernel.filter(this.#space.segmentAt(segment), words, this.#scratch)
      if (passing > 0 && filter.tags?.length && filter.overflow)
        passing -= this.#decideOverflow(segment, words, filter.overflow)
      if (passing > 0) use(segment, words)
      total += passing
    }
    return total
  }

  /** Puts the slots to look at into scratch; false when there are none in this segment. */
  #seed(segment: number, allow: SlotBitmap | undefined): boolean {
    const bitmap = this.#words.subarray(at.BITMAP / 4, at.BITMAP / 4 + SEGMENT_WORDS)
    if (allow === undefined) {
      bitmap.fill(0xffffffff)
      return true
    }
    const allowed = allow.words.subarray(segment * SEGMENT_WORDS, (segment + 1) * SEGMENT_WORDS)
    bitmap.fill(0)
    bitmap.set(allowed)
    return allowed.some((word) => word !== 0)
  }

  /** Asks about each undecided slot; returns how many were taken out. */
  #decideOverflow(segment: number, words: number, passes: (slot: number) => boolean): number {
    let removed = 0
    for (let word = 0; word < words * 2; word++) {
      forEachBit(this.#words[at.UNDECIDED / 4 + word]!, (bit) => {
        if (passes(segment * at.SEGMENT_SLOTS + word * 32 + bit)) return
        this.#words[at.BITMAP / 4 + word]! &= ~(1 << bit)
        removed++
      })
    }
    return removed
  }

  /** @param rest the most that the query's own rounding can add to a score. */
  #candidates(rest: number): Pick<SearchResult, 'slots' | 'scores' | 'reaches'> {
    const count = this.#kernel.finish()
    const slots = new Uint32Array(count)
    const scores = new Float32Array(count)
    const reaches = new Float32Array(count)
    for (let index = 0; index < count; index++) {
      const from = at.CANDIDATES / 4 + index * KEPT_WORDS
      scores[index] = this.#floats[from]!
      slots[index] = this.#words[from + 1]!
      reaches[index] = this.#floats[from + 2]! + rest
    }
    return { slots, scores, reaches }
  }
}
