import { ACTION_TRAITS, type ActionReach } from '@forge-cascade/contract/vocabulary'
import { CascadeError, type Clock, type Random, sha256Hex } from '#base'
import {
  type Command,
  type DecisionNote,
  type RecordPut,
  toRecord,
  type UnitOfWork,
  type UnrecordedDecision,
} from '#store'
import { mintGrant } from '../../platform/store/mint-grant.ts'
import { DecisionOutcomes } from './decision-outcomes.ts'
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
import { packRows, tellGathered } from './gather-decisions.ts'

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
/** As many, equal ones counted once, are not waited with: a burst is put on record before it fills what may be unrecorded. */
const GATHERED_AT_ONCE = 1000
/** Decisions, equal ones counted once, that are not on record yet; beyond them nothing is decided any more. */
export const UNRECORDED_MAX = 10_000
/** So many more where people see what happens, and end it. */
const UNRECORDED_IN_EMERGENCY = 1000

interface Waiting {
  readonly decided: Decided
  readonly since: number
}

/** What puts decisions on record. It is tried again as it is: one that was written after all is known by its id. */
interface Entry {
  readonly command: Command
  readonly count: number
}

/** Decisions that were made from the same; the others count up from the id of the first. */
interface Group {
  readonly first: Decided
  count: number
}

/** What a decision is known by, and what its first change takes along. */
export interface Noted {
  readonly decisionId: string
  readonly unrecorded: UnrecordedDecision | undefined
}

/** A decision that has to be durable before anybody goes on. */
interface Firm {
  readonly command: Command
  /** Settles with the attempt that is under way, or was the last. */
  written: Promise<void>
  /** The last attempt was in vain, and none is under way. */
  hasFailed: boolean
}

/**
 * Puts every decision on record exactly once: with the change that it allowed, in its transaction; at once where it denies or
 * where no transaction can undo what follows; the others gathered, equal ones together.
 */
export class DecisionJournal implements AsyncDisposable {
  readonly #options: DecisionJournalOptions
  /** Allowed, and the change is to come. */
  readonly #waiting = new Map<string, Waiting>()
  /** To be gathered, by their input. */
  readonly #groups = new Map<string, Group>()
  /** To be gathered, with ids of their own. */
  #due: Group[] = []
  /** Gathered, and not written yet. */
  readonly #entries: Entry[] = []
  /** To be made durable by themselves. */
  readonly #firm = new Map<string, Firm>()
  /** What became of what acts outside the store. */
  readonly outcomes: DecisionOutcomes
  #timer: NodeJS.Timeout | undefined
  #writer: string | undefined
  #flushing: Promise<void> = Promise.resolve()

