import { CascadeError } from '#base'

export const DIMENSIONS_MAX = 4096

/** @throws CascadeError EMBEDDING_MISMATCH for a vector without direction: empty, all zero, or not finite. */
export function assertVector(vector: Float32Array): void {
  const length = Math.hypot(...vector)
  if (!(length > 0 && Number.isFinite(length))) {
    throw new CascadeError('EMBEDDING_MISMATCH', 'a vector is finite numbers, not all zero')
  }
}

/** Cosine of the angle, -1 to 1. Both have the same length and a direction. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let index = 0; index < a.length; index++) {
    dot += a[index]! * b[index]!
    aa += a[index]! ** 2
    bb += b[index]! ** 2
  }
  return Math.max(-1, Math.min(1, dot / Math.sqrt(aa * bb)))
}
