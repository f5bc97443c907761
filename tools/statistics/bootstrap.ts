import { createRandom } from '../../bench/data/random.ts'
import { middle } from './summary.ts'

export interface BootstrapOptions {
  /** Draws with replacement of which the median is taken. */
  readonly resamples: number
  /** Of the generator (Mulberry32): the same seed gives the same interval. */
  readonly seed: number
}

const LEVEL = 0.95

/**
 * The 95 % confidence interval of the median by the percentile bootstrap: the 2.5th and the 97.5th percentile (linear between
 * neighbours) of the medians of samples that were drawn with replacement.
 *
 * @see Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3
 * @throws RangeError for no values.
 */
export function medianInterval(
  values: readonly number[],
  { resamples, seed }: BootstrapOptions,
): readonly [low: number, high: number] {
  if (values.length === 0) throw new RangeError('an interval needs at least one value')
  const sorted = Float64Array.from(values).sort()
  const random = createRandom(seed)
  const medians = Float64Array.from({ length: resamples }, () => drawnMedian(sorted, random)).sort()
  return [percentile(medians, (1 - LEVEL) / 2), percentile(medians, (1 + LEVEL) / 2)]
}

/** The median of as many draws as there are values, by counting how often each was drawn. */
function drawnMedian(sorted: Float64Array, random: () => number): number {
  const { length } = sorted
  const drawn = new Uint32Array(length)
  for (let draw = 0; draw < length; draw++) drawn[Math.floor(random() * length)]! += 1
  const [low, high] = [(length - 1) >> 1, length >> 1]
  let [seen, first] = [0, Number.NaN]
  for (let at = 0; at < length; at++) {
    seen += drawn[at]!
    if (seen > low && Number.isNaN(first)) first = sorted[at]!
    if (seen > high) return middle(first, sorted[at]!)
  }
  return first
}

function percentile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
  return low === high ? low : low + (high - low) * (place - Math.floor(place))
}
