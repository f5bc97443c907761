import type { ActionReach } from '@forge-cascade/contract/vocabulary'
import { CascadeError, type Clock, canonicalJson, type Random, sha256Hex } from '#base'
import { type DecisionNote, toRecord, type UnitOfWork, type UnrecordedDecision } from '#store'
import { mintGrant } from '../../platform/store/mint-grant.ts'
import { type DecisionRow, inputDigest, keepRow, tellDecision, toDecisionRow } from './decision-row.ts'
import type { Decided } from './gate.ts'

export interface DecisionJournalOptions {
  readonly store: Pick<UnitOfWork, 'append'>
  readonly clock: Clock
  readonly random: Random
  readonly newId: () => string
  /** Days that what a decision was made from is kept; asked at every writing. */
  readonly keepDays: () => number
  readonly onTrouble: (message: string, cause: unknown) => void
}

/** At most this long, in milliseconds, an allowed decision that changed nothing is in memory alone. */
export const GATHER_MS = 1000
/** So long a decision waits for the change that it allowed, in milliseconds; then it is recorded by itself. */
export const WAIT_MS = 30_000
/** Decisions that are not on record yet; beyond them nothing is decided any more. */
export const UNRECORDED_MAX = 10_000
/** Groups of equal decisions in one entry of the log, and decisions in one group. */
const GROUPS_PER_LEAF = 100
const IDS_PER_GROUP = 500

interface Waiting {
  readonly decided: Decided
  readonly since: number
}

/**
 * Puts every decision on record exactly once: with the change that it allowed, in its transaction; at once where it denies or
 * where no transaction can undo what follows; the others gathered, equal ones together.
 */
export class DecisionJournal implements AsyncDisposable {
  readonly #options: DecisionJournalOptions
  /** Allowed, and the change is to come. */
  readonly #waiting = new Map<string, Waiting>()
  #due: Decided[] = []
  /** Being made durable by themselves. */
  readonly #firm = new Map<string, Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #writer: string | undefined
  #flushing: Promise<void> = Promise.resolve()

  constructor(options: DecisionJournalOptions) {
    this.#options = options
  }

  /** Names the subject (its id) for whom gathered decisions are written; until then they wait. */
  writeAs(subject: string): void {
    this.#writer = subject
  }

  /**
   * Takes a decision down.
   *
   * @param how `at once`, or what its action does.
   * @returns what its first change takes along; undefined where no change is waited for.
   * @throws CascadeError UNAVAILABLE when more are unrecorded than may be: who cannot record does not decide.
   */
  note(decided: Decided, how: 'at once' | ActionReach): UnrecordedDecision | undefined {
    if (this.#due.length + this.#waiting.size + this.#firm.size >= UNRECORDED_MAX) {
      throw new CascadeError('UNAVAILABLE', 'Decisions cannot be put on record now, so nothing is decided.')
    }
    if (how === 'changes') return this.#await(decided)
    if (how === 'reads' || isFlood(decided)) this.#gather(decided)
    else this.#record(decided)
    return undefined
  }

  /** @see Gate.settled */
  async settled(decisionId: string): Promise<void> {
    await this.#firm.get(decisionId)
  }

  /** @see Gate.release */
  release(decisionId: string): void {
    const waiting = this.#waiting.get(decisionId)
    if (waiting === undefined) return
    this.#waiting.delete(decisionId)
    this.#gather(waiting.decided)
  }

