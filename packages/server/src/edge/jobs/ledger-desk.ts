import { CascadeError, type Clock } from '#base'
import {
  type Checkpointer,
  type CosignedCheckpoint,
  type DatedVerdict,
  formatVerifierKey,
  type LedgerStore,
  type LogVerdict,
  mostCosigned,
  newestCosigned,
  type VerifyLogOptions,
  type VerifyRequest,
  verifyLog,
} from '#ledger'
import type { SigningLog } from './open-log.ts'

export interface LedgerDeskOptions {
  readonly log: SigningLog
  readonly ledger: LedgerStore
  /** Index of the newest entry. */
  readonly head: () => number
  readonly clock: Clock
  /** What witnesses cosigned of it. */
  readonly cosigned?: () => readonly CosignedCheckpoint[]
  /** Newest entries whose chain the start looked at. */
  readonly checkedAtStart: number
}

/** The log as it is signed and verified, for whoever asks. */
export class LedgerDesk {
  readonly #options: LedgerDeskOptions
  readonly #checkpointer: Checkpointer
  #found: DatedVerdict
  #isVerifying = false

  /** Begins with what every start looks at: the checkpoints, and the newest entries. */
  constructor(options: LedgerDeskOptions) {
    this.#options = options
    this.#checkpointer = options.log.checkpointer
    const size = options.head() + 1
    const from = Math.max(0, size - options.checkedAtStart)
    this.#found = { verdict: { valid: true, size, checkedTo: size - 1 }, from, at: options.clock() }
  }

  async keys(): Promise<readonly string[]> {
    return this.#options.log.keys.map(formatVerifierKey)
  }

  async checkpoint() {
    return this.#checkpointer.last ?? this.#checkpointer.sign()
  }

  /** The newest that so many witnesses cosigned. @throws CascadeError NOT_FOUND where there is none. */
  async cosigned(witnesses: number) {
    const found = newestCosigned(this.#options.cosigned?.() ?? [], { witnesses, size: 0 })
    if (found) return found
    throw new CascadeError('NOT_FOUND', `No checkpoint of this log was cosigned by ${witnesses} of its witnesses.`)
  }

  /**
   * A checkpoint that covers the entry: the one that most witnesses cosigned, or else the newest.
   *
   * @throws CascadeError NOT_FOUND for an entry that is not there.
   */
  async covering(index: number) {
    if (index > this.#options.head()) throw new CascadeError('NOT_FOUND', `The log has no entry ${index}.`)
    const cosigned = mostCosigned(this.#options.cosigned?.() ?? [], index + 1)
    if (cosigned) return cosigned
    const last = await this.checkpoint()
    return index < last.size ? last : this.#checkpointer.sign()
  }

  /** Signs a text that is no checkpoint, as a note. */
  seal(text: string): string {
    return this.#options.log.seal(text)
  }

  /** What was found last. */
  verdict(): DatedVerdict {
    return this.#withStop(this.#found)
  }

  get isVerifying(): boolean {
    return this.#isVerifying
  }

  /** @throws CascadeError RATE_LIMITED while another verification is under way: each has the processor to itself. */
  verify(request: VerifyRequest = {}): Promise<DatedVerdict> {
    return this.#alone(() => this.#verify(request))
  }

  /**
   * Works the tree of the log out anew, and verifies all of the log.
   *
   * @throws CascadeError DATA_CORRUPT when the entries, or what was signed of them, are damaged too: the tree that is kept
   *   may be all that tells how. Nothing has changed then. RATE_LIMITED as `verify`.
   */
  regrow(signal?: AbortSignal): Promise<DatedVerdict> {
    return this.#alone(async () => {
      const signed = this.#checkpointer.last?.size ?? 0
      const { valid, reason, checkpoint } = await this.#walk({ isLogAlone: true, signal })
      const fault = valid && (checkpoint?.size ?? 0) < signed ? 'what was signed is gone' : reason
      if (fault !== undefined)
        throw new CascadeError(
          'DATA_CORRUPT',
          `The tree of the log is damaged, and so is the log (${fault}); it was not made anew.`,
        )
      await this.#options.ledger.regrow()
      return this.#verify({ signal })
    })
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isVerifying) throw new CascadeError('RATE_LIMITED', 'The log is being verified; ask again in a while.')
    this.#isVerifying = true
    try {
      return await work()
    } finally {
      this.#isVerifying = false
    }
  }

  async #verify({ newest, signal, onProgress }: VerifyRequest): Promise<DatedVerdict> {
    const { head, clock } = this.#options
    const from = newest === undefined ? 0 : Math.max(0, head() + 1 - newest)
    const verdict = await this.#walk({ from, signal, onProgress })
    const found = { verdict, from, at: clock() }
    // A look at the end of the log says nothing of what a look at all of it found.
    if (from === 0 || !verdict.valid) this.#found = found
    return this.#withStop(found)
  }

  #withStop(found: DatedVerdict): DatedVerdict {
    const stopped = this.#checkpointer.fork?.detail
    return stopped === undefined ? found : { ...found, stopped }
  }

  #walk(how: Pick<VerifyLogOptions, 'from' | 'isLogAlone' | 'signal' | 'onProgress'>): Promise<LogVerdict> {
    const { ledger, head, log } = this.#options
    const { origin, keys } = log
    return verifyLog({ ledger, head: head(), origin, keys, ...how })
  }
}
