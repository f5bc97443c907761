import { type Clock, isWithin, messageOf } from '#base'
import type { Archives, ArchiveTarget, Refusal } from '#capsules'
import type { KernelLog } from '#lifecycle'
import type { Metrics } from '#observability'
import type { Grant } from '#store'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface RetentionOptions {
  readonly archives: Pick<Archives, 'archive' | 'tellHeld' | 'tidy'>
  /** What is due by now, as the configuration says. */
  readonly due: () => ArchiveTarget
  /** The gate's word for one look. */
  readonly grant: () => Grant<'capsule.offload'>
  readonly clock: Clock
  readonly log: KernelLog
  readonly metrics: Pick<Metrics, 'count' | 'set'>
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it is asked whether a look is due. */
const TICK_MS = 60_000
/** Days are counted, so that an hour is early enough. */
export const LOOK_EVERY_MS = 60 * 60 * 1000

/**
 * Moves what has reached its retention into the archive, and ends what an interruption or a place that was away has left
 * there. One look at a time; each passes the gate like anyone else's.
 */
export class RetentionJob implements AsyncDisposable {
  readonly #options: RetentionOptions
  readonly #looks: Looks
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(options: RetentionOptions) {
    this.#options = options
    this.#looks = new Looks((signal) => this.#look(signal), TICK_MS, options.every, options.halt)
  }

  /** Stops after the segment that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { clock, log, metrics } = this.#options
    const now = clock()
    if (isWithin(now, this.#lookedAt, LOOK_EVERY_MS)) return
    this.#lookedAt = now
    try {
      await this.#work(signal)
    } catch (error) {
      metrics.count('cascade_archive_failures_total', 1)
      log.warn('retention failed; it is tried again at the next look', { reason: messageOf(error) })
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { archives, due, grant, log, metrics, clock } = this.#options
    await archives.tidy(grant)
    const stayed = new Map<string, Refusal>()
    let moved = 0
    for (let isMore = true; isMore && !signal.aborted; ) {
      const outcome = await archives.archive({ grant: grant() }, without(due(), stayed), {
        reason: 'retention',
        signal,
      })
      isMore = outcome.isMore
      moved += outcome.capsules
      for (const refusal of outcome.refused) stayed.set(refusal.id, refusal)
    }
    metrics.count('cascade_archived_capsules_total', moved)
    metrics.set('cascade_retention_held', await archives.tellHeld(grant(), [...stayed.values()]))
    metrics.set('cascade_retention_last_look_seconds', clock() / 1000)
    if (moved > 0) log.info('retention moved capsules into the archive', { moved, stayed: stayed.size })
  }
}

/** What was refused at this look is not asked for again in it, or it would stand before what can move. */
const without = (target: ArchiveTarget, stayed: ReadonlyMap<string, Refusal>): ArchiveTarget =>
  target.kind === 'named' ? target : { ...target, isDue: (one) => !stayed.has(one.id) && target.isDue(one) }
