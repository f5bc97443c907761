import type { RecordPayload } from '@forge-cascade/contract/records'
import type { ActionReach } from '@forge-cascade/contract/vocabulary'
import { CascadeError, type Clock, type Random, sha256Hex } from '#base'
import { type DecisionNote, toRecord, type UnitOfWork, type UnrecordedDecision } from '#store'
import { mintGrant } from '../../platform/store/mint-grant.ts'
import {
  type DecisionRow,
  GROUP_MAX,
  groupId,
  inputDigest,
  keepRow,
  memberId,
  tellDecision,
  toDecisionRow,
} from './decision-row.ts'
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
/** Decisions, equal ones counted once, that are not on record yet; beyond them nothing is decided any more. */
export const UNRECORDED_MAX = 10_000
/** JSON of the decisions that one entry of the log gathers: far below what an entry holds, also beside the rest of it. */
const GATHERED_LENGTH_MAX = 40_000

interface Waiting {
  readonly decided: Decided
  readonly since: number
}

/** Decisions that were made from the same; the id of the first is the one that the others count up from. */
interface Group {
  readonly first: Decided
  count: number
}

/** What a decision is known by, and what its first change takes along. */
export interface Noted {
  readonly decisionId: string
  readonly unrecorded: UnrecordedDecision | undefined
}

/**
 * Puts every decision on record exactly once: with the change that it allowed, in its transaction; at once where it denies or
 * where no transaction can undo what follows; the others gathered, equal ones together.
 */
export class DecisionJournal implements AsyncDisposable {
  readonly #options: DecisionJournalOptions
  /** Allowed, and the change is to come. */
  readonly #waiting = new Map<string, Waiting>()
  /** By their input. */
  #groups = new Map<string, Group>()
  /** With ids of their own, or that could not be written. */
  #due: Group[] = []
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
   * Takes a decision down, and gives it its id.
   *
   * @param how `at once`, or what its action does.
   * @throws CascadeError UNAVAILABLE when more are unrecorded than may be: who cannot record does not decide.
   */
  note(made: Omit<Decided, 'decisionId'>, how: 'at once' | ActionReach): Noted {
    if (this.#due.length + this.#groups.size + this.#waiting.size + this.#firm.size >= UNRECORDED_MAX) {
      throw new CascadeError('UNAVAILABLE', 'Decisions cannot be put on record now, so nothing is decided.')
    }
    if (how === 'reads' || isFlood(made)) return { decisionId: this.#gather(made), unrecorded: undefined }
    const decided = { ...made, decisionId: this.#options.newId() }
    const { decisionId } = decided
    if (how === 'changes') return { decisionId, unrecorded: this.#await(decided) }
    this.#record(decided)
    return { decisionId, unrecorded: undefined }
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
    this.#gatherAlone(waiting.decided)
  }

  /** Puts on record what is due. Rejects never: what cannot be written stays due, and is told of. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#writeDue())
    return this.#flushing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of [...this.#waiting.keys()]) this.release(id)
    clearTimeout(this.#timer)
    await Promise.allSettled(this.#firm.values())
    await this.flush()
    clearTimeout(this.#timer)
  }

  #await(decided: Decided): UnrecordedDecision {
    const { decisionId } = decided
    this.#waiting.set(decisionId, { decided, since: this.#options.clock() })
    this.#wake()
    return {
      take: () => {
        if (!this.#waiting.delete(decisionId)) return undefined
        const row = toDecisionRow(decided, 1, this.#options.random)
        return { record: this.#recordOf(row), keep: [keepRow(row, this.#options.keepDays())] }
      },
      landed: (isWritten) => {
        if (!isWritten) this.#gatherAlone(decided)
      },
    }
  }

  /** One more of those that were made from the same, or the first of them. */
  #gather(made: Omit<Decided, 'decisionId'>): string {
    const same = JSON.stringify(made.input)
    const group = this.#groups.get(same)
    if (group !== undefined && group.count < GROUP_MAX) return memberId(group.first.decisionId, group.count++)
    if (group !== undefined) this.#due.push(group)
    const decisionId = groupId(this.#options.newId())
    this.#groups.set(same, { first: { ...made, decisionId }, count: 1 })
    this.#wake()
    return decisionId
  }

  #gatherAlone(decided: Decided): void {
    this.#due.push({ first: decided, count: 1 })
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
    const row = toDecisionRow(decided, 1, this.#options.random)
    const written = this.#write([row], this.#recordOf(row), input.subject?.id ?? '')
    // Whoever has to wait for it sees the failure; where nobody does it is told of here.
    written.catch((error: unknown) => this.#options.onTrouble('a decision could not be put on record', error))
    const firm = written.finally(() => this.#firm.delete(decisionId))
    firm.catch(() => undefined)
    this.#firm.set(decisionId, firm)
  }

  #recordOf(row: DecisionRow) {
    const grant = this.#grant(row.first, row.subject ?? '', row.correlationId)
    return toRecord(grant, 'decision.made', `decision/${row.first}`, tellDecision(row), { inputs: inputDigest(row) })
  }

  async #writeDue(): Promise<void> {
    const writer = this.#writer
    if (writer === undefined) return
    const groups = [...this.#due, ...this.#groups.values()]
    this.#due = []
    this.#groups = new Map()
    let written = 0
    try {
      while (written < groups.length) written += await this.#writeSome(groups.slice(written), writer)
    } catch (error) {
      this.#due.push(...groups.slice(written))
      this.#wake()
      this.#options.onTrouble('decisions could not be put on record, and are tried again', error)
    }
  }

  /** As many groups as one entry of the log holds. @returns how many. */
  async #writeSome(groups: readonly Group[], writer: string): Promise<number> {
    const { random, newId } = this.#options
    const correlationId = newId()
    const rows: DecisionRow[] = []
    const decisions: Gathered[] = []
    let length = 0
    for (const { first, count } of groups) {
      const row = toDecisionRow(first, count, random, correlationId)
      const told = { ...tellDecision(row), subject: row.subject, first: row.first, count, inputs: inputDigest(row) }
      length += JSON.stringify(told).length
      if (rows.length > 0 && length > GATHERED_LENGTH_MAX) break
      rows.push(row)
      decisions.push(told)
    }
    const grant = this.#grant(newId(), writer, correlationId)
    await this.#write(rows, toRecord(grant, 'decision.gathered', 'governance/decisions', { decisions }, {}), writer)
    return rows.length
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

type Gathered = RecordPayload<'decision.gathered'>['decisions'][number]

/** Denials that cost whoever sends them nothing: written one by one they would be a way to fill the log. */
const isFlood = ({ input }: Pick<Decided, 'input'>): boolean => input.subject === null || input.rateExceeded
