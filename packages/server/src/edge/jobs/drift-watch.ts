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
    readonly capsules: Pick<CapsuleStore, 'findEmbeddings'>
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
/**
 * Entries before a start from which the baseline is learned anew: some thousand writes, several times what it looks back. A load that
 * brings more at a stroke is not followed one by one either: its end tells what came of it.
 */
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
    this.#sequence = -1
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
    this.#sequence = Math.max(this.#sequence, store.head() - LEAVES_LEARNED_MAX)
    const entries = await store.changesSince(this.#sequence, LEAVES_PER_LOOK)
    const written = entries.flatMap(({ leaf: { type, subject, actor, payload } }) =>
      WRITTEN.test(type) && typeof payload.version === 'string'
        ? [{ id: subject.slice(CAPSULE.length), version: payload.version, subject: actor }]
        : [],
    )
    // In one go: each alone would stand in the way of a reader.
    const found = written.length > 0 ? await store.capsules.findEmbeddings(written) : []
    for (const [at, embedding] of found.entries()) {
      const { subject = '' } = written[at] ?? {}
      if (embedding !== undefined) drift.add({ subject, ...embedding })
    }
    this.#sequence = entries.at(-1)?.sequence ?? this.#sequence
  }
}
