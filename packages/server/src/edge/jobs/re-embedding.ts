import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '#base'
import type { ModelChange } from '#capsules'
import type { KernelLog } from '#lifecycle'
import type { Grant } from '#store'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface ReEmbeddingOptions {
  readonly change: Pick<ModelChange, 'step'>
  /** The gate's word for a step. */
  readonly grant: () => Grant<'system.maintain'>
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
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
  readonly #looks: Looks

  constructor(options: ReEmbeddingOptions) {
    this.#options = options
    this.#looks = new Looks((signal) => this.#look(signal), TICK_MS, options.every, options.halt)
  }

  /** Stops after the step that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      await this.#work(signal)
    } catch (error) {
      this.#options.log.warn('re-embedding failed', { reason: messageOf(error) })
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { change, grant, rest = restFor } = this.#options
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
