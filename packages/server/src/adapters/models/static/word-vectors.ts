import { SIMILARITY_MIN, type Spellings } from '../../../domain/capsules/embedding/index.ts'
import {
  ASKED,
  ASKED_AT_ONCE,
  ASKED_TOGETHER,
  CODES,
  PLACES,
  PRODUCTS,
  PRODUCTS_AT_ONCE,
  WIDTH,
} from './kernel/layout.ts'
import { openWordKernel } from './kernel/word-kernel.ts'
import type { StaticTable } from './static-table.ts'
import { WordPieces } from './word-pieces.ts'

/** Words whose vectors are remembered, 256 bytes each; when they are too many, all are forgotten. */
export const KNOWN_WORDS_MAX = 131_072
const NONE = -1

/**
 * Vectors of single words, one byte a number: the sum of the vectors of their pieces. They lie in the memory of the kernel
 * that compares them, found by the numbers that terms have in one set of spellings.
 */
export class WordVectors {
  readonly #table: StaticTable
  readonly #pieces: WordPieces
  readonly #open = openWordKernel(KNOWN_WORDS_MAX)
  readonly #codes = new Int8Array(this.#open.memory, CODES, KNOWN_WORDS_MAX * WIDTH)
  readonly #asked = new Int16Array(this.#open.memory, ASKED, ASKED_AT_ONCE * WIDTH)
  readonly #wanted = new Uint32Array(this.#open.memory, PLACES, PRODUCTS_AT_ONCE)
  readonly #products = new Int32Array(this.#open.memory, PRODUCTS, PRODUCTS_AT_ONCE)
  /** 1 / length of the codes at a place; 0 for an unknown word, so that its cosine with any word is 0. */
  readonly #inverseLengths = new Float64Array(KNOWN_WORDS_MAX)
  /** The same of the words that are asked. */
  readonly #askedLengths = new Float64Array(ASKED_AT_ONCE)
  readonly #sum = new Float32Array(WIDTH)
  readonly #code = new Int8Array(WIDTH)
  /** By number of a term: its place and 1, or 0. */
  #places = new Uint32Array(0)
  #spellings: Spellings | undefined
  #known = 0

  constructor(table: StaticTable) {
    if (table.dimensions !== WIDTH) throw new RangeError(`the table has ${table.dimensions} dimensions, not ${WIDTH}`)
    this.#table = table
    this.#pieces = new WordPieces(table.vocabulary(), { firstId: table.firstId, unknown: NONE })
  }

  /** As `SoftMatcher` promises it. */
  compare(words: readonly string[], terms: Uint32Array, spellings: Spellings): Float32Array {
    if (spellings !== this.#spellings) this.#forget()
    this.#spellings = spellings
    const nearness = new Float32Array(terms.length * words.length)
    for (let first = 0; first < words.length; first += ASKED_AT_ONCE) {
      const asked = words.slice(first, first + ASKED_AT_ONCE)
      this.#ask(asked)
      const groups = groupsOf(asked.length)
      const step = Math.floor(PRODUCTS_AT_ONCE / (groups * ASKED_TOGETHER))
      for (let from = 0; from < terms.length; from += step) {
        const some = terms.subarray(from, from + step)
        this.#place(some)
        this.#open.kernel.compare(some.length, groups)
        this.#write(some.length, asked.length, nearness, { from: from * words.length + first, width: words.length })
      }
    }
    return nearness
  }

  #ask(words: readonly string[]): void {
    for (const [at, word] of words.entries()) {
      this.#askedLengths[at] = this.#encode(word)
      this.#asked.set(this.#code, at * WIDTH)
    }
  }

  /** Writes down where each of the terms lies; those that are met for the first time are brought there. */
  #place(terms: Uint32Array): void {
    if (this.#known + terms.length > KNOWN_WORDS_MAX) this.#forget()
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at]!
      if (term >= this.#places.length) this.#reach(term)
      const known = this.#places[term]!
      this.#wanted[at] = (known === 0 ? this.#learn(term) : known) - 1
    }
  }

  #learn(term: number): number {
    const place = this.#known++
    this.#inverseLengths[place] = this.#encode(this.#spellings?.of(term) ?? '')
    this.#codes.set(this.#code, place * WIDTH)
    this.#places[term] = place + 1
    return place + 1
  }

  /** Brings the kernel's products into the answer. It fills its groups with what was asked before; that is left out. */
  #write(terms: number, words: number, nearness: Float32Array, { from, width }: { from: number; width: number }): void {
    const products = groupsOf(words) * ASKED_TOGETHER
    for (let term = 0; term < terms; term++) {
      const inverse = this.#inverseLengths[this.#wanted[term]!]!
      const row = from + term * width
      for (let word = 0; word < words; word++) {
        const cosine = this.#products[term * products + word]! * (this.#askedLengths[word]! * inverse)
        if (cosine >= SIMILARITY_MIN) nearness[row + word] = Math.min(1, cosine)
      }
    }
  }

  #reach(term: number): void {
    const wider = new Uint32Array(Math.max(term + 1, this.#places.length * 2))
    wider.set(this.#places)
    this.#places = wider
  }

  #forget(): void {
    this.#places.fill(0)
    this.#known = 0
  }

  /** Leaves the word's vector in `#code`, and returns 1 / its length; 0 for an unknown word. */
  #encode(word: string): number {
    const { codes, firstId } = this.#table
    const ids = this.#pieces.of(word).filter((id) => id !== NONE)
    const [only] = ids
    // A word that is one piece is its row of the table.
    if (ids.length === 1 && only !== undefined)
      this.#code.set(codes.subarray((only - firstId) * WIDTH, (only - firstId + 1) * WIDTH))
    else this.#encodeSum(ids)
    let squares = 0
    for (let index = 0; index < WIDTH; index++) squares += this.#code[index]! * this.#code[index]!
    return squares === 0 ? 0 : 1 / Math.sqrt(squares)
  }

  #encodeSum(ids: readonly number[]): void {
    const { codes, scales, firstId } = this.#table
    const sum = this.#sum.fill(0)
    for (const id of ids) {
      const scale = scales[id - firstId]!
      const from = (id - firstId) * WIDTH
      for (let index = 0; index < WIDTH; index++) sum[index]! += scale * codes[from + index]!
    }
    let largest = 0
    for (let index = 0; index < WIDTH; index++) largest = Math.max(largest, Math.abs(sum[index]!))
    for (let index = 0; index < WIDTH; index++)
      this.#code[index] = largest === 0 ? 0 : Math.round((sum[index]! / largest) * 127)
  }
}

/** Groups that so many words are asked in; the last may not be full. */
const groupsOf = (words: number): number => Math.ceil(words / ASKED_TOGETHER)
