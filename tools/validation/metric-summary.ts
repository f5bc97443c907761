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
  /**
   * Mann-Whitney U, two-sided, against the samples of an earlier record; null where there is none. One of another environment is
   * not compared: what differs is named instead.
   */
  compared: z
    .union([
      z.strictObject({ sha256: z.string(), median: z.number(), u: z.number(), p: z.number() }),
      z.strictObject({ sha256: z.string(), not_compared: z.string() }),
    ])
    .nullable(),
})
export type MetricSummary = z.infer<typeof metricSummary>

/** What an earlier record says of the same metric, with the digest of its file. */
export interface EarlierSamples {
  readonly samples: readonly number[]
  readonly sha256: string
  /** Why a difference says nothing of what was measured; undefined where it does. */
  readonly incomparable: string | undefined
}

/** What samples come to. */
export function summarize(samples: readonly number[], before?: EarlierSamples): MetricSummary {
  const variation = coefficientOfVariation(samples) ?? null
  const [low, high] = medianInterval(samples, BOOTSTRAP)
  const method = 'percentile bootstrap of the median, Mulberry32'
  return {
    median: median(samples),
    interval: { level: 0.95, method, ...BOOTSTRAP, low, high },
    variation,
    unsteady: variation !== null && variation > STEADY_MAX,
    compared: before ? comparison(samples, before) : null,
  }
}

function comparison(samples: readonly number[], before: EarlierSamples): MetricSummary['compared'] {
  const { sha256, incomparable } = before
  if (incomparable !== undefined) return { sha256, not_compared: incomparable }
  return { sha256, median: median(before.samples), ...mannWhitney(samples, before.samples) }
}
