import type { CapsuleCreate } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { Embedding } from '../capsule.ts'

/** Name of the space of vectors that come without a model's name. */
const unnamedModel = (dimensions: number): string => `external-${dimensions}`

/**
 * The vector a caller sent: numbers, or base64 of little-endian float32.
 *
 * @throws CascadeError EMBEDDING_MISMATCH when it is no vector: broken base64, infinite or all zero.
 */
export function parseEmbedding(given: NonNullable<CapsuleCreate['embedding']>, model: string | undefined): Embedding {
  const vector = typeof given === 'string' ? fromBase64(given) : Float32Array.from(given)
  if (vector.length === 0) throw mismatch('an empty vector')
  if (!vector.every(Number.isFinite)) throw mismatch('a number that is not finite as a float32')
  if (vector.every((value) => value === 0)) throw mismatch('only zeros, which have no direction')
  return { model: model ?? unnamedModel(vector.length), vector }
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.byteLength % 4 !== 0) throw mismatch(`${bytes.byteLength} bytes, which is no whole number of float32`)
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, index) => bytes.readFloatLE(index * 4))
}

const mismatch = (what: string): CascadeError =>
  new CascadeError('EMBEDDING_MISMATCH', `Expected a vector of finite float32 numbers; got ${what}.`)
