import * as at from './kernel/layout.ts'

/** How many other readers may take part in one scan. */
export const HELPERS_MAX = 3
// Where a job's numbers lie among the words of its desk.
const NEXT = 0
const SEATS = 1
const DONE = 2
const RESULTS = 4
const RESULT_WORDS = 4
// A word that changes with the job carries its number above these bits, so that what belongs to another job is no match.
const PIECE_BITS = 14
const SEAT_BITS = 4
const CLOSED = (1 << SEAT_BITS) - 1
const JOBS_MAX = 1 << 17
/** In place of a job, whose numbers begin with 1. */
const NOBODY = 0
/** The longest that a scan waits for a helper that has taken a piece; milliseconds are usual. */
const PATIENCE_MS = 1000

/** What a helper found, beside the candidates that it left in the asker's scratch. */
export interface HelperResult {
  readonly count: number
  readonly scanned: number
  readonly ceiling: number
}

/**
 * One reader's place in the header of a space where other readers take pieces of its scan: who comes takes the next
 * that nobody has, so that nobody waits for one that does not come. At most 2^14 pieces, which is more than fit.
 */
export class ScanDesk {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #floats: Float32Array<SharedArrayBuffer>

  constructor(buffer: SharedArrayBuffer, reader: number) {
    const from = (at.DESKS_WORD + reader * at.DESK_WORDS) * 4
    this.#words = new Int32Array(buffer, from, at.DESK_WORDS)
    this.#floats = new Float32Array(buffer, from, at.DESK_WORDS)
  }

  /** Opens a job whose pieces from `first` on are free. Returns its number. For the reader whose desk it is. */
  open(first: number): number {
    const job = (((Atomics.load(this.#words, NEXT) >>> PIECE_BITS) + 1) % JOBS_MAX) + 1
    Atomics.store(this.#words, DONE, job << SEAT_BITS)
    Atomics.store(this.#words, SEATS, job << SEAT_BITS)
    Atomics.store(this.#words, NEXT, (job << PIECE_BITS) | first)
    return job
  }

  /** The next piece below `end` that nobody has taken; undefined when there is none, or another job by now. */
  takePiece(job: number, end: number): number | undefined {
    return this.#count(NEXT, job, PIECE_BITS, end)
  }

  /** A seat of the job for one helper; undefined when all are taken or the job is over. */
  takeSeat(job: number): number | undefined {
    return this.#count(SEATS, job, SEAT_BITS, HELPERS_MAX)
  }

  /** Whether the asker still waits for those who have a seat: if not, its scratch is another search's by now. */
  isAwaited(job: number): boolean {
    return Atomics.load(this.#words, DONE) >>> SEAT_BITS === job
  }

  /** Says that the helper in the seat is done and its candidates lie where they belong. */
  leaveSeat(job: number, seat: number, { count, scanned, ceiling }: HelperResult): void {
    const word = RESULTS + seat * RESULT_WORDS
    this.#words[word] = count
    this.#words[word + 1] = scanned
    this.#floats[word + 2] = ceiling
    this.#count(DONE, job, SEAT_BITS, HELPERS_MAX)
    Atomics.notify(this.#words, DONE)
  }

  /**
   * Takes no more helpers and waits for those that are there; what they found, seat by seat. Undefined when one does not
   * come back: its thread was ended or stands still, and what it had taken was not looked at. Should it come later, it
   * finds that nobody waits for it.
   */
  close(job: number): readonly HelperResult[] | undefined {
    const seats = Atomics.exchange(this.#words, SEATS, (job << SEAT_BITS) | CLOSED) & CLOSED
    for (;;) {
      const done = Atomics.load(this.#words, DONE)
      if ((done & CLOSED) === seats) break
      if (Atomics.wait(this.#words, DONE, done, PATIENCE_MS) !== 'timed-out') continue
      Atomics.store(this.#words, DONE, NOBODY)
      return undefined
    }
    return Array.from({ length: seats }, (_, seat) => {
      const word = RESULTS + seat * RESULT_WORDS
      return { count: this.#words[word]!, scanned: this.#words[word + 1]!, ceiling: this.#floats[word + 2]! }
    })
  }

  /** Adds one to the number below `bits` of a word, if the word is the job's and the number below `end`; what it was. */
  #count(word: number, job: number, bits: number, end: number): number | undefined {
    for (;;) {
      const value = Atomics.load(this.#words, word)
      const number = value & ((1 << bits) - 1)
      if (value >>> bits !== job || number >= end) return undefined
      if (Atomics.compareExchange(this.#words, word, value, value + 1) === value) return number
    }
  }
}
