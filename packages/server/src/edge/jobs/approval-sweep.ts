import { messageOf } from '#base'
import type { Approvals } from '#governance'
import type { KernelLog } from '#lifecycle'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface ApprovalSweepOptions {
  readonly approvals: Pick<Approvals, 'sweep'>
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it looks for what an end of the process left approved, and for what waited too long. */
export const SWEEP_MS = 60_000

/** Carries out what was approved and is not carried out yet, and ends what waited for too long; at once at its start. */
export class ApprovalSweep implements AsyncDisposable {
  readonly #options: ApprovalSweepOptions
  readonly #looks: Looks

  constructor(options: ApprovalSweepOptions) {
    this.#options = options
    this.#looks = new Looks((signal) => this.#look(signal), SWEEP_MS, options.every, options.halt)
    void this.#looks.now()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { approvals, log } = this.#options
    try {
      const { carriedOut, expired } = await approvals.sweep(signal)
      if (carriedOut > 0) log.info('approved requests were carried out that had been left', { carried_out: carriedOut })
      if (expired > 0) log.info('requests expired that nobody decided on', { expired })
    } catch (error) {
      log.warn('approved requests could not be looked after; they are at the next look', { reason: messageOf(error) })
    }
  }
}
