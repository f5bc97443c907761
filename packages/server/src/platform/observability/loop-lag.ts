import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Logger } from './logger.ts'

/** The event loop may be blocked for this long (ARCHITECTURE, Runtime); longer is worth a line. */
export const LAG_WARN_MS = 50
/** How long lags are gathered before they are judged and forgotten. */
export const LAG_WINDOW_MS = 5_000
/** How often the loop is sampled. */
const RESOLUTION_MS = 10
const NS_PER_MS = 1e6

/** What is used of Node's histogram of the time between samples, in nanoseconds. */
export interface DelayHistogram {
  readonly max: number
  percentile(percent: number): number
  reset(): void
  enable(): unknown
  disable(): unknown
}

/** A busy machine makes everyone late now and then; one block is worth a line when it is this many times the limit. */
const SINGLE_BLOCK_FACTOR = 5

export interface LoopLagOptions {
  readonly log: Pick<Logger, 'warn'>
  readonly warnMs?: number
  readonly windowMs?: number
  readonly histogram?: DelayHistogram
}

/**
 * Watches how late the event loop is, in windows of five seconds, and warns about a window in which it was late for more
 * than 50 ms again and again, or once for more than 250 ms. Does not keep the process alive.
 */
export class LoopLagMonitor implements Disposable {
  readonly #log: Pick<Logger, 'warn'>
  readonly #warnMs: number
  readonly #histogram: DelayHistogram
  readonly #timer: NodeJS.Timeout
  #lastP99Ms = 0

  constructor({ log, warnMs = LAG_WARN_MS, windowMs = LAG_WINDOW_MS, histogram }: LoopLagOptions) {
    this.#log = log
    this.#warnMs = warnMs
    this.#histogram = histogram ?? monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    this.#histogram.enable()
    this.#timer = setInterval(() => this.closeWindow(), windowMs)
    this.#timer.unref()
  }

  /** The 99th percentile of the lag in seconds: the worse of the window before and the one under way. */
  p99Seconds(): number {
    return Math.max(this.#lastP99Ms, this.#p99Ms()) / 1000
  }

  /** Judges what was gathered and begins anew. */
  closeWindow(): void {
    const maxMs = lagMs(this.#histogram.max)
    this.#lastP99Ms = this.#p99Ms()
    // The sample after a reset only sets the mark, so a block within 10 ms after it goes unseen; once in 500 samples.
    this.#histogram.reset()
    if (this.#lastP99Ms > this.#warnMs || maxMs > this.#warnMs * SINGLE_BLOCK_FACTOR)
      this.#log.warn('the event loop was blocked', {
        blocked_ms: Math.round(maxMs),
        p99_ms: Math.round(this.#lastP99Ms),
      })
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#histogram.disable()
  }

  #p99Ms(): number {
    return lagMs(this.#histogram.percentile(99))
  }
}

/** The histogram holds the whole time between two samples; what exceeds the interval is lag. */
const lagMs = (nanoseconds: number): number => Math.max(0, nanoseconds / NS_PER_MS - RESOLUTION_MS)
