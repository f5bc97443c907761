import { CascadeError, type Clock, isCascadeError, messageOf } from '#base'
import type { Call } from '#capsules'
import { createEd25519Signer, formatVerifierKey, signKeyChange } from '#ledger'
import type { KernelLog } from '#lifecycle'
import type { Grant, Records, UnitOfWork } from '#store'
import type { Every } from './every.ts'
import { findLogRecord, type LogIdentity, type LogKeyFiles, putLogIdentity, withEnded } from './log-identity.ts'
import { Looks } from './looks.ts'
import type { SigningLog } from './open-log.ts'
import { tellOnce } from './tell-once.ts'

export interface LogKeysOptions {
  readonly signed: SigningLog
  readonly store: Pick<UnitOfWork, 'append' | 'head' | 'receipt'> & { readonly records: Pick<Records, 'find' | 'put'> }
  readonly files: LogKeyFiles
  readonly clock: Clock
  readonly newId: () => string
  /** Asks the gate whether the key before may be retired. @throws CascadeError FORBIDDEN. */
  readonly grant: () => Grant<'ledger.sign'>
  readonly log: KernelLog
  readonly every?: Every
}

/** The keys of the log, the active one first, and until when the one before signs as well. */
export interface LogKeysState {
  readonly origin: string
  readonly keys: readonly string[]
  /** Milliseconds; undefined while one key alone signs. */
  readonly previousUntil: number | undefined
}

/** How often is looked whether the key before has signed long enough. */
const LOOK_MS = 60_000
const DAY_MS = 24 * 3_600_000

/**
 * Changes the key that signs the log. The change is a leaf that the old and the new key have signed for; then both sign each
 * checkpoint, so that whoever knows the old one can learn of the new one, and at last the old one is deleted.
 *
 * What the log knows counts, and the files follow: where the process ends in between, the next start settles them.
 */
export class LogKeys implements AsyncDisposable {
  readonly #options: LogKeysOptions
  readonly #looks: Looks
  #isChanging = false
  /** A change was asked for of which nobody knows whether it came about: it may still, when the store is opened again. */
  #isUnsettled = false

  constructor(options: LogKeysOptions) {
    this.#options = options
    this.#looks = new Looks(() => this.retireWhenDue(), LOOK_MS, options.every)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async state(): Promise<LogKeysState> {
    const { origin, keys, previous } = (await this.#find()).value
    return { origin, keys, previousUntil: previous?.until }
  }

  /**
   * @param overlapDays how long both keys sign; 0 for a key that others may have: it signs no more at once.
   * @throws CascadeError CONFLICT while two keys sign, unless the old ones are to end at once, and while another change is
   *   under way; OUTCOME_UNKNOWN when the store did not say whether it came about, and does not know of it: the next start
   *   settles that, and until then the keys are not changed; storage failures.
   */
  async rotate(
    { command, grant }: Pick<Call<'ledger.rotate'>, 'command' | 'grant'>,
    overlapDays: number,
  ): Promise<LogKeysState> {
    const { signed, files } = this.#options
    return this.#alone(async () => {
      // Asked for a second time: it was carried out.
      const isDone = await this.#isCarriedOut(command.id)
      const { value: before, revision } = await this.#find()
      if (isDone) {
        this.#assertSettled(before)
        return this.state()
      }
      if (before.previous && overlapDays > 0)
        throw new CascadeError(
          'CONFLICT',
          `The key before signs until ${new Date(before.previous.until).toISOString()}.`,
        )
      this.#assertSettled(before)
      // A log that is no longer signed is not helped by another key, and what is wrong with it is to be seen first.
      if (signed.checkpointer.fork) throw signed.checkpointer.fork
      const [previous, next] = [signed.signer, createEd25519Signer(before.origin, files.prepare())]
      const after = this.#after(before, formatVerifierKey(next.key), overlapDays)
      const payload = {
        ...{ origin: before.origin, key: formatVerifierKey(next.key), previous: formatVerifierKey(previous.key) },
        previous_until: after.previous === undefined ? null : new Date(after.previous.until).toISOString(),
        statement: signKeyChange(before.origin, previous, next),
      }
      // Nothing is signed from the leaf on until the new key does: a key that others may have does not sign the change alone.
      await signed.checkpointer.exclusive(async () => {
        const identity = after.previous ? after : withEnded(after, signingOf(before), this.#options.store.head() + 1)
        await this.#commit(command.id, () =>
          tellOnce(
            this.#options.store,
            { command, grant },
            {
              ...{ subject: 'system/ledger', type: 'ledger.key_rotated', payload },
              changes: [putLogIdentity(this.#options.store.records, grant, identity, revision)],
            },
          ),
        )
        files.promote()
        if (identity.previous === undefined) files.retire()
        signed.change(identity, identity.previous === undefined ? [next] : [next, previous])
      })
      await signed.checkpointer.sign()
      return this.state()
    })
  }

  /** Has the key before sign no more once its time is over, and deletes it. Never rejects. */
  async retireWhenDue(): Promise<void> {
    const { clock, log } = this.#options
    if (this.#isChanging) return
    try {
      await this.#alone(async () => {
        const { value, revision } = await this.#find()
        if (value.previous && value.previous.until <= clock()) await this.#retire(value, revision)
      })
    } catch (error) {
      log.warn('the key before was not retired; it is tried again', { reason: messageOf(error) })
    }
  }

