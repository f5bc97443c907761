import { messageOf } from '#base'
import type { ProposalCourse } from '#governance'
import type { KernelLog } from '#lifecycle'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface ProposalSweepOptions {
  readonly course: Pick<ProposalCourse, 'sweep'>
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it looks whether a vote is to be opened or closed, or something to be carried out. */
const PROPOSALS_MS = 1000

/** Opens and closes votes in their time, and carries out what was passed; at once at its start. */
export class ProposalSweep implements AsyncDisposable {
  readonly #options: ProposalSweepOptions
  readonly #looks: Looks

  constructor(options: ProposalSweepOptions) {
    this.#options = options
    this.#looks = new Looks((signal) => this.#look(signal), PROPOSALS_MS, options.every, options.halt)
    void this.#looks.now()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { course, log } = this.#options
    try {
      const { opened, closed, executed, troubles } = await course.sweep(signal)
      if (opened + closed + executed > 0) log.info('proposals went on', { opened, closed, executed })
      for (const reason of troubles)
        log.warn('a proposal could not be looked after; it is at the next look', { reason })
    } catch (error) {
      log.warn('proposals could not be looked after; they are at the next look', { reason: messageOf(error) })
    }
  }
}
