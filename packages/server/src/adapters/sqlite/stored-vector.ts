import { CascadeError } from '#base'
import { DIMENSIONS_MAX } from './vector/index.ts'

/** @throws CascadeError EMBEDDING_MISMATCH for a vector without direction: empty, too long, all zero, or not finite. */
export function assertVector(vector: Float32Array): void {
  let squares = 0
  for (let index = 0; index < vector.length; index++) squares += vector[index]! * vector[index]!
  if (squares > 0 && Number.isFinite(squares) && vector.length <= DIMENSIONS_MAX) return
  throw new CascadeError('EMBEDDING_MISMATCH', `a vector is 1 to ${DIMENSIONS_MAX} finite numbers, not all zero`)
}

export const vectorBytes = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** The numbers of a stored vector; copied only where its bytes do not begin on a multiple of four. */
export function toVector(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}