  constructor(options: DecisionJournalOptions) {
    this.#options = options
    const { clock, keepDays, onTrouble } = options
    this.outcomes = new DecisionOutcomes({
      ...{ clock, keepDays, isPending: (id) => this.#firm.has(id), write: (command) => this.#write(command) },
      onTrouble: (message, cause) => {
        this.#wake()
        onTrouble(message, cause)
      },
    })
  }

  /** Names the subject (its id) for whom gathered decisions are written; until then they wait. */
  writeAs(subject: string): void {
    this.#writer = subject
  }

  /**
   * Takes a decision down, and gives it its id.
   *
   * @param how `at once`, or what its action does.
   * @throws CascadeError UNAVAILABLE when more are unrecorded than may be: who cannot record does not decide. What people need
   *   to see an emergency and to end it has room beyond.
   */
  note(made: Omit<Decided, 'decisionId'>, how: 'at once' | ActionReach): Noted {
    const isUrgent = ACTION_TRAITS[made.input.action].inEmergency === true
    if (this.#unrecorded >= UNRECORDED_MAX + (isUrgent ? UNRECORDED_IN_EMERGENCY : 0)) {
      throw new CascadeError('UNAVAILABLE', 'Decisions cannot be put on record now, so nothing is decided.')
    }
    if (how === 'reads' || isFlood(made)) return { decisionId: this.#gather(made), unrecorded: undefined }
    const decided = { ...made, decisionId: this.#options.newId() }
    const { decisionId } = decided
    if (how === 'changes') return { decisionId, unrecorded: this.#await(decided) }
    this.#record(decided, how === 'acts')
    return { decisionId, unrecorded: undefined }
  }

  /** @see Gate.settled */
  async settled(decisionId: string): Promise<void> {
    await this.#firm.get(decisionId)?.written
  }

  /** @see Gate.release */
  release(decisionId: string): void {
    void this.outcomes.release(decisionId)
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

  /** Puts everything on record that was decided until now, also what waits for its change. Rejects never, as `flush`. */
  async settle(): Promise<void> {
    for (const id of [...this.#waiting.keys()]) this.release(id)
    await Promise.allSettled([...this.#firm.values()].map(({ written }) => written))
    await this.flush()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settle()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get #unrecorded(): number {
    const gathered = this.#entries.reduce((sum, { count }) => sum + count, 0)
    const { unrecorded } = this.outcomes
    return this.#due.length + this.#groups.size + this.#waiting.size + this.#firm.size + gathered + unrecorded
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
    this.#gatherSoon()
    return decisionId
  }

  #gatherAlone(decided: Decided): void {
    this.#due.push({ first: decided, count: 1 })
    this.#gatherSoon()
  }

  #gatherSoon(): void {
    if ((this.#due.length + this.#groups.size) % GATHERED_AT_ONCE === 0) void this.flush()
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

  #record(decided: Decided, acts: boolean): void {
    const { decisionId, decidedAt, correlationId, input } = decided
    const row = toDecisionRow(decided, 1, this.#options.random)
    const subject = input.subject?.id ?? ''
    const intent = { action: input.action, subject, correlationId, at: decidedAt }
    const rows = acts ? [this.outcomes.intend(decisionId, intent)] : []
    const command = this.#commandOf([row], this.#recordOf(row), subject, rows)
    const firm: Firm = { command, written: Promise.resolve(), hasFailed: false }
    this.#firm.set(decisionId, firm)
    this.#writeFirm(decisionId, firm)
  }

  /** Whoever waits for it sees the failure, and it is told of here: nobody may be waiting. */
  #writeFirm(decisionId: string, firm: Firm): void {
    firm.hasFailed = false
    firm.written = this.#write(firm.command).then(() => void this.#firm.delete(decisionId))
    firm.written.catch((error: unknown) => {
      firm.hasFailed = true
      this.#options.onTrouble('a decision could not be put on record, and is tried again', error)
      this.#wake()
    })
  }

  #recordOf(row: DecisionRow) {
    const grant = this.#grant(row.first, row.subject ?? '', row.correlationId)
    return toRecord(grant, 'decision.made', `decision/${row.first}`, tellDecision(row), { inputs: inputDigest(row) })
  }

  async #writeDue(): Promise<void> {
    this.#gatherDue()
    for (const [id, firm] of [...this.#firm].filter(([, { hasFailed }]) => hasFailed)) {
      this.#writeFirm(id, firm)
      await Promise.allSettled([firm.written])
      if (this.#firm.has(id)) return
    }
    await this.outcomes.flush()
    for (let entry = this.#entries[0]; entry !== undefined; entry = this.#entries[0]) {
      try {
        await this.#write(entry.command)
        this.#entries.shift()
      } catch (error) {
        this.#wake()
        this.#options.onTrouble('decisions could not be put on record, and are tried again', error)
        return
      }
    }
  }

  #gatherDue(): void {
    const writer = this.#writer
    if (writer === undefined) return
    const { random, newId } = this.#options
    const groups = [...this.#due, ...this.#groups.values()]
    this.#due = []
    this.#groups.clear()
    const rows = groups.map(({ first, count }) => toDecisionRow(first, count, random))
    for (const pack of packRows(rows)) {
      const gatheredIn = newId()
      const grant = this.#grant(newId(), writer, gatheredIn)
      const told = { decisions: pack.map(tellGathered) }
      const record = toRecord(grant, 'decision.gathered', 'governance/decisions', told, {})
      const kept = pack.map((row) => ({ ...row, gatheredIn }))
      this.#entries.push({ command: this.#commandOf(kept, record, writer), count: pack.length })
    }
  }

  /** One entry of the log, and a row for each input beside it. */
  #commandOf(
    rows: readonly DecisionRow[],
    record: DecisionNote['record'],
    writer: string,
    more: readonly RecordPut[] = [],
  ): Command {
    const { keepDays } = this.#options
    const grant = this.#grant(record.payload.decision_id, writer, record.correlationId)
    const id = sha256Hex(`decision:${record.payload.decision_id}`).slice(0, 32)
    const decision = { record, keep: [...rows.map((row) => keepRow(row, keepDays())), ...more] }
    return { id, grant, changes: [], records: [], events: [], decision }
  }

  async #write(command: Command): Promise<void> {
    const [outcome] = await this.#options.store.append([command])
    if (outcome?.ok !== true) throw outcome?.error ?? new CascadeError('INTERNAL', 'The store answered nothing.')
  }

  /** Covers no change: what is kept of decisions needs none. */
  #grant(decisionId: string, subject: string, correlationId: string) {
    const fields = { decisionId, subject, correlationId, resource: 'governance/decisions', reach: 'lines' } as const
    return mintGrant({ action: 'governance.read', ...fields })
  }
}

/** Denials that cost whoever sends them nothing: written one by one they would be a way to fill the log. */
const isFlood = ({ input }: Pick<Decided, 'input'>): boolean =>
  input.subject === null || input.rateExceeded || input.noBody === true
