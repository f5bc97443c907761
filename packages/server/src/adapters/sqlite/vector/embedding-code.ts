import { CascadeError } from '#base'
import { ROW_LEVELS } from './kernel/layout.ts'

/** Widest embedding that a space takes; the scratch area of a reader is laid out for it. */
export const DIMENSIONS_MAX = 4096

/** Bytes of a code: the dimensions, padded with zeros to whole cache lines. */
export const codeWidth = (dimensions: number): number => Math.ceil(dimensions / 64) * 64

/** As {@link ROW_LEVELS}, of a query's code. */
const QUERY_LEVELS = 63
/** The kernel's instruction takes the query as 0..127, so that its values are shifted by this much. */
export const QUERY_SHIFT = 64

/**
 * Euclidean length of an embedding.
 *
 * @throws CascadeError EMBEDDING_MISMATCH when it has other dimensions, holds NaN or an infinity, or is all zero.
 */
export function embeddingLength(vector: Float32Array, dimensions: number): number {
  assertDimensions(vector.length, dimensions)
  let squares = 0
  for (let index = 0; index < dimensions; index++) squares += vector[index]! * vector[index]!
  assertDirection(squares)
  return Math.sqrt(squares)
}

/** @throws CascadeError EMBEDDING_MISMATCH when these are not so many numbers as the space has dimensions. */
export function assertDimensions(numbers: number, dimensions: number): void {
  if (numbers !== dimensions) throw mismatch(`${dimensions} numbers expected, ${numbers} came`)
}

/**
 * @param squares sum of the squares, in double precision: squares of float32 numbers neither overflow nor vanish there,
 * so only a bad number makes the sum one.
 * @throws CascadeError EMBEDDING_MISMATCH when a number was not finite, or all were zero.
 */
export function assertDirection(squares: number): void {
  if (!Number.isFinite(squares)) throw mismatch('every number must be finite')
  if (squares === 0) throw mismatch('a vector of zeros has no direction')
}

/** The embedding at length 1, so that inner products are cosines. @throws CascadeError EMBEDDING_MISMATCH as above. */
export function normalise(vector: Float32Array): Float32Array {
  const length = embeddingLength(vector, vector.length)
  return vector.map((value) => value / length)
}

/** A query as two parts of 7 bits, the second for what the first leaves: `q = coarseStep*coarse + fineStep*fine + rest`. */
export interface QueryCode {
  /** Values -63..63 shifted by QUERY_SHIFT. */
  readonly coarse: Uint8Array
  readonly fine: Uint8Array
  readonly coarseStep: number
  readonly fineStep: number
  /** The most that the fine part can add to a score. */
  readonly fineMost: number
  /** The most that the rest can add to a score. */
  readonly restMost: number
}

/** @throws CascadeError EMBEDDING_MISMATCH as above. */
export function encodeQuery(vector: Float32Array, dimensions: number): QueryCode {
  const length = embeddingLength(vector, dimensions)
  const unit = new Float64Array(dimensions)
  for (let index = 0; index < dimensions; index++) unit[index] = vector[index]! / length
  const coarse = quantiseQuery(unit)
  const fine = quantiseQuery(coarse.rest)
  const most = codeLengthMost(dimensions)
  return {
    coarse: coarse.levels,
    fine: fine.levels,
    coarseStep: coarse.step,
    fineStep: fine.step,
    fineMost: (lengthOf(coarse.rest) + lengthOf(fine.rest)) * most,
    restMost: lengthOf(fine.rest) * most,
  }
}

/** Inner product in double precision; of unit vectors, their cosine. */
export function dotExact(left: Float32Array, right: Float32Array): number {
  let sum = 0
  for (let index = 0; index < left.length; index++) sum += left[index]! * right[index]!
  return sum
}

function quantiseQuery(vector: Float64Array): { levels: Uint8Array; step: number; rest: Float64Array } {
  const levels = new Uint8Array(codeWidth(vector.length)).fill(QUERY_SHIFT)
  const rest = new Float64Array(vector.length)
  const step = Math.fround(largestMagnitude(vector) / QUERY_LEVELS)
  if (step === 0) return { levels, step, rest: vector }
  const perStep = 1 / step
  for (let index = 0; index < vector.length; index++) {
    // Positive before it is cut off, so that cutting off rounds to the nearest level.
    const level = Math.min(2 * QUERY_LEVELS + 1, Math.max(1, (vector[index]! * perStep + QUERY_SHIFT + 0.5) | 0))
    levels[index] = level
    rest[index] = vector[index]! - step * (level - QUERY_SHIFT)
  }
  return { levels, step, rest }
}

/** The longest that a row's `scale * code` can be: its unit vector and half a level in every dimension. */
const codeLengthMost = (dimensions: number): number => 1 + Math.sqrt(dimensions) / (2 * ROW_LEVELS)

function largestMagnitude(vector: Float32Array | Float64Array): number {
  let largest = 0
  for (let index = 0; index < vector.length; index++) {
    const magnitude = Math.abs(vector[index]!)
    if (magnitude > largest) largest = magnitude
  }
  return largest
}

function lengthOf(vector: Float64Array): number {
  let squares = 0
  for (let index = 0; index < vector.length; index++) squares += vector[index]! * vector[index]!
  return Math.sqrt(squares)
}

const mismatch = (detail: string): CascadeError => new CascadeError('EMBEDDING_MISMATCH', detail)
