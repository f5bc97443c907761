import { type Clock, isCascadeError, sha256Hex } from '#base'
import {
  type CollectionDefinition,
  type Command,
  type RecordPage,
  type RecordPut,
  type Records,
  toRecord,
} from '#store'
import { mintGrant } from '../../platform/store/mint-grant.ts'

/**
 * What became of something that was allowed and acts outside the store: `done`, `failed` with a code, or `unknown` where the
 * process ended in between.
 */
export type OutcomeWord = 'done' | 'failed' | 'unknown'

export interface Outcome {
  readonly word: OutcomeWord
  /** Of the error, or NOT_BEGUN; null where it did not fail. */
  readonly code: string | null
}

/** An intent with its outcome, once there is one. It names nobody; the row of the decision does, while it is kept. */
export interface OutcomeRow {
  /** Id of the decision, which is the key of the row. */
  readonly id: string
  readonly action: string
  /** `open` is an intent without an outcome. */
  readonly state: 'open' | OutcomeWord
  readonly code: string | null
  /** Milliseconds since 1970, of the decision and of the outcome. */
  readonly at: number
  readonly endedAt: number | null
}

export const OUTCOME_COLLECTION = {
  name: 'decision_outcomes',
  indexes: ['state'],
} as const satisfies CollectionDefinition

export interface DecisionOutcomesOptions {
  readonly clock: Clock
  /** Whether the decision itself is not on record yet. */
  readonly isPending: (id: string) => boolean
  /** Days that an outcome is kept beside the log. */
  readonly keepDays: () => number
  /** @throws CascadeError what the store refuses the command with. */
  readonly write: (command: Command) => Promise<void>
  /** Told what cannot be written now; it is tried again by `flush`. */
  readonly onTrouble: (message: string, cause: unknown) => void
}

/** An intent of this process without an outcome. */
interface Intent {
  readonly action: string
  readonly subject: string
  readonly correlationId: string
  readonly at: number
  hasBegun: boolean
}

/** An intent that nobody has begun for so long, in milliseconds, is not begun any more; one of another process has no outcome. */
export const UNPAIRED_MS = 10 * 60_000
/** Intents looked at in one page. */
const PER_PAGE = 100
/** Intents looked at in one sweep; what is left of more is looked at in the next. */
const OPEN_MAX = 10_000
const DAY_MS = 24 * 60 * 60 * 1000
const NOT_BEGUN: Outcome = { word: 'failed', code: 'NOT_BEGUN' }
const UNKNOWN: Outcome = { word: 'unknown', code: null }

/**
 * Pairs what acts outside the store with its outcome: the intent is durable before, with the decision; the outcome after, by
 * itself; and each intent gets one outcome, under the revision of its row.
 */
export class DecisionOutcomes {
  readonly #options: DecisionOutcomesOptions
  readonly #intents = new Map<string, Intent>()
  /** Outcomes that are not written yet, by the id of their decision. */
  readonly #due = new Map<string, Command>()

  constructor(options: DecisionOutcomesOptions) {
    this.#options = options
  }

  /** Outcomes that are not on record yet. */
  get unrecorded(): number {
    return this.#due.size
  }

  /** The row that goes on record with the decision. */
  intend(id: string, { action, subject, correlationId, at }: Omit<Intent, 'hasBegun'>): RecordPut {
    this.#intents.set(id, { action, subject, correlationId, at, hasBegun: false })
    return putRow({ id, action, state: 'open', code: null, at, endedAt: null }, 0, null)
  }

  /** Whether it is under way in this process. */
  isOpen(id: string): boolean {
    return this.#intents.has(id)
  }

  begin(id: string): void {
    const intent = this.#intents.get(id)
    if (intent) intent.hasBegun = true
  }

  /** Puts the outcome on record, once; nothing where it has one. Rejects never: what cannot be written is due. */
  async end(id: string, outcome: Outcome): Promise<void> {
    const intent = this.#intents.get(id)
    if (intent === undefined) return
    this.#intents.delete(id)
    this.#due.set(id, this.#commandOf(id, intent, outcome))
    await this.#writeDue(id)
  }

