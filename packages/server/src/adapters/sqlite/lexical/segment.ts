import type { Database } from '../database.ts'
import type { Part } from './part.ts'
import { type Postings, readPostings } from './postings.ts'
import { readPage, readSegment, type SegmentRow } from './segment-rows.ts'
import { indexOfTerm, TermPage } from './term-page.ts'

/** What a segment knows of a term, read. */
export interface SegmentTerm {
  /** See `PageEntry`. */
  readonly net: number
  readonly postings: Postings | undefined
}

const UNKNOWN: SegmentTerm = { net: 0, postings: undefined }

/** Stands behind the last document in place of one that was purged; elsewhere the key of the next stands twice. */
export const EMPTY_PLACE = 0xffffffff

/**
 * A segment as one reader sees it: its documents in memory, the postings of a term read when it is first asked for, and
 * which documents have left since.
 */
export class Segment {
  readonly key: number
  readonly part: Part
  readonly row: SegmentRow
  readonly #dead: Uint8Array
  #deadCount = 0
  readonly #terms = new Map<number, SegmentTerm>()

  private constructor(row: SegmentRow) {
    this.key = row.key
    this.part = row.part
    this.row = row
    this.#dead = new Uint8Array(row.versions.length)
    for (const [ordinal, version] of row.versions.entries()) {
      if (version === EMPTY_PLACE || version === row.versions[ordinal + 1]) this.#kill(ordinal)
    }
  }

  /** Undefined where the row is gone. */
  static read(database: Database, key: number): Segment | undefined {
    const row = readSegment(database, key)
    return row && new Segment(row)
  }

  /** How many documents have left. */
  get dead(): number {
    return this.#deadCount
  }

  isDead(ordinal: number): boolean {
    return this.#dead[ordinal] === 1
  }

  /** Marks a version as one that has left; returns its ordinal, or undefined when it is not here or has left before. */
  leave(version: number): number | undefined {
    const ordinal = indexOfTerm(this.row.versions, version)
    if (this.row.versions[ordinal] !== version || this.#dead[ordinal] === 1) return undefined
    this.#kill(ordinal)
    return ordinal
  }

  /** Takes back that a document has left. */
  revive(ordinal: number): void {
    this.#dead[ordinal] = 0
    this.#deadCount--
  }

  /** @param cost is told the bytes that are kept from now on. */
  term(database: Database, term: number, cost: (bytes: number) => void): SegmentTerm {
    const known = this.#terms.get(term)
    if (known) return known
    const read = this.#read(database, term)
    this.#terms.set(term, read)
    cost(ENTRY_BYTES + (read.postings ? read.postings.bytes.length + read.postings.blocks * BLOCK_BYTES : 0))
    return read
  }

  /** Forgets what was read of terms. */
  forget(): void {
    this.#terms.clear()
  }

  #kill(ordinal: number): void {
    this.#dead[ordinal] = 1
    this.#deadCount++
  }

  #read(database: Database, term: number): SegmentTerm {
    const page = indexOfTerm(this.row.firstTerms, term)
    const body = page < 0 ? undefined : readPage(database, this.key, page)
    const entry = body && new TermPage(body).find(term)
    if (!entry) return UNKNOWN
    // A copy of its own: a view would keep the whole page.
    return { net: entry.net, postings: readPostings(entry.postings.slice(), this.row.lengths) }
  }
}

/** About what a term costs in memory beside its bytes, and each of its blocks. */
const ENTRY_BYTES = 400
const BLOCK_BYTES = 16
