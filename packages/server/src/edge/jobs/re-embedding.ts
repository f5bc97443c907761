import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '#base'
import type { ModelChange } from '#capsules'
import type { KernelLog } from '#lifecycle'
import type { Grant } from '#store'
import { type Every, systemEvery } from './every.ts'

export interface ReEmbeddingOptions {
  readonly change: Pick<ModelChange, 'step'>
  /** The gate's word for a step. */
  readonly grant: () => Grant<'system.maintain'>
  readonly log: KernelLog
  readonly every?: Every
  /** Waits between two steps. */
  readonly rest?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** How often it looks whether there is something to do. */
const TICK_MS = 1000
/** A step is followed by a rest as long as the step, within these bounds: requests have half of the time at least. */
const REST_MS_MIN = 2
const REST_MS_MAX = 2000

/** Brings a change of the model forward in the background, step by step. Each step passes the gate like anyone else's. */
export class ReEmbedding implements AsyncDisposable {
  readonly #options: ReEmbeddingOptions
  readonly #stop = new AbortController()
  readonly #ticks: Disposable
  #running: Promise<void> | undefined

  constructor(options: ReEmbeddingOptions) {
    this.#options = options
    this.#ticks = (options.every ?? systemEvery)(() => this.#tick(), TICK_MS)
  }

  /** Stops after the step that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ticks[Symbol.dispose]()
    this.#stop.abort()
    await this.#running
  }

  async #tick(): Promise<void> {
    if (this.#stop.signal.aborted || this.#running) return
    this.#running = this.#work()
      .catch((error) => this.#options.log.warn('re-embedding failed', { reason: messageOf(error) }))
      .finally(() => {
        this.#running = undefined
      })
    await this.#running
  }

  async #work(): Promise<void> {
    const { change, grant, rest = restFor } = this.#options
    const { signal } = this.#stop
    for (let began = performance.now(); await change.step(grant, signal); began = performance.now()) {
      const tookMs = performance.now() - began
      await rest(Math.min(REST_MS_MAX, Math.max(REST_MS_MIN, tookMs)), signal)
      if (signal.aborted) return
    }
  }
}

async function restFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal, ref: false })
  } catch (error) {
    // Told to stop: whoever rests looks at the signal next.
    if (!signal.aborted) throw error
  }
}
