import { type Clock, isWithin, messageOf } from '#base'
import type { HealthFinding } from '#boot'
import type { Erasures, ErasureTrouble } from '#capsules'
import type { KernelLog } from '#lifecycle'
import type { Finding, Grant } from '#store'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface UnfinishedErasuresOptions {
  readonly erasures: Pick<Erasures, 'goOn'>
  readonly grant: () => Grant<'capsule.erase'>
  readonly clock: Clock
  readonly log: KernelLog
  /** What was left when the instance started. */
  readonly troubles: readonly ErasureTrouble[]
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it looks whether an erasure has begun and is not complete. */
export const LOOK_MS = 5_000
/** After a failure it waits this long, and twice as long after each further one. */
export const RETRY_MS = { first: 10_000, last: 10 * 60_000 } as const

/**
 * Goes on with erasures that have begun and failed on the way, such as at a place for copies that is away, until they are
 * complete. What they are about is gone from the store by then; copies of it may still be there, and that is said.
 */
export class UnfinishedErasures implements AsyncDisposable {
  readonly #options: UnfinishedErasuresOptions
  readonly #looks: Looks
  #troubles: readonly ErasureTrouble[]
  #failures: number
  #triedAt: number

  constructor(options: UnfinishedErasuresOptions) {
    this.#options = options
    this.#troubles = options.troubles
    this.#failures = options.troubles.length > 0 ? 1 : 0
    this.#triedAt = options.clock()
    this.#looks = new Looks(() => this.#look(), LOOK_MS, options.every, options.halt)
  }

  /** For probes, which anyone may read. */
  get health(): HealthFinding {
    const count = this.#troubles.length
    if (count === 0) return { status: 'ok', detail: 'all are complete' }
    return { status: 'degraded', detail: `${count} not complete: copies may hold what was erased; tried again` }
  }

  /** For the doctor. */
  get finding(): Finding {
    const [first] = this.#troubles
    if (!first) return { check: 'erasures', ok: true, detail: 'all are complete' }
    const more = this.#troubles.length > 1 ? `, and ${this.#troubles.length - 1} more` : ''
    return { check: 'erasures', ok: false, detail: `${first.id} is not complete: ${first.reason}${more}` }
  }

  /** An attempt that is under way ends with the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(): Promise<void> {
    const { erasures, grant, clock, log } = this.#options
    if (isWithin(clock(), this.#triedAt, this.#waitMs())) return
    try {
      const { completed, troubles } = await erasures.goOn(grant)
      if (completed > 0) log.info('erasures were completed that had failed on the way', { completed })
      this.#troubles = troubles
    } catch (error) {
      this.#troubles = [{ id: 'an erasure', reason: messageOf(error), cause: error }]
    }
    this.#failures = this.#troubles.length > 0 ? this.#failures + 1 : 0
    this.#triedAt = clock()
    for (const { id, reason } of this.#troubles)
      log.warn('an erasure is not complete', { erasure: id, reason, next_try_s: this.#waitMs() / 1000 })
  }

  #waitMs(): number {
    return this.#failures === 0 ? 0 : Math.min(RETRY_MS.last, RETRY_MS.first * 2 ** (this.#failures - 1))
  }
}
