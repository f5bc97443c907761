/** The middle value; of an even number the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, two) => one - two)
  const half = sorted.length >> 1
  if (sorted.length === 0) return Number.NaN
  return sorted.length % 2 === 1 ? sorted[half]! : middle(sorted[half - 1]!, sorted[half]!)
}

/** Halved first: the sum of two large numbers may be none. */
export const middle = (one: number, two: number): number => one / 2 + two / 2

/**
 * Standard deviation (n − 1) by the mean: how far the values spread, without their unit. Undefined for fewer than two, and
 * where the mean is 0.
 */
export function coefficientOfVariation(values: readonly number[]): number | undefined {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0)
  if (values.length < 2 || mean === 0) return undefined
  const squares = values.reduce((sum, value) => sum + ((value - mean) / mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}