  /** Puts on record what is due. Rejects never: what cannot be written stays due, and is told of. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#writeDue())
    return this.#flushing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    for (const id of [...this.#waiting.keys()]) this.release(id)
    clearTimeout(this.#timer)
    await Promise.allSettled(this.#firm.values())
    await this.flush()
  }

  #await(decided: Decided): UnrecordedDecision {
    const { decisionId } = decided
    this.#waiting.set(decisionId, { decided, since: this.#options.clock() })
    this.#wake()
    return {
      take: () => {
        if (!this.#waiting.delete(decisionId)) return undefined
        const row = toDecisionRow(decided, [decisionId], this.#options.random)
        return { record: this.#recordOf(row), keep: [keepRow(row, this.#options.keepDays())] }
      },
      landed: (isWritten) => {
        if (!isWritten) this.#gather(decided)
      },
    }
  }

  #gather(decided: Decided): void {
    this.#due.push(decided)
    this.#wake()
  }

  #wake(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#releaseOld()
      void this.flush()
      if (this.#waiting.size > 0) this.#wake()
    }, GATHER_MS).unref()
  }

  #releaseOld(): void {
    const limit = this.#options.clock() - WAIT_MS
    for (const [id, { since }] of this.#waiting) {
      if (since > limit) return // in the order of their coming
      this.release(id)
    }
  }

  #record(decided: Decided): void {
    const { decisionId, input } = decided
    const row = toDecisionRow(decided, [decisionId], this.#options.random)
    const written = this.#write([row], this.#recordOf(row), input.subject?.id ?? '')
    // Whoever has to wait for it sees the failure; where nobody does it is told of here.
    written.catch((error: unknown) => this.#options.onTrouble('a decision could not be put on record', error))
    this.#firm.set(
      decisionId,
      written.finally(() => this.#firm.delete(decisionId)),
    )
    this.#firm.get(decisionId)?.catch(() => undefined)
  }

  #recordOf(row: DecisionRow) {
    const [id = ''] = row.ids
    const grant = this.#grant(id, row.subject ?? '', row.correlationId)
    return toRecord(grant, 'decision.made', `decision/${id}`, tellDecision(row), { inputs: inputDigest(row) })
  }

  async #writeDue(): Promise<void> {
    const writer = this.#writer
    if (writer === undefined || this.#due.length === 0) return
    const due = this.#due
    this.#due = []
    const groups = groupEqual(due)
    for (let at = 0; at < groups.length; at += GROUPS_PER_LEAF) {
      const some = groups.slice(at, at + GROUPS_PER_LEAF)
      try {
        await this.#writeGroups(some, writer)
      } catch (error) {
        this.#due.push(...groups.slice(at).flat())
        this.#wake()
        this.#options.onTrouble('decisions could not be put on record, and are tried again', error)
        return
      }
    }
  }

  async #writeGroups(groups: readonly Decided[][], writer: string): Promise<void> {
    const { random, newId } = this.#options
    const correlationId = newId()
    const rows = groups.flatMap((group) => {
      const [first] = group
      const ids = group.map(({ decisionId }) => decisionId)
      return first === undefined ? [] : [toDecisionRow(first, ids, random, correlationId)]
    })
    const grant = this.#grant(newId(), writer, correlationId)
    const decisions = rows.map((row) => ({
      ...tellDecision(row),
      ...{ subject: row.subject, ids: row.ids, inputs: inputDigest(row) },
    }))
    await this.#write(rows, toRecord(grant, 'decision.gathered', 'governance/decisions', { decisions }, {}), writer)
  }

  /** One entry of the log, and a row for each input beside it. */
  async #write(rows: readonly DecisionRow[], record: DecisionNote['record'], writer: string): Promise<void> {
    const { store, keepDays } = this.#options
    const grant = this.#grant(record.payload.decision_id, writer, record.correlationId)
    const id = sha256Hex(`decision:${record.payload.decision_id}`).slice(0, 32)
    const decision = { record, keep: rows.map((row) => keepRow(row, keepDays())) }
    const [outcome] = await store.append([{ id, grant, changes: [], records: [], events: [], decision }])
    if (outcome?.ok !== true) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing.')
  }

  /** Covers no change: what is kept of decisions needs none. */
  #grant(decisionId: string, subject: string, correlationId: string) {
    const fields = { decisionId, subject, correlationId, resource: 'governance/decisions', reach: 'lines' } as const
    return mintGrant({ action: 'governance.read', ...fields })
  }
}

/** Denials that cost whoever sends them nothing: written one by one they would be a way to fill the log. */
const isFlood = ({ input }: Decided): boolean => input.subject === null || input.rateExceeded

/** Those that were made from the same stand together, in the order of their coming. */
function groupEqual(decisions: readonly Decided[]): Decided[][] {
  const groups = new Map<string, Decided[]>()
  for (const decided of decisions) {
    const same = canonicalJson(decided.input)
    const group = groups.get(same)
    if (group === undefined) groups.set(same, [decided])
    else group.push(decided)
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / IDS_PER_GROUP) }, (_, at) =>
      group.slice(at * IDS_PER_GROUP, (at + 1) * IDS_PER_GROUP),
    ),
  )
}
