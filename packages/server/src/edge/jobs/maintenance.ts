import type { RecordType } from '@forge-cascade/contract/vocabulary'
import { type Clock, isWithin, messageOf } from '#base'
import { type CapsuleContext, linkSimilarStep, settleTrust } from '#capsules'
import type { Gate } from '#governance'
import type { Subject } from '#identity'
import type { KernelLog } from '#lifecycle'
import type { Grant } from '#store'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface MaintenanceOptions {
  readonly context: CapsuleContext
  readonly gate: Gate
  /** On whose behalf it acts. */
  readonly subject: Subject
  readonly clock: Clock
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it looks whether there is something to do. */
export const TICK_MS = 1000
/** Links by similarity wait until nobody has written for this long: they cost a search per capsule. */
export const IDLE_MS = 3000
/** Between two steps of linking while somebody reads: each takes from their searches what a search takes. */
export const BESIDE_READERS_MS = 5000
/** After a failure it stays away this long. */
export const AFTER_FAILURE_MS = 30_000
/** Entries of the log that are looked at for traffic; more of them are traffic, whatever they say. */
const NEWS_SEEN = 50
const QUIET: ReadonlySet<string> = new Set<RecordType>([
  'decision.made',
  'decision.gathered',
  'decision.ended',
  'capsule.similar_linked',
  'capsule.trust_settled',
  'mesh.advanced',
])

/**
 * The background care of the store: raises trust that may rise again, and links what is similar in meaning while the
 * instance is idle, and less often while it is read. Each piece of work passes the gate like anyone else's.
 */
export class Maintenance implements AsyncDisposable {
  readonly #options: MaintenanceOptions
  readonly #looks: Looks
  #head = -1
  #quietSince: number
  #readAt = Number.NEGATIVE_INFINITY
  #linkedAt = Number.NEGATIVE_INFINITY
  #failedAt = Number.NEGATIVE_INFINITY

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#quietSince = options.clock()
    this.#looks = new Looks((signal) => this.#look(signal), TICK_MS, options.every, options.halt)
  }

  /** Stops after the command that is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const now = this.#options.clock()
    if (isWithin(now, this.#failedAt, AFTER_FAILURE_MS)) return
    try {
      await this.#work(now, signal)
    } catch (error) {
      this.#failedAt = now
      this.#options.log.warn('maintenance failed', { reason: messageOf(error) })
    }
  }

  async #work(now: number, signal: AbortSignal): Promise<void> {
    const { context } = this.#options
    await settleTrust(context, () => this.#grant(), signal)
    if (signal.aborted || !(await this.#isIdle(now)) || this.#leavesToReaders(now)) return
    this.#linkedAt = now
    await linkSimilarStep(context, () => this.#grant())
  }

  /** True when nobody has written for a while; what is written of reading, and by this job itself, is no traffic. */
  async #isIdle(now: number): Promise<boolean> {
    const { store } = this.#options.context
    if (store.head() !== this.#head) {
      const news = await store.changesSince(this.#head, NEWS_SEEN)
      this.#head = news.length < NEWS_SEEN ? (news.at(-1)?.sequence ?? this.#head) : store.head()
      if (news.length === NEWS_SEEN || news.some(({ leaf }) => !QUIET.has(leaf.type))) this.#quietSince = now
      if (news.some(({ leaf }) => leaf.type === 'decision.gathered')) this.#readAt = now
    }
    return !isWithin(now, this.#quietSince, IDLE_MS)
  }

  /** Whether somebody reads now, and the last step was a moment ago. */
  #leavesToReaders(now: number): boolean {
    return isWithin(now, this.#readAt, 2 * TICK_MS) && isWithin(now, this.#linkedAt, BESIDE_READERS_MS)
  }

  #grant(): Grant<'system.maintain'> {
    const { context, gate, subject } = this.#options
    const request = {
      action: 'system.maintain',
      resource: 'capsule/*',
      subject,
      correlationId: context.newId(),
    } as const
    return gate.retried(request)
  }
}
