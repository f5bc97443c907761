import { messageOf } from '#base'
import type { DecisionOutcomes } from '#governance'
import type { KernelLog } from '#lifecycle'
import type { Records } from '#store'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface OutcomeSweepOptions {
  readonly outcomes: Pick<DecisionOutcomes, 'sweep'>
  readonly records: Records
  /** Id of the subject that tells what nobody else can. */
  readonly by: string
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it looks for what was allowed and has no outcome. */
export const OUTCOME_SWEEP_MS = 60 * 60 * 1000

/** Finds what acts outside the store and was left without an outcome when a process ended; at once at its start. */
export class OutcomeSweep implements AsyncDisposable {
  readonly #options: OutcomeSweepOptions
  readonly #looks: Looks

  constructor(options: OutcomeSweepOptions) {
    this.#options = options
    this.#looks = new Looks((signal) => this.#look(signal), OUTCOME_SWEEP_MS, options.every, options.halt)
    void this.#looks.now()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { outcomes, records, by, log } = this.#options
    try {
      const found = await outcomes.sweep(records, by, signal)
      if (found > 0) log.warn('nobody knows what became of what was begun before an end', { decisions: found })
    } catch (error) {
      log.warn('outcomes could not be looked after; they are at the next look', { reason: messageOf(error) })
    }
  }
}
