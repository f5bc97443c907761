import { messageOf } from '#base'
import type { HealthFinding } from '#boot'
import type { KernelLog } from '#lifecycle'
import type { Finding } from '#store'

export interface StoreCheckOptions {
  /** Looks for damage: the doctor's quick look, which sees how things fit together and not every byte. */
  readonly look: () => Promise<readonly Finding[]>
  readonly log: KernelLog
  /** Calls `work` once after `ms`, unless it is disposed of before. */
  readonly later?: (work: () => Promise<void>, ms: number) => Disposable
}

/** The first questions after a start have the processor to themselves. */
export const AFTER_START_MS = 1000

const systemLater: Required<StoreCheckOptions>['later'] = (work, ms) => {
  const timer = setTimeout(() => void work(), ms).unref()
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

/**
 * The doctor's quick look, once after each start. It grows with the store, so the instance answers meanwhile: what it
 * finds is an error in the log and fails `ready` from then on.
 */
export class StoreCheck implements Disposable {
  readonly #options: StoreCheckOptions
  readonly #waiting: Disposable
  #finding: HealthFinding = { status: 'ok', detail: 'not looked through yet' }
  #disposed = false

  constructor(options: StoreCheckOptions) {
    this.#options = options
    this.#waiting = (options.later ?? systemLater)(() => this.look(), AFTER_START_MS)
  }

  get finding(): HealthFinding {
    return this.#finding
  }

  /** A look that is under way ends with the store. */
  [Symbol.dispose](): void {
    this.#disposed = true
    this.#waiting[Symbol.dispose]()
  }

  /** Looks again, such as after a repair. */
  async look(): Promise<void> {
    const { look, log } = this.#options
    if (this.#disposed) return
    try {
      const bad = (await look()).filter(({ ok }) => !ok)
      for (const { check, detail } of bad) log.error('the store is damaged', { check, reason: detail })
      this.#finding = bad.length === 0 ? SOUND : { status: 'failed', detail: `damaged: ${namesOf(bad)}` }
    } catch (error) {
      if (this.#disposed) return
      log.warn('the store could not be looked through', { reason: messageOf(error) })
      this.#finding = { status: 'degraded', detail: 'it could not be looked through; see the log' }
    }
  }
}

const SOUND: HealthFinding = { status: 'ok', detail: 'nothing wrong' }

const namesOf = (findings: readonly Finding[]): string => findings.map(({ check }) => check).join(', ')
