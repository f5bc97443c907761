import { z } from 'zod'
import { medianInterval } from '../statistics/bootstrap.ts'
import { mannWhitney } from '../statistics/mann-whitney.ts'
import { coefficientOfVariation, median } from '../statistics/summary.ts'

/** Values that spread further than this say little. */
const STEADY_MAX = 0.1
/** So that everybody who has the samples finds the same interval. */
const BOOTSTRAP = { resamples: 10_000, seed: 20_260_301 } as const

export const metricSummary = z.strictObject({
  median: z.number(),
  interval: z.strictObject({
    level: z.literal(0.95),
    method: z.literal('percentile bootstrap of the median, Mulberry32'),
    ...{ resamples: z.int(), seed: z.int(), low: z.number(), high: z.number() },
  }),
  /** Standard deviation by the mean; null where there is none. */
  variation: z.number().nullable(),
  /** True where the variation is above 0.1. */
  unsteady: z.boolean(),
  /** Mann-Whitney U, two-sided, against the samples of an earlier record; null where there is none. */
  compared: z.strictObject({ sha256: z.string(), median: z.number(), u: z.number(), p: z.number() }).nullable(),
})
export type MetricSummary = z.infer<typeof metricSummary>

/** What samples come to. @param before those of an earlier record, with the digest of its file. */
export function summarize(
  samples: readonly number[],
  before?: { readonly samples: readonly number[]; readonly sha256: string },
): MetricSummary {
  const variation = coefficientOfVariation(samples) ?? null
  const [low, high] = medianInterval(samples, BOOTSTRAP)
  const method = 'percentile bootstrap of the median, Mulberry32'
  return {
    median: median(samples),
    interval: { level: 0.95, method, ...BOOTSTRAP, low, high },
    variation,
    unsteady: variation !== null && variation > STEADY_MAX,
    compared: before
      ? { sha256: before.sha256, median: median(before.samples), ...mannWhitney(samples, before.samples) }
      : null,
  }
}
