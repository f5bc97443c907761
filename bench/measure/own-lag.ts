import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 10

/** How late the event loop of this process was while something ran. */
export interface Lag {
  readonly p99Ms: number
  readonly maxMs: number
}

export async function withLag<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly lag: Lag }> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  const value = await work()
  histogram.disable()
  // The histogram holds the whole time between two samples; what exceeds the interval is lag.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  return { value, lag: { p99Ms: late(histogram.percentile(99)), maxMs: late(histogram.max) } }
}
