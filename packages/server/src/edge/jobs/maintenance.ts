import { type Clock, messageOf } from '#base'
import { type CapsuleContext, linkSimilarStep, settleTrust } from '#capsules'
import { type Gate, requireGrant } from '#governance'
import type { Subject } from '#identity'
import type { KernelLog } from '#lifecycle'
import type { Grant } from '#store'

export interface MaintenanceOptions {
  readonly context: CapsuleContext
  readonly gate: Gate
  /** On whose behalf it acts. */
  readonly subject: Subject
  readonly clock: Clock
  readonly log: KernelLog
}

/** How often it looks whether there is something to do. */
const TICK_MS = 1000
/** Links by similarity wait until nobody has written for this long: they cost a search per capsule. */
const IDLE_MS = 3000
/** After a failure it stays away this long. */
const AFTER_FAILURE_MS = 30_000

/**
 * The background care of the store: raises trust that may rise again, and links what is similar in meaning while the
 * instance is idle. Each piece of work passes the gate like anyone else's.
 */
export class Maintenance implements AsyncDisposable {
  readonly #options: MaintenanceOptions
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | undefined
  #head = -1
  #quietSince = 0
  #restingUntil = 0

  constructor(options: MaintenanceOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort()
    await this.#running
  }

  #tick(): void {
    const now = this.#options.clock()
    if (this.#running || now < this.#restingUntil) return
    this.#running = this.#work(now)
      .catch((error) => {
        this.#restingUntil = now + AFTER_FAILURE_MS
        this.#options.log.warn('maintenance failed', { reason: messageOf(error) })
      })
      .finally(() => {
        this.#running = undefined
      })
  }

  async #work(now: number): Promise<void> {
    const { context } = this.#options
    await settleTrust(context, () => this.#grant(), this.#stop.signal)
    if (!this.#isIdle(now)) return
    if (await linkSimilarStep(context, () => this.#grant())) this.#head = context.store.head()
  }

  /** Its own writes do not count as traffic: `#head` is moved past them. */
  #isIdle(now: number): boolean {
    const head = this.#options.context.store.head()
    if (head !== this.#head) {
      this.#head = head
      this.#quietSince = now
    }
    return now - this.#quietSince >= IDLE_MS
  }

  #grant(): Grant<'system.maintain'> {
    const { context, gate, subject } = this.#options
    const request = {
      action: 'system.maintain',
      resource: 'capsule/*',
      subject,
      correlationId: context.newId(),
    } as const
    return requireGrant(gate.decide(request))
  }
}
