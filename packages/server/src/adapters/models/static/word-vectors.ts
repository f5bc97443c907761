import type { StaticTable } from './static-table.ts'
import { WordPieces } from './word-pieces.ts'

/** Words whose vectors are remembered; when they are too many, all are forgotten. */
export const KNOWN_WORDS_MAX = 16_384
const NONE = -1

/** A word's vector as one byte a number, and what makes a product of two of them a cosine. */
export interface WordVector {
  readonly codes: Int8Array
  /** 1 / length of `codes`; 0 for an unknown word, so that its cosine with any word is 0. */
  readonly inverseLength: number
}

/** Vectors of single words: the sum of the vectors of their pieces. */
export class WordVectors {
  readonly #table: StaticTable
  readonly #pieces: WordPieces
  readonly #known = new Map<string, WordVector>()

  constructor(table: StaticTable) {
    this.#table = table
    this.#pieces = new WordPieces(table.vocabulary(), { firstId: table.firstId, unknown: NONE })
  }

  of(word: string): WordVector {
    const known = this.#known.get(word)
    if (known !== undefined) return known
    const found = this.#compute(word)
    if (this.#known.size >= KNOWN_WORDS_MAX) this.#known.clear()
    this.#known.set(word, found)
    return found
  }

  #compute(word: string): WordVector {
    const { codes, dimensions, firstId } = this.#table
    const rows = this.#pieces.of(word).flatMap((id) => (id === NONE ? [] : [id - firstId]))
    const [only] = rows
    // A word that is one piece is its row of the table, where it lies.
    if (rows.length === 1 && only !== undefined)
      return measured(codes.subarray(only * dimensions, (only + 1) * dimensions))
    return measured(this.#sum(rows))
  }

  #sum(rows: readonly number[]): Int8Array {
    const { codes, scales, dimensions } = this.#table
    const sum = new Float32Array(dimensions)
    for (const row of rows) {
      for (let index = 0; index < dimensions; index++) sum[index]! += scales[row]! * codes[row * dimensions + index]!
    }
    const largest = sum.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    return Int8Array.from(sum, (value) => (largest === 0 ? 0 : Math.round((value / largest) * 127)))
  }
}

function measured(codes: Int8Array): WordVector {
  const squares = dotOf(codes, codes)
  return { codes, inverseLength: squares === 0 ? 0 : 1 / Math.sqrt(squares) }
}

export const cosineOf = (a: WordVector, b: WordVector): number =>
  dotOf(a.codes, b.codes) * (a.inverseLength * b.inverseLength)

/** Whole numbers of at most 256 × 127², so that no sum is rounded. Four sums at once are independent of each other. */
function dotOf(a: Int8Array, b: Int8Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let index = 0; index < a.length; index += 4) {
    s0 = (s0 + Math.imul(a[index]!, b[index]!)) | 0
    s1 = (s1 + Math.imul(a[index + 1]!, b[index + 1]!)) | 0
    s2 = (s2 + Math.imul(a[index + 2]!, b[index + 2]!)) | 0
    s3 = (s3 + Math.imul(a[index + 3]!, b[index + 3]!)) | 0
  }
  return s0 + s1 + s2 + s3
}
