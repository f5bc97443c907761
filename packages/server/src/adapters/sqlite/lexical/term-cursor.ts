import { BLOCK_POSTINGS, decodeBlock, type Postings } from './postings.ts'

/** How the length of a document damps what a term says: `fixed + perLength * length`. */
export interface Damping {
  readonly fixed: number
  readonly perLength: number
}

const NOT_DECODED = -1

/** Goes through the postings of one term in one segment, forward, and says beforehand what a stretch can score. */
export class TermCursor {
  readonly #postings: Postings
  /** What the term adds at most. */
  readonly #most: number
  readonly #damping: Damping
  readonly #lengths: Uint32Array
  readonly #documents = new Int32Array(BLOCK_POSTINGS)
  readonly #weights = new Int32Array(BLOCK_POSTINGS)
  #decoded = NOT_DECODED
  #count = 0
  #at = 0
  /** The first block that may hold a document of the window, and of what is asked for within it. */
  #block = 0
  #probed = 0
  /** What a document of the window scores by this term, at most. */
  bound = 0

  constructor(postings: Postings, most: number, damping: Damping, lengths: Uint32Array) {
    this.#postings = postings
    this.#most = most
    this.#damping = damping
    this.#lengths = lengths
  }

  /** The first document that may hold the term from `document` on; infinity behind the last. */
  earliest(document: number): number {
    this.#skipTo(document)
    return this.#block < this.#postings.blocks
      ? Math.max(document, this.#firstOf(this.#block))
      : Number.POSITIVE_INFINITY
  }

  /** Enters the window of documents from `from` to `to`, without it, and sets `bound`. */
  enter(from: number, to: number): void {
    this.#skipTo(from)
    this.#probed = this.#block
    this.bound = 0
    for (let block = this.#block; block < this.#postings.blocks && this.#firstOf(block) < to; block++) {
      const bound = this.#boundOf(block)
      if (bound > this.bound) this.bound = bound
    }
  }

  /**
   * Adds what the term gives each document of the window to `scores`, and marks it in `touched`; both begin with `from`.
   *
   * @param matters whether a block can still matter whose documents score no more than this by the term.
   */
  addAll(
    { from, to }: { readonly from: number; readonly to: number },
    scores: Float64Array,
    touched: Uint32Array,
    matters: (bound: number) => boolean,
  ): void {
    const { fixed, perLength } = this.#damping
    const [documents, weights, lengths, most] = [this.#documents, this.#weights, this.#lengths, this.#most]
    for (let block = this.#block; block < this.#postings.blocks && this.#firstOf(block) < to; block++) {
      if (!matters(this.#boundOf(block))) continue
      this.#decode(block)
      for (let at = 0; at < this.#count; at++) {
        const document = documents[at]!
        if (document < from) continue
        if (document >= to) break
        const weight = weights[at]!
        const place = document - from
        scores[place]! += (most * weight) / (weight + fixed + perLength * lengths[document]!)
        touched[place >>> 5]! |= 1 << (place & 31)
      }
    }
  }

  /**
   * What the term gives one document of the window; documents are asked for in ascending order.
   *
   * @param matters as in `addAll`; undefined when the answer cannot matter.
   */
  scoreOf(document: number, matters: (bound: number) => boolean): number | undefined {
    const { blocks, lastDocuments } = this.#postings
    while (this.#probed < blocks && lastDocuments[this.#probed]! < document) this.#probed++
    if (this.#probed === blocks || this.#firstOf(this.#probed) > document) return 0
    if (!matters(this.#boundOf(this.#probed))) return undefined
    this.#decode(this.#probed)
    while (this.#at < this.#count && this.#documents[this.#at]! < document) this.#at++
    if (this.#documents[this.#at] !== document || this.#at === this.#count) return 0
    const weight = this.#weights[this.#at]!
    return (this.#most * weight) / (weight + this.#damping.fixed + this.#damping.perLength * this.#lengths[document]!)
  }

  #skipTo(document: number): void {
    const { blocks, lastDocuments } = this.#postings
    while (this.#block < blocks && lastDocuments[this.#block]! < document) this.#block++
  }

  /** Not above the first document of the block. */
  #firstOf(block: number): number {
    return block === 0 ? 0 : this.#postings.lastDocuments[block - 1]! + 1
  }

  #boundOf(block: number): number {
    const weight = this.#postings.weightsMost[block]!
    const damping = this.#damping.fixed + this.#damping.perLength * this.#postings.lengthsLeast[block]!
    return (this.#most * weight) / (weight + damping)
  }

  #decode(block: number): void {
    if (this.#decoded === block) return
    this.#count = decodeBlock(this.#postings, block, this.#documents, this.#weights)
    this.#decoded = block
    this.#at = 0
  }
}
