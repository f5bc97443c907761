import { CascadeError } from '#base'
import { encodeQuery, type QueryCode } from './embedding-code.ts'
import type { JointScan, ScanPart } from './joint-scan.ts'
import { type Kernel, openKernel } from './kernel/kernel.ts'
import * as at from './kernel/layout.ts'
import type { ReaderPlace } from './reader-place.ts'
import { HELPERS_MAX, type HelperResult, ScanDesk } from './scan-desk.ts'
import type { ScanJob, ScanTeam } from './scan-team.ts'
import { forEachBit, SlotBitmap } from './slot-bitmap.ts'
import { type SlotFilter, writeFilter } from './slot-filter.ts'
import { CANDIDATE_WORDS, takeBest } from './sorted-runs.ts'
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
/** Slots of the first segment that must pass, for a scan to be worth sharing: with fewer it is over before help comes. */
const SHARED_FROM = 2000
const SHARED_SEGMENTS_MIN = 3
/** Groups of 64 slots of one piece of a shared scan: so few that whoever is done first does not wait long for the other. */
const PIECE_WORDS = 64
const SEGMENT_PIECES = at.SEGMENT_SLOTS / 64 / PIECE_WORDS

/** A search that others may be at already. */
export interface BegunSearch extends Disposable {
  /** Once. */
  finish(): SearchResult
}

