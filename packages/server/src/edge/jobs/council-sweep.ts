import { messageOf } from '#base'
import type { CouncilSessions } from '#governance'
import type { KernelLog } from '#lifecycle'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface CouncilSweepOptions {
  readonly sessions: Pick<CouncilSessions, 'look'>
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it looks whether something is voted on that the council has said nothing of. */
const COUNCIL_MS = 30_000

/** Has the council comment on what is voted on, once. */
export class CouncilSweep implements AsyncDisposable {
  readonly #options: CouncilSweepOptions
  readonly #looks: Looks

  constructor(options: CouncilSweepOptions) {
    this.#options = options
    this.#looks = new Looks((signal) => this.#look(signal), COUNCIL_MS, options.every, options.halt)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { sessions, log } = this.#options
    try {
      const { advised, troubles } = await sessions.look(signal)
      if (advised > 0) log.info('the council commented on proposals', { advised })
      for (const reason of troubles)
        log.warn('the council could not comment on a proposal; it is asked again', { reason })
    } catch (error) {
      log.warn('the council could not look at proposals; it does at the next look', { reason: messageOf(error) })
    }
  }
}
