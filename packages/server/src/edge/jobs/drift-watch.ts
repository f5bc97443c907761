import { type Clock, messageOf } from '#base'
import type { CapsuleStore } from '#capsules'
import type { MemoryDrift } from '#governance'
import type { KernelLog } from '#lifecycle'
import type { ChangeEntry } from '#store'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface DriftWatchOptions {
  readonly store: {
    head(): number
    changesSince(sequence: number, limit: number): Promise<readonly ChangeEntry[]>
    readonly capsules: Pick<CapsuleStore, 'findEmbedding'>
  }
  readonly drift: Pick<MemoryDrift, 'add' | 'tellFailing'>
  readonly clock: Clock
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

const TICK_MS = 1000
/** Entries of the log that one look follows: reading their vectors leaves the readers most of a second. */
export const LEAVES_PER_LOOK = 250
/** Entries before a start from which the baseline is learned anew: some thousand writes, several times what it looks back. */
export const LEAVES_LEARNED_MAX = 10_000
const WRITTEN = /^capsule\.(?:created|versioned)$/
const CAPSULE = 'capsule/'

/**
 * Follows the log behind the writes and tells the vectors of what was written to the measure of drift. A start learns the baseline
 * from the end of the log, so nothing of it is stored, and what was erased meanwhile is no part of it.
 */
export class DriftWatch implements AsyncDisposable {
  readonly #options: DriftWatchOptions
  readonly #looks: Looks
  #sequence: number
  #soundAt: number

  constructor(options: DriftWatchOptions) {
    this.#options = options
    this.#soundAt = options.clock()
    this.#sequence = Math.max(-1, options.store.head() - LEAVES_LEARNED_MAX)
    this.#looks = new Looks(() => this.#look(), TICK_MS, options.every, options.halt)
  }

  /** Stops after the look that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(): Promise<void> {
    const { drift, clock, log } = this.#options
    try {
      await this.#follow()
      this.#soundAt = clock()
      drift.tellFailing(undefined)
    } catch (error) {
      drift.tellFailing(this.#soundAt)
      log.warn('drift could not be measured', { reason: messageOf(error) })
    }
  }

  async #follow(): Promise<void> {
    const { store, drift } = this.#options
    for (const { sequence, leaf } of await store.changesSince(this.#sequence, LEAVES_PER_LOOK)) {
      const { version } = leaf.payload
      if (WRITTEN.test(leaf.type) && typeof version === 'string') {
        const found = await store.capsules.findEmbedding(leaf.subject.slice(CAPSULE.length), version)
        if (found !== undefined) drift.add({ subject: leaf.actor, ...found })
      }
      this.#sequence = sequence
    }
  }
}
