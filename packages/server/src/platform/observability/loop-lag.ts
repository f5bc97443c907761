import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Logger } from './logger.ts'

/** The event loop may be blocked for this long (ARCHITECTURE, Runtime); longer is worth a line, at `debug` at least. */
export const LAG_WARN_MS = 50
/** How long lags are gathered before they are judged and forgotten. */
export const LAG_WINDOW_MS = 5_000
/** The longest block is told for a minute, so that whoever asks as often as that misses none. */
const MAXIMA_KEPT = 60_000 / LAG_WINDOW_MS
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

/**
 * A single block is worth a warning when it is this many times the limit, which is 250 ms. What is measured is how late the
 * process was, whoever made it so: on a machine whose processors others need too, the system lets it wait for a slice or two
 * of their time without any fault of ours, and a warning that comes every day is read by nobody. What is ours shows as a
 * window that is late again and again, as the maximum in the metrics, and in the lines at `debug`.
 */
const SINGLE_BLOCK_FACTOR = 5

export interface LoopLagOptions {
  readonly log: Pick<Logger, 'warn' | 'debug'>
  readonly warnMs?: number
  readonly windowMs?: number
  readonly histogram?: DelayHistogram
}

/**
 * Watches how late the event loop is, in windows of five seconds. Warns about a window in which it was late for more than
 * 50 ms again and again, or once for more than 250 ms; one block of more than 50 ms is a line at `debug`. Does not keep the
 * process alive.
 */
export class LoopLagMonitor implements Disposable {
  readonly #log: Pick<Logger, 'warn' | 'debug'>
  readonly #warnMs: number
  readonly #histogram: DelayHistogram
  readonly #timer: NodeJS.Timeout
  #lastP99Ms = 0
  /** Of the windows of the last minute, the newest last. */
  readonly #maximaMs: number[] = []

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

  /** The longest lag of the last minute, in seconds. */
  maxSeconds(): number {
    return Math.max(lagMs(this.#histogram.max), ...this.#maximaMs) / 1000
  }

  /** Judges what was gathered and begins anew. */
  closeWindow(): void {
    const maxMs = lagMs(this.#histogram.max)
    this.#lastP99Ms = this.#p99Ms()
    this.#maximaMs.push(maxMs)
    if (this.#maximaMs.length > MAXIMA_KEPT) this.#maximaMs.shift()
    // The sample after a reset only sets the mark, so a block within 10 ms after it goes unseen; once in 500 samples.
    this.#histogram.reset()
    if (maxMs <= this.#warnMs) return
    const isGrave = this.#lastP99Ms > this.#warnMs || maxMs > this.#warnMs * SINGLE_BLOCK_FACTOR
    const fields = { blocked_ms: Math.round(maxMs), p99_ms: Math.round(this.#lastP99Ms) }
    this.#log[isGrave ? 'warn' : 'debug']('the event loop was blocked', fields)
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