  async #retire({ previous, ...rest }: LogIdentity, revision: number): Promise<void> {
    const { signed, store, files, newId } = this.#options
    const grant = this.#options.grant()
    const call = { grant, command: { id: newId().replaceAll('-', '') } }
    const payload = { origin: rest.origin, key: previous?.key ?? null }
    await signed.checkpointer.exclusive(async () => {
      const identity = withEnded(rest, previous ? [previous.key] : [], store.head() + 1)
      const changes = [putLogIdentity(store.records, grant, identity, revision)]
      try {
        await tellOnce(store, call, { subject: 'system/ledger', type: 'ledger.key_retired', payload, changes })
      } catch (error) {
        if (!isUnknown(error) || !(await this.#isCarriedOut(call.command.id))) throw error
      }
      files.retire()
      signed.change(identity, [signed.signer])
    })
  }

  /** Where a change came about whose end nobody saw, the key to come is the only copy of what the log has as active. */
  #assertSettled({ keys: [active] }: LogIdentity): void {
    if (this.#isUnsettled || active !== formatVerifierKey(this.#options.signed.signer.key))
      throw new CascadeError(
        'UNAVAILABLE',
        'A change of keys was not completed; the next start of the instance does that.',
      )
  }

  #after(before: LogIdentity, key: string, overlapDays: number): LogIdentity {
    const { previous: _, ...rest } = before
    const identity = { ...rest, keys: [key, ...before.keys] }
    const [previous] = before.keys
    if (overlapDays === 0 || previous === undefined) return identity
    return { ...identity, previous: { key: previous, until: this.#options.clock() + overlapDays * DAY_MS } }
  }

  /**
   * One that may have been carried out all the same was, where the store has a receipt. Where it has none, the key to come
   * stays: a transaction whose end failed on the disk can count once the store is opened again.
   */
  async #commit(id: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isUnknown(error)) {
        this.#options.files.discard()
        throw error
      }
      this.#isUnsettled = true
      if (!(await this.#isCarriedOut(id))) throw error
      this.#isUnsettled = false
    }
  }

  async #isCarriedOut(id: string): Promise<boolean> {
    return (await this.#options.store.receipt(id)) !== undefined
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isChanging) throw new CascadeError('CONFLICT', 'The keys of the log are being changed.')
    this.#isChanging = true
    try {
      return await work()
    } finally {
      this.#isChanging = false
    }
  }

  async #find() {
    const found = await findLogRecord(this.#options.store.records)
    if (found) return found
    throw new CascadeError('DATA_CORRUPT', 'The log has lost its name.')
  }
}

const isUnknown = (error: unknown): boolean => isCascadeError(error) && error.code === 'OUTCOME_UNKNOWN'

/** The keys that sign now. */
const signingOf = ({ keys: [active], previous }: LogIdentity): readonly string[] =>
  [active, previous?.key].filter((key) => key !== undefined)
