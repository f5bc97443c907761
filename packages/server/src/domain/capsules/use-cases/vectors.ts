import { endianness } from 'node:os'
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
  const vector = typeof given === 'string' ? vectorFromBase64(given) : Float32Array.from(given)
  if (vector.length === 0) throw mismatch('an empty vector')
  assertDirected(vector)
  return { model: model ?? unnamedModel(vector.length), vector }
}

/** Little-endian float32, whatever the machine. */
export function vectorToBase64({ buffer, byteOffset, byteLength }: Embedding['vector']): string {
  const bytes = Buffer.from(buffer, byteOffset, byteLength)
  return (IS_BIG_ENDIAN ? Buffer.from(bytes).swap32() : bytes).toString('base64')
}

/** What `vectorToBase64` wrote. @throws CascadeError EMBEDDING_MISMATCH when it is no whole number of float32. */
export function vectorFromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.byteLength % 4 !== 0) throw mismatch(`${bytes.byteLength} bytes, which is no whole number of float32`)
  if (IS_BIG_ENDIAN) bytes.swap32()
  const { buffer, byteOffset, byteLength } = bytes
  // Short buffers share a block of memory, where one may begin at an odd address.
  return byteOffset % 4 === 0
    ? new Float32Array(buffer, byteOffset, byteLength / 4)
    : new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength))
}

const IS_BIG_ENDIAN = endianness() === 'BE'

/** A sum of squares tells in a fraction of the time that nothing is wrong; what is wrong, only a look at each number. */
function assertDirected(vector: Float32Array): void {
  let squares = 0
  for (let index = 0; index < vector.length; index++) squares += vector[index]! * vector[index]!
  if (squares > 0 && squares < Number.POSITIVE_INFINITY) return
  let isDirected = false
  for (const value of vector) {
    if (!Number.isFinite(value)) throw mismatch('a number that is not finite as a float32')
    if (value !== 0) isDirected = true
  }
  if (!isDirected) throw mismatch('only zeros, which have no direction')
}

const mismatch = (what: string): CascadeError =>
  new CascadeError('EMBEDDING_MISMATCH', `Expected a vector of finite float32 numbers; got ${what}.`)