  /** Ends what was not begun, and will not be. */
  async release(id: string): Promise<void> {
    if (this.#intents.get(id)?.hasBegun === false) await this.end(id, NOT_BEGUN)
  }

  /** Tries again what could not be written. */
  async flush(): Promise<void> {
    for (const id of [...this.#due.keys()]) await this.#writeDue(id)
  }

  /**
   * Gives an outcome to every intent that a process has left without: nobody knows what became of it. What is under way in this
   * one is left alone.
   *
   * @param by id of the subject that tells so.
   */
  async sweep(records: Records, by: string, signal?: AbortSignal): Promise<number> {
    const limit = this.#options.clock() - UNPAIRED_MS
    for (const [id, { at, hasBegun }] of this.#intents) if (!hasBegun && at <= limit) await this.release(id)
    await this.flush()
    let count = 0
    for (const row of await listOpen(records)) {
      if (signal?.aborted) break
      if (this.#intents.has(row.id) || this.#due.has(row.id)) continue
      const { action, at } = row
      this.#due.set(row.id, this.#commandOf(row.id, { action, at, subject: by, correlationId: row.id }, UNKNOWN))
      if (await this.#writeDue(row.id)) count++
    }
    return count
  }

  /** Whether this call wrote it. */
  async #writeDue(id: string): Promise<boolean> {
    const command = this.#due.get(id)
    if (command === undefined) return false
    try {
      await this.#options.write(command)
      return this.#due.delete(id)
    } catch (error) {
      // It has an outcome, or is not on record and gets one from its next writing.
      if (isCascadeError(error) && error.code === 'REVISION_MISMATCH' && !this.#options.isPending(id)) {
        this.#due.delete(id)
        return false
      }
      this.#options.onTrouble('the outcome of a decision could not be put on record, and is tried again', error)
      return false
    }
  }

  #commandOf(id: string, intent: Omit<Intent, 'hasBegun'>, { word, code }: Outcome): Command {
    const { clock, keepDays } = this.#options
    const { action, subject, correlationId, at } = intent
    const row: OutcomeRow = { id, action, state: word, code, at, endedAt: clock() }
    const grant = grantFor(id, subject, correlationId)
    const record = toRecord(grant, 'decision.ended', `decision/${id}`, { action, outcome: word, code }, {})
    const keep = [putRow(row, 1, clock() + keepDays() * DAY_MS)]
    const command = sha256Hex(`outcome:${id}`).slice(0, 32)
    return { id: command, grant, changes: [], records: [], events: [], decision: { record, keep } }
  }
}

/** The outcome of a decision, or its intent; undefined where it does not act, or is kept no longer. */
export const findOutcome = async (records: Records, id: string): Promise<OutcomeRow | undefined> =>
  (await records.find<OutcomeRow>(OUTCOME_COLLECTION.name, id))?.value

/** Intents without an outcome, the oldest first: those that are under way, and those that a process left. */
export async function listOpen(records: Records): Promise<readonly OutcomeRow[]> {
  const open: OutcomeRow[] = []
  for (let after: string | undefined = ''; after !== undefined && open.length < OPEN_MAX; ) {
    const page: RecordPage<OutcomeRow> = await records.listBy(OUTCOME_COLLECTION.name, 'state', 'open', {
      limit: PER_PAGE,
      ...(after !== '' && { after }),
    })
    open.push(...page.items.map(({ value }) => value))
    after = page.next
  }
  return open
}

const putRow = (value: OutcomeRow, expectedRevision: number, expiresAt: number | null): RecordPut => ({
  ...{ kind: 'record.put', collection: OUTCOME_COLLECTION.name, key: value.id },
  ...{ value, expectedRevision, expiresAt },
})

/** Covers no change: what is kept of decisions needs none. */
const grantFor = (decisionId: string, subject: string, correlationId: string) =>
  mintGrant({
    action: 'governance.read',
    ...{ decisionId, subject, correlationId, resource: 'governance/decisions', reach: 'lines' },
  })
