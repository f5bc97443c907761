import type { LoopLagMonitor } from './loop-lag.ts'
import type { GaugeSource } from './metrics.ts'

/** What the process says of itself: memory, start, and how late its event loop is. */
export function processGauges(lag: Pick<LoopLagMonitor, 'p99Seconds' | 'maxSeconds'>): GaugeSource {
  const startedAt = performance.timeOrigin / 1000
  return () => ({
    process_resident_memory_bytes: process.memoryUsage.rss(),
    process_start_time_seconds: startedAt,
    cascade_event_loop_lag_seconds: lag.p99Seconds(),
    cascade_event_loop_lag_max_seconds: lag.maxSeconds(),
  })
}
