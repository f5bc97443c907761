import { FIELD_WEIGHTS } from '../../../domain/capsules/rules/index.ts'
import { ByteReader, ByteWriter } from './bytes.ts'

/** What stands in a stream beside terms, whose numbers begin with `TERM_FIRST`. */
const FIELD_END = 0
export const SENTENCE_END_ID = 1
export const QUESTION_END_ID = 2
export const TERM_FIRST = 8

/** The terms of a version by their numbers in the lexicon, in order, with the ends of sentences between them. */
export interface TermStream {
  readonly title: Uint32Array
  readonly tags: Uint32Array
  readonly content: Uint32Array
  /** Words without meaning, each once: what a question of nothing else is looked up by. */
  readonly functionWords: Uint32Array
}

const FIELDS = ['title', 'tags', 'content', 'functionWords'] as const satisfies readonly (keyof TermStream)[]
const WEIGHTS: readonly number[] = [FIELD_WEIGHTS.title, FIELD_WEIGHTS.tags, FIELD_WEIGHTS.content]

/** Writes a stream field by field, and counts its length on the way. */
export class TermStreamWriter {
  readonly #bytes = new ByteWriter()
  readonly #functionWords = new Set<number>()
  #field = 0
  #length = 0

  begin(): void {
    this.#bytes.clear()
    this.#functionWords.clear()
    this.#field = 0
    this.#length = 0
  }

  term(id: number): void {
    this.#bytes.number(id)
    this.#length += WEIGHTS[this.#field]!
  }

  functionWord(id: number): void {
    this.#functionWords.add(id)
  }

  sentenceEnd(isQuestion: boolean): void {
    this.#bytes.number(isQuestion ? QUESTION_END_ID : SENTENCE_END_ID)
  }

  fieldEnd(): void {
    this.#bytes.number(FIELD_END)
    this.#field++
  }

  /** The stream and the length of the text as BM25 counts it. */
  end(): { readonly stream: Uint8Array; readonly length: number } {
    for (const id of this.#functionWords) this.#bytes.number(id)
    return { stream: this.#bytes.view(), length: this.#length }
  }
}

/** Numbers of the stream that is being read: copied out of it field by field. */
let numbers = new Uint32Array(1024)

export function decodeStream(stream: Uint8Array): TermStream {
  // A number takes a byte at least.
  if (stream.length > numbers.length) numbers = new Uint32Array(stream.length * 2)
  const fields: Uint32Array[] = []
  const reader = new ByteReader(stream)
  let [from, end] = [0, 0]
  while (!reader.isOver && fields.length < FIELDS.length) {
    const id = reader.number()
    if (id !== FIELD_END) numbers[end++] = id
    else {
      fields.push(numbers.slice(from, end))
      from = end
    }
  }
  fields.push(numbers.slice(from, end))
  const [title = NONE, tags = NONE, content = NONE, functionWords = NONE] = fields
  return { title, tags, content, functionWords }
}

const NONE = new Uint32Array()

/** Terms as rows of columns. */
export interface TermRows {
  readonly terms: Uint32Array
  /** What the term counts where it stands. */
  readonly weights: Uint32Array
}

/**
 * Writes the terms of a stream into rows as they stand, from the row `from` on; behind which row they end. A word without
 * meaning weighs 1.
 *
 * @param rows with room for as many as the stream has bytes.
 */
export function readTerms(stream: Uint8Array, { terms, weights }: TermRows, from: number): number {
  let row = from
  let field = 0
  let weight = WEIGHTS[0]!
  for (let at = 0; at < stream.length; ) {
    // As `ByteReader` reads a number; here, where every term of every text passes, a call costs as much as the rest.
    let byte = stream[at++]!
    let id = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = stream[at++] ?? 0
      id |= (byte & 0x7f) << shift
    }
    id >>>= 0
    if (id === FIELD_END) weight = WEIGHTS[++field] ?? 1
    else if (id >= TERM_FIRST) {
      terms[row] = id
      weights[row++] = weight
    }
  }
  return row
}

/** For streams that are read and left at once. */
let passing: TermRows = { terms: new Uint32Array(), weights: new Uint32Array() }

/**
 * What each distinct term of a stream weighs: how often it stands in a field times what it counts there.
 *
 * @param weights is emptied and filled, so that many streams can share it.
 */
export function weighTerms(stream: Uint8Array, weights: Map<number, number>): void {
  weights.clear()
  if (stream.length > passing.terms.length) {
    const room = stream.length * 2
    passing = { terms: new Uint32Array(room), weights: new Uint32Array(room) }
  }
  const { terms, weights: counted } = passing
  const end = readTerms(stream, passing, 0)
  for (let row = 0; row < end; row++) weights.set(terms[row]!, (weights.get(terms[row]!) ?? 0) + counted[row]!)
}