/** A scan that is open to helpers. */
interface SharedScan {
  readonly job: number
  readonly pieces: number
  /** Of the first segment, which lies filtered in scratch: groups of 64 slots, and how many slots passed. */
  readonly words: number
  readonly passing: number
}

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
  readonly #desk: ScanDesk
  readonly #joint: JointScan | undefined
  #team: ScanTeam | undefined

  /**
   * @param reader number of the scratch area, 0 to READERS_MAX - 1 (the last, READERS_MAX, is the writer's). No two
   * threads may have the same; a thread that takes the place of one that ended takes its number.
   */
  private constructor(handle: SpaceHandle, { reader, team, joint }: ReaderPlace) {
    this.#space = new SpaceMemory(handle.memory)
    this.#kernel = openKernel(handle.kernel, handle.memory)
    this.#reader = reader
    this.#scratch = (1 + reader * at.SCRATCH_PAGES) * at.PAGE_BYTES
    const bytes = at.SCRATCH_PAGES * at.PAGE_BYTES
    this.#bytes = new Uint8Array(this.#space.buffer, this.#scratch, bytes)
    this.#words = new Uint32Array(this.#space.buffer, this.#scratch, bytes / 4)
    this.#floats = new Float32Array(this.#space.buffer, this.#scratch, bytes / 4)
    this.#desk = new ScanDesk(this.#space.buffer, reader)
    this.#team = team
    this.#joint = joint
  }

  /** @throws CascadeError INTERNAL when there is no such scratch area, or the memory is no space. */
  static attach(handle: SpaceHandle, place: ReaderPlace): VectorReader {
    const { reader } = place
    if (!Number.isInteger(reader) || reader < 0 || reader > at.READERS_MAX)
      throw new CascadeError('INTERNAL', `readers are 0 to ${at.READERS_MAX}, ${reader} came`)
    const attached = new VectorReader(handle, place)
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
    using begun = this.begin(query, filter, limit)
    return begun.finish()
  }

  /**
   * Begins such a search and calls for help with it, so that others scan while this thread does something else first. Until
   * it is disposed of, this reader does nothing else.
   */
  begin(query: Float32Array, filter: SlotFilter, limit: number): BegunSearch {
    if (!Number.isInteger(limit) || limit < 1 || limit > at.LIMIT_MAX)
      throw new CascadeError('INTERNAL', `a search keeps 1 to ${at.LIMIT_MAX} candidates, ${limit} came`)
    const code = encodeQuery(query, this.dimensions)
    this.#occupy()
    let shared: SharedScan | undefined
    let part: ScanPart | undefined
    try {
      this.#begin(code, limit)
      part = this.#joint && this.#partOf(filter)
      if (part) this.#joint?.enter(part)
      else shared = this.#share(filter, limit, code)
    } catch (error) {
      this.#release()
      throw error
    }
    let isOpen = true
    return {
      finish: () => {
        const found = part
          ? this.#gather(limit, code, this.#scanTogether(part), [])
          : this.#scanAll(filter, limit, code, shared)
        shared = undefined
        if (found) return found
        // A helper's thread was ended in the middle of its part, or stands still: what one does alone is certain.
        this.#team = undefined
        this.#begin(code, limit)
        return this.#scanAll(filter, limit, code, undefined)!
      },
      [Symbol.dispose]: () => {
        if (!isOpen) return
        isOpen = false
        // Nobody looks at what helpers found.
        if (shared) this.#desk.close(shared.job)
        if (part) this.#joint?.leave(part)
        this.#release()
      },
    }
  }

  /** Takes part in the scan of another reader of the space, if there is anything left of it. */
  help({ reader, job, limit, pieces, coarseStep, fineStep, slack }: ScanJob): void {
    const desk = new ScanDesk(this.#space.buffer, reader)
    const seat = desk.takeSeat(job)
    if (seat === undefined) return
    this.#exclusively(() => {
      this.#space.refresh()
      const asker = (1 + reader * at.SCRATCH_PAGES) * at.PAGE_BYTES
      // The filter and the query lie before the bitmaps; nobody changes them as long as a seat is taken.
      this.#bytes.set(new Uint8Array(this.#space.buffer, asker, at.BITMAP))
      this.#kernel.begin(this.#scratch, this.#space.width, limit, coarseStep, fineStep, slack)
      let scanned = 0
      for (let next = desk.takePiece(job, pieces); next !== undefined; next = desk.takePiece(job, pieces)) {
        scanned += this.#scanPiece(next)
      }
      const ceiling = this.#kernel.ceilingNow()
      const count = this.#kernel.finish()
      if (!desk.isAwaited(job)) return
      const found = this.#bytes.subarray(at.CANDIDATES, at.CANDIDATES + count * at.CANDIDATE_BYTES)
      const place = asker + at.CANDIDATES + (seat + 1) * limit * at.CANDIDATE_BYTES
      new Uint8Array(this.#space.buffer, place, found.length).set(found)
      desk.leaveSeat(job, seat, { count, scanned, ceiling })
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

  #exclusively<T>(use: () => T): T {
    this.#occupy()
    try {
      return use()
    } finally {
      this.#release()
    }
  }

  // The scratch area is one search's at a time: also when `overflow` searches, or when two threads share a number.
  #occupy(): void {
    if (Atomics.compareExchange(this.#space.header, at.BUSY_WORD + this.#reader, 0, 1) !== 0)
      throw new CascadeError('INTERNAL', `reader ${this.#reader} of the vector index is in use`)
  }

  #release(): void {
    Atomics.store(this.#space.header, at.BUSY_WORD + this.#reader, 0)
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

  /**
   * Opens the scan for whoever comes to help, where that is worth while, and filters its first segment: whoever comes
   * begins with the second.
   */
  #share(filter: SlotFilter, limit: number, { coarseStep, fineStep, fineMost }: QueryCode): SharedScan | undefined {
    const segments = Math.ceil(this.#space.slotsEnd / at.SEGMENT_SLOTS)
    // A helper cannot ask what only this thread knows, and its candidates need room beside the others'.
    const isOwn = filter.allow !== undefined || (filter.tags?.length && filter.overflow)
    const canShare = segments >= SHARED_SEGMENTS_MIN && limit * (HELPERS_MAX + 1) <= at.LIMIT_MAX
    if (isOwn || !canShare || !this.#team) return undefined
    writeFilter(filter, this.#bytes, this.#words)
    this.#space.refresh()
    const words = this.#wordsOf(0)
    const passing = this.#filterWords(0, 0, words)
    const pieces = segments * SEGMENT_PIECES
    const job = this.#desk.open(SEGMENT_PIECES)
    if (passing >= SHARED_FROM && this.#team.hasIdle())
      this.#team.call({
        ...{ reader: this.#reader, job, limit, pieces },
        ...{ coarseStep, fineStep, slack: fineMost + ROUNDING },
      })
    return { job, pieces, words, passing }
  }

  /** Scans all that nobody else has taken; undefined when a helper did not come back, which cannot be where there are none. */
  #scanAll(
    filter: SlotFilter,
    limit: number,
    code: QueryCode,
    shared: SharedScan | undefined,
  ): SearchResult | undefined {
    const scanned = shared ? this.#scanShared(shared) : this.#scanAlone(filter)
    const helped = shared ? this.#desk.close(shared.job) : []
    return helped && this.#gather(limit, code, scanned, helped)
  }

  #gather(limit: number, { restMost }: QueryCode, scanned: number, helped: readonly HelperResult[]): SearchResult {
    const ceiling = this.#kernel.ceilingNow()
    return this.#merge(this.#kernel.finish(), helped, { limit, scanned, ceiling, rest: restMost + ROUNDING })
  }

  #scanAlone(filter: SlotFilter): number {
    return this.#forEachSegment(filter, (segment, words) => this.#scanFiltered(segment, 0, words))
  }

  #scanTogether(part: ScanPart): number {
    const segments = Math.ceil(this.#space.slotsEnd / at.SEGMENT_SLOTS)
    const wordsOf = Array.from({ length: segments }, (_, segment) => this.#wordsOf(segment))
    return this.#joint!.scannedOf(part, wordsOf)
  }

  #partOf(filter: SlotFilter): ScanPart {
    const scan = (segment: number, from: number, end: number): void => this.#scanFiltered(segment, from, end)
    return { filter: this.#filtering(filter), scan }
  }

  #scanShared({ job, pieces, words, passing }: SharedScan): number {
    let scanned = passing
    if (passing > 0) this.#scanFiltered(0, 0, words)
    for (let next = this.#desk.takePiece(job, pieces); next !== undefined; ) {
      scanned += this.#scanPiece(next)
      next = this.#desk.takePiece(job, pieces)
    }
    return scanned
  }

  /** Filters and scans one piece with the filter and the query in scratch; how many slots passed. */
  #scanPiece(piece: number): number {
    const segment = Math.floor(piece / SEGMENT_PIECES)
    const from = (piece % SEGMENT_PIECES) * PIECE_WORDS
    const end = Math.min(from + PIECE_WORDS, this.#wordsOf(segment))
    const passing = from < end ? this.#filterWords(segment, from, end) : 0
    if (passing > 0) this.#scanFiltered(segment, from, end)
    return passing
  }

  /** Leaves those slots of the words of a segment in scratch that pass the filter; how many there are. */
  #filterWords(segment: number, from: number, end: number): number {
    const bitmap = this.#words.subarray(at.BITMAP / 4, at.BITMAP / 4 + SEGMENT_WORDS)
    bitmap.fill(0).fill(0xffffffff, from * 2, end * 2)
    return this.#kernel.filter(this.#space.segmentAt(segment), end, this.#scratch)
  }

  /** @param end as far as they were filtered: the space may have grown since. */
  #scanFiltered(segment: number, from: number, end: number): void {
    this.#kernel.scan(this.#space.segmentAt(segment), segment * at.SEGMENT_SLOTS, from, end)
  }

  /** Groups of 64 slots that the segment has by now. */
  #wordsOf(segment: number): number {
    return Math.ceil(Math.min(at.SEGMENT_SLOTS, this.#space.slotsEnd - segment * at.SEGMENT_SLOTS) / 64)
  }

  /** Leaves each segment's passing slots in scratch and calls `use` where there are any; returns how many there were. */
  #forEachSegment(filter: SlotFilter, use: (segment: number, words: number) => void): number {
    const filtered = this.#filtering(filter)
    const { slotsEnd } = this.#space
    let total = 0
    for (let segment = 0; segment * at.SEGMENT_SLOTS < slotsEnd; segment++) {
      const words = this.#wordsOf(segment)
      const passing = filtered(segment, words)
      if (passing > 0) use(segment, words)
      total += passing
    }
    return total
  }

  /** Readies the filter; what it returns leaves a segment's passing slots in scratch and tells how many there are. */
  #filtering(filter: SlotFilter): ScanPart['filter'] {
    writeFilter(filter, this.#bytes, this.#words)
    const allow = filter.allow instanceof Uint32Array ? SlotBitmap.of(filter.allow) : filter.allow
    return (segment, words) => {
      this.#space.refresh()
      if (!this.#seed(segment, allow)) return 0
      const passing = this.#kernel.filter(this.#space.segmentAt(segment), words, this.#scratch)
      const asks = passing > 0 && filter.tags?.length && filter.overflow
      return asks ? passing - this.#decideOverflow(segment, words, asks) : passing
    }
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

  /** The best of what this thread and its helpers found, each of whom has sorted candidates in scratch. */
  #merge(
    own: number,
    helped: readonly HelperResult[],
    { limit, scanned, ceiling, rest }: { limit: number; scanned: number; ceiling: number; rest: number },
  ): SearchResult {
    const runs = [own, ...helped.map(({ count }) => count)].map((count, part) => {
      const from = at.CANDIDATES / 4 + part * limit * CANDIDATE_WORDS
      return { next: from, end: from + count * CANDIDATE_WORDS }
    })
    const found = runs.reduce((sum, { next, end }) => sum + (end - next) / CANDIDATE_WORDS, 0)
    const size = Math.min(limit, found)
    const [slots, scores, reaches] = [new Uint32Array(size), new Float32Array(size), new Float32Array(size)]
    for (let place = 0; place < size; place++) {
      const at = takeBest(runs, this.#floats, this.#words)
      scores[place] = this.#floats[at]!
      slots[place] = this.#words[at + 1]!
      reaches[place] = this.#floats[at + 2]! + rest
    }
    let most = Math.max(ceiling, ...helped.map((result) => result.ceiling))
    for (const { next, end } of runs)
      for (let left = next; left < end; left += CANDIDATE_WORDS) most = Math.max(most, this.#floats[left + 2]!)
    const all = helped.reduce((sum, result) => sum + result.scanned, scanned)
    return { slots, scores, reaches, scanned: all, ceiling: most + rest }
  }
}
