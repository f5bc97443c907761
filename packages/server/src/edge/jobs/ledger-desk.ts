import { CascadeError, type Clock } from '#base'
import {
  type Checkpointer,
  type DatedVerdict,
  formatVerifierKey,
  type LedgerStore,
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

  /** @throws CascadeError NOT_FOUND for an entry that is not there. */
  async covering(index: number) {
    if (index > this.#options.head()) throw new CascadeError('NOT_FOUND', `The log has no entry ${index}.`)
    const last = await this.checkpoint()
    return index < last.size ? last : this.#checkpointer.sign()
  }

  /** Signs a text that is no checkpoint, as a note. */
  seal(text: string): string {
    return this.#options.log.seal(text)
  }

  /** What was found last. */
  verdict(): DatedVerdict {
    return this.#found
  }

  get isVerifying(): boolean {
    return this.#isVerifying
  }

  /** @throws CascadeError RATE_LIMITED while a verification is under way. */
  assertIdle(): void {
    if (this.#isVerifying) throw new CascadeError('RATE_LIMITED', 'The log is being verified; ask again in a while.')
  }

  /** @throws CascadeError RATE_LIMITED while another verification is under way: each has the processor to itself. */
  async verify(request: VerifyRequest = {}): Promise<DatedVerdict> {
    this.assertIdle()
    this.#isVerifying = true
    try {
      return await this.#verify(request)
    } finally {
      this.#isVerifying = false
    }
  }

  async #verify({ newest, signal, onProgress }: VerifyRequest): Promise<DatedVerdict> {
    const { ledger, head, log, clock } = this.#options
    const { origin, keys } = log
    const from = newest === undefined ? 0 : Math.max(0, head() + 1 - newest)
    const verdict = await verifyLog({
      ...{ ledger, head: head(), origin, keys, from },
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    })
    const found = { verdict, from, at: clock() }
    // A look at the end of the log says nothing of what a look at all of it found.
    if (from === 0 || !verdict.valid) this.#found = found
    return found
  }
}
