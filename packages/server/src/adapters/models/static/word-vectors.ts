import type { StaticTable } from './static-table.ts'
import { WordPieces } from './word-pieces.ts'

/** Words whose vectors are remembered, 256 bytes each; when they are too many, all are forgotten. */
export const KNOWN_WORDS_MAX = 65_536
const NONE = -1

/** A word's vector as one byte a number, and what makes a product of two of them a cosine. */
export interface WordVector {
  readonly codes: Int8Array
  /** 1 / length of `codes`; 0 for an unknown word, so that its cosine with any word is 0. */
  readonly inverseLength: number
}

/** Vectors of single words: the sum of the vectors of their pieces. One block of memory holds all that are known. */
export class WordVectors {
  readonly #table: StaticTable
  readonly #pieces: WordPieces
  readonly #places = new Map<string, number>()
  readonly #codes: Int8Array
  readonly #inverseLengths = new Float64Array(KNOWN_WORDS_MAX)
  readonly #sum: Float32Array

  constructor(table: StaticTable) {
    this.#table = table
    this.#pieces = new WordPieces(table.vocabulary(), { firstId: table.firstId, unknown: NONE })
    this.#codes = new Int8Array(KNOWN_WORDS_MAX * table.dimensions)
    this.#sum = new Float32Array(table.dimensions)
  }

  /** A copy, which stays as it is when words are forgotten. */
  of(word: string): WordVector {
    const place = this.#placeOf(word)
    const { dimensions } = this.#table
    return {
      codes: this.#codes.slice(place * dimensions, (place + 1) * dimensions),
      inverseLength: this.#inverseLengths[place]!,
    }
  }

  /** Writes the cosine of a word with each of the others. */
  compare(word: string, others: readonly WordVector[], cosines: Float64Array): void {
    const place = this.#placeOf(word)
    const at = place * this.#table.dimensions
    const inverseLength = this.#inverseLengths[place]!
    for (let index = 0; index < others.length; index++) {
      const other = others[index]!
      cosines[index] =
        inverseLength === 0 ? 0 : dotOf(other.codes, this.#codes, at) * (other.inverseLength * inverseLength)
    }
  }

  #placeOf(word: string): number {
    const known = this.#places.get(word)
    if (known !== undefined) return known
    if (this.#places.size >= KNOWN_WORDS_MAX) this.#places.clear()
    const place = this.#places.size
    this.#write(word, place)
    this.#places.set(word, place)
    return place
  }

  #write(word: string, place: number): void {
    const { codes, dimensions, firstId } = this.#table
    const target = this.#codes.subarray(place * dimensions, (place + 1) * dimensions)
    const ids = this.#pieces.of(word).filter((id) => id !== NONE)
    const [only] = ids
    // A word that is one piece is its row of the table.
    if (ids.length === 1 && only !== undefined)
      target.set(codes.subarray((only - firstId) * dimensions, (only - firstId + 1) * dimensions))
    else this.#writeSum(ids, target)
    const squares = dotOf(target, target, 0)
    this.#inverseLengths[place] = squares === 0 ? 0 : 1 / Math.sqrt(squares)
  }

  #writeSum(ids: readonly number[], target: Int8Array): void {
    const { codes, scales, dimensions, firstId } = this.#table
    const sum = this.#sum.fill(0)
    for (const id of ids) {
      const scale = scales[id - firstId]!
      const from = (id - firstId) * dimensions
      for (let index = 0; index < dimensions; index++) sum[index]! += scale * codes[from + index]!
    }
    let largest = 0
    for (let index = 0; index < dimensions; index++) largest = Math.max(largest, Math.abs(sum[index]!))
    for (let index = 0; index < dimensions; index++)
      target[index] = largest === 0 ? 0 : Math.round((sum[index]! / largest) * 127)
  }
}

/**
 * Whole numbers of at most 256 × 127², so that no sum is rounded. Four sums at once are independent of each other.
 *
 * @param from where the vector begins in `b`.
 */
function dotOf(a: Int8Array, b: Int8Array, from: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let index = 0; index < a.length; index += 4) {
    s0 = (s0 + Math.imul(a[index]!, b[from + index]!)) | 0
    s1 = (s1 + Math.imul(a[index + 1]!, b[from + index + 1]!)) | 0
    s2 = (s2 + Math.imul(a[index + 2]!, b[from + index + 2]!)) | 0
    s3 = (s3 + Math.imul(a[index + 3]!, b[from + index + 3]!)) | 0
  }
  return s0 + s1 + s2 + s3
}
