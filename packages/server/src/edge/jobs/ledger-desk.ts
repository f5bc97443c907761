import { CascadeError, type Clock } from '#base'
import { type Checkpointer, formatVerifierKey, type LedgerStore, type LogVerdict, verifyLog } from '#ledger'
import type { SigningLog } from './open-log.ts'

export interface LedgerDeskOptions {
  readonly log: SigningLog
  readonly ledger: LedgerStore
  /** Index of the newest entry. */
  readonly head: () => number
  readonly clock: Clock
}

export interface VerifyRequest {
  readonly newest?: number | undefined
  readonly signal?: AbortSignal
  readonly onProgress?: (checked: number, of: number) => void
}

export interface DatedVerdict {
  readonly verdict: LogVerdict
  /** Milliseconds since 1970. */
  readonly at: number
}

/** The log as it is signed and verified, for whoever asks. */
export class LedgerDesk {
  readonly #options: LedgerDeskOptions
  readonly #checkpointer: Checkpointer
  #found: DatedVerdict

  /** Begins with what the start compared: the checkpoints, and the newest entries. */
  constructor(options: LedgerDeskOptions) {
    this.#options = options
    this.#checkpointer = options.log.checkpointer
    const size = options.head() + 1
    this.#found = { verdict: { valid: true, size, checkedTo: size - 1 }, at: options.clock() }
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

  async verdict(): Promise<DatedVerdict> {
    return this.#found
  }

  async verify({ newest, signal, onProgress }: VerifyRequest = {}): Promise<DatedVerdict> {
    const { ledger, head, log, clock } = this.#options
    const { origin, keys } = log
    const from = newest === undefined ? 0 : Math.max(0, head() + 1 - newest)
    const verdict = await verifyLog({
      ...{ ledger, head: head(), origin, keys, from },
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    })
    this.#found = { verdict, at: clock() }
    return this.#found
  }
}
