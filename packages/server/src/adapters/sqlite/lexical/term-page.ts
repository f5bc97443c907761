import { ByteWriter, packWords, unpackWords } from './bytes.ts'
import { type PostingList, writePostings } from './postings.ts'

/** A page is full with so many bytes of postings or so many terms: what one term costs to read, and how often. */
const PAGE_BYTES_FULL = 32 * 1024
const PAGE_TERMS_MAX = 512

/** What a segment knows of one term. */
export interface PageEntry {
  readonly term: number
  /** Documents that hold it, less those that hold it and left an older segment. */
  readonly net: number
  /** As `writePostings` writes them. */
  readonly postings: Uint8Array
}

/** One page: terms in ascending order with their postings. */
export class TermPage {
  readonly terms: Uint32Array
  readonly #body: Uint8Array
  readonly #ends: Uint32Array
  readonly #nets: Uint32Array
  readonly #from: number

  constructor(body: Uint8Array) {
    const count = unpackWords(body, 0, 1)[0] ?? 0
    this.#body = body
    this.terms = unpackWords(body, 4, count)
    this.#ends = unpackWords(body, 4 + count * 4, count)
    this.#nets = unpackWords(body, 4 + count * 8, count)
    this.#from = 4 + count * 12
  }

  entry(at: number): PageEntry {
    const begin = this.#from + (at === 0 ? 0 : this.#ends[at - 1]!)
    // A number below zero is kept as its 32 bits.
    const net = this.#nets[at]! | 0
    return { term: this.terms[at]!, net, postings: this.#body.subarray(begin, this.#from + this.#ends[at]!) }
  }

  find(term: number): PageEntry | undefined {
    const at = indexOfTerm(this.terms, term)
    return this.terms[at] === term ? this.entry(at) : undefined
  }

  *entries(): Generator<PageEntry> {
    for (let at = 0; at < this.terms.length; at++) yield this.entry(at)
  }
}

/** The place of the greatest number that is not above `term`; -1 when all are. */
export function indexOfTerm(sorted: Uint32Array, term: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! <= term) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Packs entries, given in ascending order of their terms, into pages. */
export class PageWriter {
  readonly pages: { readonly first: number; readonly body: Uint8Array }[] = []
  readonly #postings = new ByteWriter()
  #terms: number[] = []
  #ends: number[] = []
  #nets: number[] = []

  /** @param lengths of the segment's documents, by ordinal. */
  add(term: number, net: number, list: PostingList, lengths: ArrayLike<number>): void {
    writePostings(this.#postings, list, lengths)
    this.#entered(term, net)
  }

  /** The same with postings as they stand in another page of the segment. */
  copy({ term, net, postings }: PageEntry): void {
    this.#postings.bytes(postings)
    this.#entered(term, net)
  }

  /** Ends the only page: what was put in came from one. */
  single(): Uint8Array {
    this.flush()
    return this.pages[0]?.body ?? packWords(Uint32Array.of(0))
  }

  /** Ends the last page. */
  flush(): void {
    if (this.#terms.length === 0) return
    const head = packWords(Uint32Array.from([this.#terms.length, ...this.#terms, ...this.#ends, ...this.#nets]))
    const body = new Uint8Array(head.length + this.#postings.length)
    body.set(head)
    body.set(this.#postings.view(), head.length)
    this.pages.push({ first: this.#terms[0]!, body })
    this.#postings.clear()
    this.#terms = []
    this.#ends = []
    this.#nets = []
  }

  #entered(term: number, net: number): void {
    this.#terms.push(term)
    this.#ends.push(this.#postings.length)
    this.#nets.push(net >>> 0)
    if (this.#postings.length >= PAGE_BYTES_FULL || this.#terms.length >= PAGE_TERMS_MAX) this.flush()
  }
}
