import type { RecordPayload } from '@forge-cascade/contract/records'
import { type Clock, messageOf } from '#base'
import type { HealthFinding } from '#boot'
import { type DatedVerdict, isDamage, type LedgerStore, type LogVerdict } from '#ledger'
import type { KernelLog } from '#lifecycle'
import type { Grant, UnitOfWork } from '#store'
import { type Every, systemEvery } from './every.ts'
import type { LedgerDesk } from './ledger-desk.ts'
import { TREE_REGROWN } from './open-log.ts'
import { tellOnce } from './tell-once.ts'

export interface LedgerCheckOptions {
  readonly desk: Pick<LedgerDesk, 'verify' | 'regrow' | 'verdict' | 'isVerifying'>
  readonly ledger: Pick<LedgerStore, 'list'>
  readonly clock: Clock
  readonly store: Pick<UnitOfWork, 'append'>
  readonly grant: () => Grant
  readonly newId: () => string
  readonly log: KernelLog
  readonly every?: Every
}

const VERIFIED = 'ledger.verified'
/** The whole log is verified so often, over restarts; and how often is looked whether it is due. */
const CHECK_MS = 24 * 3_600_000
const LOOK_MS = 60_000

/**
 * Verifies the whole log in the background, again and again, and records in the log that it did and what it found. Damage,
 * whoever found it, is an error in the log and fails `ready` from then on. Damage of the tree alone is mended: it is worked
 * out of the entries anew, which is recorded as well.
 */
export class LedgerCheck implements Disposable {
  readonly #options: LedgerCheckOptions
  readonly #timer: Disposable
  readonly #abort = new AbortController()
  /** A verdict after which the tree could not be worked out anew: it is not tried again before there is another one. */
  #unmendable: LogVerdict | undefined
  #trouble: string | undefined

  constructor(options: LedgerCheckOptions) {
    this.#options = options
    this.#timer = (options.every ?? systemEvery)(() => this.lookWhenDue(), LOOK_MS)
  }

  get finding(): HealthFinding {
    const { verdict, from } = this.#options.desk.verdict()
    if (!verdict.valid)
      return { status: 'failed', detail: `damaged: ${verdict.reason ?? 'it is not as it was written'}` }
    if (this.#trouble !== undefined) return { status: 'degraded', detail: this.#trouble }
    const looked = verdict.contents
      ? ''
      : ' by chain and checkpoint alone; `ledger verify` compares stored texts as well'
    return { status: 'ok', detail: `sound from entry ${from} to ${verdict.checkedTo}${looked}` }
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]()
    this.#abort.abort()
  }

  /**
   * Verifies when that was not recorded for a day, by this process or one before; mends the tree, whoever found it damaged.
   * Never rejects.
   */
  async lookWhenDue(): Promise<void> {
    // Whoever verifies now answers what this would ask; it is looked again in a minute.
    if (this.#options.desk.isVerifying) return
    await this.#guarded(async () => {
      if (await this.#isDue()) await this.#verify()
      if (this.#isToMend) await this.#mend()
    })
  }

  async #isDue(): Promise<boolean> {
    const { ledger, clock } = this.#options
    const [last] = await ledger.list({ type: VERIFIED }, { limit: 1 })
    return last === undefined || clock() - Date.parse(last.leaf.time) >= CHECK_MS
  }

  async #verify(): Promise<void> {
    const { desk, log } = this.#options
    const { verdict } = await desk.verify({ signal: this.#abort.signal })
    if (!verdict.valid) log.error('the log is damaged', { first_bad: verdict.firstBad, reason: verdict.reason })
    await this.#record(verdict)
  }

  get #isToMend(): boolean {
    const { verdict } = this.#options.desk.verdict()
    return verdict.part === 'tree' && verdict !== this.#unmendable
  }

  async #mend(): Promise<void> {
    const { desk, log } = this.#options
    try {
      const { verdict } = await desk.regrow(this.#abort.signal)
      log.warn('the tree of the log was made anew', { valid: verdict.valid })
      await this.#tell(TREE_REGROWN, { valid: verdict.valid, size: verdict.size })
    } catch (error) {
      if (!isDamage(error)) throw error
      log.error('the tree of the log was not made anew', { reason: error.detail })
    }
    // Made anew and damaged again, it would be so the next time.
    const { verdict } = desk.verdict()
    if (verdict.part === 'tree') this.#unmendable = verdict
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#trouble = undefined
    } catch (error) {
      if (this.#abort.signal.aborted) return
      this.#options.log.warn('the log could not be verified, or that could not be recorded', {
        reason: messageOf(error),
      })
      this.#trouble = 'it could not be verified, or that could not be recorded; see the log of the program'
    }
  }

  #record({ valid, size, checkedTo, firstBad }: DatedVerdict['verdict']): Promise<void> {
    return this.#tell(VERIFIED, { valid, size, checked_to: checkedTo, first_bad: firstBad ?? null })
  }

  async #tell<T extends typeof VERIFIED | typeof TREE_REGROWN>(type: T, payload: RecordPayload<T>): Promise<void> {
    const { store, newId } = this.#options
    const call = { grant: this.#options.grant(), command: { id: newId().replaceAll('-', '') } }
    await tellOnce(store, call, { subject: 'system/ledger', type, payload })
  }
}
