import { messageOf } from '#base'
import type { HealthFinding } from '#boot'
import type { KernelLog } from '#lifecycle'
import type { Command, Grant, UnitOfWork } from '#store'
import { type Every, systemEvery } from './every.ts'
import type { DatedVerdict, LedgerDesk } from './ledger-desk.ts'

export interface LedgerCheckOptions {
  readonly desk: Pick<LedgerDesk, 'verify'>
  readonly store: Pick<UnitOfWork, 'append'>
  readonly grant: () => Grant
  readonly newId: () => string
  readonly log: KernelLog
  readonly every?: Every
}

/** The whole log is verified so often; what was written since a start is compared with its signatures all the time. */
const CHECK_MS = 24 * 3_600_000

/**
 * Verifies the whole log in the background, again and again, and records in the log that it did and what it found. Damage
 * is an error in the log and fails `ready` from then on.
 */
export class LedgerCheck implements Disposable {
  readonly #options: LedgerCheckOptions
  readonly #timer: Disposable
  readonly #abort = new AbortController()
  #finding: HealthFinding = { status: 'ok', detail: 'compared with what was signed' }

  constructor(options: LedgerCheckOptions) {
    this.#options = options
    this.#timer = (options.every ?? systemEvery)(() => this.look(), CHECK_MS)
  }

  get finding(): HealthFinding {
    return this.#finding
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
    this.#abort.abort()
  }

  async look(): Promise<void> {
    const { desk, log } = this.#options
    try {
      const { verdict } = await desk.verify({ signal: this.#abort.signal })
      await this.#record(verdict)
      this.#finding = verdict.valid
        ? { status: 'ok', detail: `verified up to entry ${verdict.checkedTo}` }
        : { status: 'failed', detail: `damaged: ${verdict.reason ?? 'an entry is not as it was written'}` }
      if (!verdict.valid) log.error('the log is damaged', { first_bad: verdict.firstBad, reason: verdict.reason })
    } catch (error) {
      if (this.#abort.signal.aborted) return
      log.warn('the log could not be verified', { reason: messageOf(error) })
      this.#finding = { status: 'degraded', detail: 'it could not be verified; see the log' }
    }
  }

  async #record({ valid, size, checkedTo, firstBad }: DatedVerdict['verdict']): Promise<void> {
    const { store, newId } = this.#options
    const grant = this.#options.grant()
    const payload = { valid, size, checked_to: checkedTo, first_bad: firstBad ?? null, decision_id: grant.decisionId }
    const subject = 'system/ledger'
    const record: Command['records'][number] = {
      category: 'system',
      type: 'ledger.verified',
      actor: grant.subject,
      correlationId: grant.correlationId,
      subject,
      digests: {},
      payload,
    }
    const event = { type: 'cascade.ledger.verified', subject, data: { valid, size } }
    const id = newId().replaceAll('-', '')
    const [outcome] = await store.append([{ id, grant, changes: [], records: [record], events: [event] }])
    if (outcome && !outcome.ok) throw outcome.error
  }
}
