import { CascadeError } from '#base'
import { normalize } from '../../domain/capsules/embedding/index.ts'

/**
 * The vectors of an `/embeddings` answer in the order of the inputs, each of length 1. The provider may send them in
 * any order (each has its `index`), as lists of numbers or as base64 of little-endian 32-bit floats.
 *
 * @param count how many inputs were sent.
 * @throws CascadeError EMBEDDER_UNAVAILABLE when the answer has another shape or not one vector for each input.
 * @throws CascadeError EMBEDDING_MISMATCH when a vector is empty, not finite, all zero, or unlike the others in length.
 * @see platform.openai.com, API reference, "Create embeddings"
 */
export function parseAnswer(answer: unknown, count: number): Float32Array[] {
  const vectors = new Array<Float32Array | undefined>(count)
  for (const item of itemsOf(answer, count)) {
    if (vectors[item.index]) throw unexpected(`two vectors for input ${item.index}`)
    vectors[item.index] = toVector(item.embedding)
  }
  // As many items as inputs, each with its own index below their number: none is missing.
  const complete = vectors.filter((vector) => vector !== undefined)
  assertOneLength(complete)
  return complete
}

interface Item {
  readonly index: number
  readonly embedding: unknown
}

function itemsOf(answer: unknown, count: number): Item[] {
  const data = isRecord(answer) ? answer.data : undefined
  if (!Array.isArray(data)) throw unexpected('no list `data`')
  if (data.length !== count) throw unexpected(`${data.length} vectors for ${count} inputs`)
  return data.map((item: unknown, position) => {
    if (!isRecord(item)) throw unexpected(`item ${position} is no object`)
    // A server that leaves the index out means the order of the list.
    const index = item.index ?? position
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count) {
      throw unexpected(`item ${position} has no valid index`)
    }
    return { index, embedding: item.embedding }
  })
}

function toVector(embedding: unknown): Float32Array {
  const vector = typeof embedding === 'string' ? fromBase64(embedding) : fromNumbers(embedding)
  if (vector.length === 0 || !vector.every(Number.isFinite)) throw mismatch('a vector is empty or not finite')
  normalize(vector)
  if (vector.every((value) => value === 0)) throw mismatch('a vector is all zero')
  if (!vector.every(Number.isFinite)) throw mismatch('a vector is too long to be scaled')
  return vector
}

function fromNumbers(embedding: unknown): Float32Array {
  if (!Array.isArray(embedding)) throw unexpected('a vector is neither a list nor base64')
  if (!embedding.every((value) => typeof value === 'number'))
    throw mismatch('a vector holds something else than numbers')
  return Float32Array.from(embedding)
}

function fromBase64(embedding: string): Float32Array {
  const bytes = Buffer.from(embedding, 'base64')
  if (bytes.length % 4 !== 0) throw mismatch('a base64 vector is not made of 32-bit floats')
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4))
}

function assertOneLength(vectors: readonly Float32Array[]): void {
  const odd = vectors.find(({ length }) => length !== vectors[0]!.length)
  if (odd) throw mismatch(`one answer has vectors of ${vectors[0]!.length} and of ${odd.length} dimensions`)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const unexpected = (what: string): CascadeError =>
  new CascadeError('EMBEDDER_UNAVAILABLE', `the provider's answer is not that of an /embeddings endpoint: ${what}`)

const mismatch = (what: string): CascadeError =>
  new CascadeError('EMBEDDING_MISMATCH', `the provider's answer: ${what}`)
