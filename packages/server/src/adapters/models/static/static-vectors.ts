import { normalize } from '../../../domain/capsules/embedding/vectors/index.ts'
import { spellingVector } from './spelling-vector.ts'
import type { StaticTable } from './static-table.ts'
import { WordPieces } from './word-pieces.ts'

/** A text is embedded by its beginning; 40,000 words say what it is about. */
export const CHARACTERS_MAX = 262_144
/** An id that no row belongs to. */
const NONE = -1

/** Turns texts into vectors by a table: the sum of the vectors of their pieces, of length 1. */
export class StaticVectors {
  readonly #table: StaticTable
  readonly #pieces: WordPieces

  constructor(table: StaticTable) {
    this.#table = table
    this.#pieces = new WordPieces(table.vocabulary(), { firstId: table.firstId, unknown: NONE })
  }

  /**
   * The vector of a text. One without any known piece, such as emoji alone, gets a direction that its spelling chooses:
   * it is near to its like and to nothing else.
   *
   * @returns the vector of zeros for a text of white space only.
   */
  of(text: string): Float32Array<ArrayBuffer> {
    const { codes, dimensions } = this.#table
    const sum = new Float32Array(dimensions)
    const plain = text.slice(0, CHARACTERS_MAX).toWellFormed()
    let isKnown = false
    for (const row of this.rowsOf(plain)) {
      isKnown = true
      const scale = this.#table.scales[row]!
      for (let index = 0, at = row * dimensions; index < dimensions; index++, at++) sum[index]! += scale * codes[at]!
    }
    if (!isKnown && plain.trim() !== '') spellingVector(plain.trim(), sum)
    normalize(sum)
    return sum
  }

  /** The rows of the known pieces of a text, in their order. */
  rowsOf(text: string): number[] {
    const rows: number[] = []
    for (const id of this.#pieces.of(text)) if (id !== NONE) rows.push(id - this.#table.firstId)
    return rows
  }
}
