import type { PostingList } from './postings.ts'
import type { BuiltSegment } from './segment-rows.ts'
import { PageWriter } from './term-page.ts'
import { readTerms, weighTerms } from './term-stream.ts'

const ROWS_FIRST = 1 << 16

/** The postings of one segment while they are gathered: a row for each place of a term in a document. */
export class GatheredPostings {
  readonly #newestTerm: number
  #terms = new Uint32Array(ROWS_FIRST)
  #weights = new Uint32Array(ROWS_FIRST)
  #documents = new Uint32Array(ROWS_FIRST)
  #size = 0
  /** For each term, documents that hold it and leave. */
  readonly #left = new Map<number, number>()

  /** @param newestTerm the greatest number of a term; what is above it is damage, and left out. */
  constructor(newestTerm: number) {
    this.#newestTerm = newestTerm
  }

  /** Adds a document; its ordinal is above those of all that were added before. */
  enter(ordinal: number, stream: Uint8Array): void {
    if (this.#size + stream.length > this.#terms.length) this.#grow(stream.length)
    const end = readTerms(stream, { terms: this.#terms, weights: this.#weights }, this.#size)
    this.#documents.fill(ordinal, this.#size, end)
    this.#size = end
  }

  /** Counts out a document that an older segment holds. */
  leave(stream: Uint8Array): void {
    const weights = new Map<number, number>()
    weighTerms(stream, weights)
    for (const term of weights.keys()) this.#left.set(term, (this.#left.get(term) ?? 0) + 1)
  }

  /** The pages of all terms, also of those that only leave. @param lengths of the documents, by ordinal. */
  pages(lengths: Uint32Array): BuiltSegment['pages'] {
    const writer = new PageWriter()
    const sorted = this.#sorted()
    const left = [...this.#left].sort(([one], [other]) => one - other)
    let next = 0
    for (let term = 0, from = 0; term <= this.#newestTerm; term++) {
      const to = sorted.ends[term]!
      const leaving = left[next]?.[0] === term ? left[next++]![1] : 0
      if (to > from || leaving > 0) {
        const list = joined(sorted, from, to)
        writer.add(term, list.count - leaving, list, lengths)
      }
      from = to
    }
    writer.flush()
    return writer.pages
  }

  /** The rows by term, those of one term in the order in which they came: its place is counted for each beforehand. */
  #sorted(): SortedRows {
    const ends = new Uint32Array(this.#newestTerm + 1)
    const isKnown = (row: number): boolean => this.#terms[row]! <= this.#newestTerm
    for (let row = 0; row < this.#size; row++) if (isKnown(row)) ends[this.#terms[row]!]!++
    for (let term = 0, begin = 0; term < ends.length; term++) {
      begin += ends[term]!
      ends[term] = begin - ends[term]!
    }
    const [documents, weights] = [new Uint32Array(this.#size), new Uint32Array(this.#size)]
    // What was where a term begins moves on with each of its rows, and is where it ends after the last.
    for (let row = 0; row < this.#size; row++) {
      if (!isKnown(row)) continue
      const place = ends[this.#terms[row]!]!++
      documents[place] = this.#documents[row]!
      weights[place] = this.#weights[row]!
    }
    return { ends, documents, weights }
  }

  #grow(missing: number): void {
    const room = Math.max(this.#terms.length * 2, this.#size + missing)
    this.#terms = widened(this.#terms, room)
    this.#weights = widened(this.#weights, room)
    this.#documents = widened(this.#documents, room)
  }
}

interface SortedRows {
  /** For each term the row behind its last. */
  readonly ends: Uint32Array
  readonly documents: Uint32Array
  readonly weights: Uint32Array
}

/** A document that holds a term several times is one posting; the rows are joined where they stand. */
function joined({ documents, weights }: SortedRows, from: number, to: number): PostingList {
  let end = from
  for (let row = from; row < to; row++) {
    if (end > from && documents[end - 1] === documents[row]) weights[end - 1]! += weights[row]!
    else {
      documents[end] = documents[row]!
      weights[end++] = weights[row]!
    }
  }
  return { count: end - from, documents: documents.subarray(from, end), weights: weights.subarray(from, end) }
}

function widened(numbers: Uint32Array<ArrayBuffer>, room: number): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(room)
  wide.set(numbers)
  return wide
}
