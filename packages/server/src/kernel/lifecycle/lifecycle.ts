import { CascadeError, type Clock, messageOf } from '#base'
import { type Outcome, withDeadline } from './deadline.ts'
import type { KernelLog } from './kernel-log.ts'

/** `starting` → `ready` → `draining` → `stopped`; a start that fails goes straight to `draining`. */
export type Phase = 'starting' | 'ready' | 'draining' | 'stopped'

/** How long draining waits for requests and jobs in flight. */
export const DRAIN_MS = 10_000
/** How long one part may take to close. */
export const PART_STOP_MS = 5_000
/** More work in flight than this is refused, so that a stop knows what it waits for. */
export const WORK_IN_FLIGHT_MAX = 100_000

export interface LifecycleOptions {
  readonly clock: Clock
  readonly log: KernelLog
  readonly drainMs?: number
  readonly partStopMs?: number
}

/** How the process ended: what was not waited for any longer, and which parts did not close. */
export interface StopReport {
  readonly reason: string
  readonly tookMs: number
  /** Names of work still in flight when the drain limit was reached. */
  readonly abandoned: readonly string[]
  readonly errors: readonly { readonly part: string; readonly message: string }[]
}

interface Part {
  readonly name: string
  readonly dispose: () => void | Promise<void>
  closing?: Promise<void>
}

/**
 * The life of the process: which phase it is in, what must be closed, and what is still under way.
 *
 * `stop` drains (no new work, wait for what runs), then closes the parts one after the other in the reverse order of
 * their registration. A part that fails or takes too long is reported and does not keep the others open.
 */
export class Lifecycle implements AsyncDisposable {
  readonly #options: Required<LifecycleOptions>
  readonly #stopping = new AbortController()
  readonly #work = new Set<{ readonly name: string }>()
  readonly #errors: { part: string; message: string }[] = []
  #parts: Part[] = []
  #phase: Phase = 'starting'
  #stopped: Promise<StopReport> | undefined
  #drained: (() => void) | undefined

  constructor(options: LifecycleOptions) {
    this.#options = { drainMs: DRAIN_MS, partStopMs: PART_STOP_MS, ...options }
  }

  get phase(): Phase {
    return this.#phase
  }

  /** Aborted when draining begins; its reason is the reason of the stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal
  }

  get workInFlight(): number {
    return this.#work.size
  }

  /** Everything is up. Does nothing when a stop has begun meanwhile. */
  markReady(): void {
    if (this.#phase === 'starting') this.#phase = 'ready'
  }

  /**
   * Registers what is closed at the stop, before everything registered earlier. The handle closes it sooner, once.
   * What is registered after the stop is closed at once.
   */
  onStop(name: string, dispose: () => void | Promise<void>): AsyncDisposable {
    const part: Part = { name, dispose }
    this.#parts.push(part)
    if (this.#phase === 'stopped') void this.#close(part)
    return { [Symbol.asyncDispose]: () => this.#close(part) }
  }

  /**
   * Counts a request or job as under way until the handle is disposed, so that a stop waits for it.
   *
   * @throws CascadeError UNAVAILABLE once draining has begun, or with 100,000 pieces of work in flight.
   */
  trackWork(name: string): Disposable {
    if (this.#stopped !== undefined) throw new CascadeError('UNAVAILABLE', 'this instance is stopping')
    if (this.#work.size >= WORK_IN_FLIGHT_MAX) throw new CascadeError('UNAVAILABLE', 'too much work is in flight')
    const work = { name }
    this.#work.add(work)
    return {
      [Symbol.dispose]: () => {
        this.#work.delete(work)
        if (this.#work.size === 0) this.#drained?.()
      },
    }
  }

  /** Drains and closes. Every call gets the report of the first one; it never rejects. */
  stop(reason: string): Promise<StopReport> {
    this.#stopped ??= this.#stop(reason)
    return this.#stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('end of scope')
  }

  async #stop(reason: string): Promise<StopReport> {
    const { clock, log, drainMs } = this.#options
    const beganAt = clock()
    this.#phase = 'draining'
    log.info('stopping', { reason, work_in_flight: this.#work.size })
    this.#stopping.abort(new CascadeError('UNAVAILABLE', `this instance is stopping (${reason})`))
    await withDeadline(() => this.#drain(), drainMs)
    const abandoned = [...this.#work].map(({ name }) => name)
    if (abandoned.length > 0) log.warn('work was abandoned', { abandoned: countNames(abandoned), waited_ms: drainMs })
    for (let part = this.#parts.at(-1); part !== undefined; part = this.#parts.at(-1)) await this.#close(part)
    this.#phase = 'stopped'
    const tookMs = Math.max(0, clock() - beganAt)
    log.info('stopped', { reason, took_ms: tookMs, errors: this.#errors.length })
    return { reason, tookMs, abandoned, errors: [...this.#errors] }
  }

  async #drain(): Promise<void> {
    if (this.#work.size > 0) await new Promise<void>((resolve) => (this.#drained = resolve))
  }

  // The promise is kept, so that whoever asks for the same part waits for the one closing, and nothing is closed twice.
  #close(part: Part): Promise<void> {
    part.closing ??= this.#closeOnce(part)
    return part.closing
  }

  async #closeOnce(part: Part): Promise<void> {
    const limitMs = this.#options.partStopMs
    this.#record(part.name, limitMs, await withDeadline(part.dispose, limitMs))
    this.#parts = this.#parts.filter((each) => each !== part)
  }

  #record(part: string, limitMs: number, outcome: Outcome<void>): void {
    if (outcome.kind === 'done') return
    const message = outcome.kind === 'late' ? `did not close within ${limitMs} ms` : messageOf(outcome.error)
    this.#errors.push({ part, message })
    this.#options.log.error('a part did not close', { part, reason: message })
  }
}

function countNames(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries(counts)
}
