/** Wall times of one thing, milliseconds. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly samples: number
  /** What `p50` is the middle of: the times themselves, or the p50 of each round. */
  readonly middles: readonly number[]
}

export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

export function quantilesOf(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b)
  return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), samples: times.length, middles: times }
}

export const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

/** The median over rounds of each quantile: a noisy neighbour spoils a round, not the result. */
export function medianOf(rounds: readonly Quantiles[]): Quantiles {
  return {
    p50: median(rounds.map(({ p50 }) => p50)),
    p95: median(rounds.map(({ p95 }) => p95)),
    samples: rounds.reduce((sum, { samples }) => sum + samples, 0),
    middles: rounds.map(({ p50 }) => p50),
  }
}

/** Milliseconds that each call takes, one after another. */
export async function timeEach<T>(
  items: readonly T[],
  call: (item: T) => Promise<unknown>,
): Promise<readonly number[]> {
  const times: number[] = []
  for (const item of items) {
    const startedAt = performance.now()
    await call(item)
    times.push(performance.now() - startedAt)
  }
  return times
}
