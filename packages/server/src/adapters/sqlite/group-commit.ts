import { setImmediate as afterThisTurn } from 'node:timers'
import { setImmediate } from 'node:timers/promises'
import { CascadeError, type Clock } from '#base'
import type { Command, CommandOutcome } from '#store'
import { type ErrorFields, fromErrorFields } from './thread-errors.ts'
import type { WrittenOutcome } from './write-batch.ts'

/** Sends one batch to the writer; resolves when it is durable. */
export type SendBatch = (commands: readonly Command[], now: number) => Promise<readonly WrittenOutcome[]>

export interface GroupCommitOptions {
  readonly clock: Clock
  readonly send: SendBatch
  /** Commands of one transaction, at most. */
  readonly commandsMax: number
  /** How long the first command of a batch waits for others, in milliseconds; 0 = not at all. */
  readonly waitMs: number
}

/** One call of `enqueue`: its outcomes may come with several transactions. */
interface Call {
  readonly outcomes: CommandOutcome[]
  open: number
  readonly resolve: (outcomes: CommandOutcome[]) => void
}

interface Entry {
  readonly command: Command
  readonly call: Call
  /** Of the command in its call. */
  readonly position: number
}

interface Batch {
  readonly lane: 'interactive' | 'bulk'
  readonly entries: readonly Entry[]
}

/** Calls with more commands than this go into the lane for bulk, which gives way to all others. */
const INTERACTIVE_COMMANDS_MAX = 16
/** Commands of one bulk transaction: many while nobody else writes, else few, so that others wait for less. */
const BULK_COMMANDS = 500
const BULK_COMMANDS_BESIDE_OTHERS = 200
/** Bulk transactions at the writer at once while nobody else writes: one is carried out, one is there when it is done. */
const BULK_IN_FLIGHT = 2
/** Callers that are told in one turn of the event loop: an HTTP answer to each is a millisecond or two together. */
const CALLERS_PER_TURN = 16
/** For how long after an interactive write bulk keeps its transactions short. */
const INTERACTIVE_MEMORY_MS = 1000
/** Characters of content in one transaction, at most; one command may have more. */
const BATCH_CHARACTERS_MAX = 16 * 1024 * 1024
/** What may wait: beyond it a write is refused with UNAVAILABLE. */
export const QUEUE_COMMANDS_MAX = 20_000
export const QUEUE_CHARACTERS_MAX = 256 * 1024 * 1024

/**
 * Gathers concurrent writes into transactions: while one is being made durable the next ones queue up, and share the
 * cost of the next.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  readonly #interactive: Entry[] = []
  readonly #bulk: Entry[] = []
  #characters = 0
  #isScheduled = false
  readonly #inFlight = new Set<Batch>()
  /** Batches that are durable and whose callers are being told. */
  #answering = 0
  #interactiveAt = Number.NEGATIVE_INFINITY
  #bulkIsNext = false
  #closed = false
  #idle: (() => void) | undefined

  constructor(options: GroupCommitOptions) {
    this.#options = options
  }

  /** @throws CascadeError UNAVAILABLE when too much is waiting already. */
  enqueue(commands: readonly Command[]): Promise<CommandOutcome[]> {
    const characters = commands.reduce((sum, command) => sum + weigh(command), 0)
    this.#checkRoom(commands.length, characters)
    this.#characters += characters
    const lane = commands.length > INTERACTIVE_COMMANDS_MAX ? this.#bulk : this.#interactive
    const { promise, resolve } = Promise.withResolvers<CommandOutcome[]>()
    const call: Call = { outcomes: Array(commands.length), open: commands.length, resolve }
    for (const [position, command] of commands.entries()) lane.push({ command, call, position })
    if (commands.length === 0) resolve([])
    else this.#schedule()
    return promise
  }

  /** How many commands wait. */
  get waiting(): number {
    return this.#interactive.length + this.#bulk.length
  }

  /** Takes nothing more, and resolves when all that was taken is answered. */
  async close(): Promise<void> {
    this.#closed = true
    if (!this.#isScheduled && this.#inFlight.size === 0 && this.#answering === 0) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }

  /** Not at once: what is asked in the same turn of the event loop belongs into the same transaction. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    const begin = () => {
      this.#isScheduled = false
      this.#send()
    }
    if (this.#options.waitMs > 0 && this.#inFlight.size === 0) setTimeout(begin, this.#options.waitMs)
    else afterThisTurn(begin)
  }

  /** Sends what may go now, and again whenever the writer has answered. */
  #send(): void {
    while (this.waiting > 0 && this.#maySend()) {
      const batch = this.#take()
      this.#inFlight.add(batch)
      void this.#carryOut(batch)
      if (batch.lane === 'interactive') continue
      // Packing so many takes milliseconds: the next ones go in a turn of their own.
      if (this.waiting > 0) this.#schedule()
      break
    }
    this.#tellIdle()
  }

  /** One transaction at a time, so that the next gathers what comes meanwhile; bulk alone is never kept waiting. */
  #maySend(): boolean {
    if (this.#inFlight.size === 0) return true
    if (this.#inFlight.size >= BULK_IN_FLIGHT || this.#isBesideOthers()) return false
    for (const { lane } of this.#inFlight) if (lane !== 'bulk') return false
    return true
  }

  #isBesideOthers(): boolean {
    const now = performance.now()
    if (this.#interactive.length > 0) this.#interactiveAt = now
    return now - this.#interactiveAt < INTERACTIVE_MEMORY_MS
  }

  async #carryOut(batch: Batch): Promise<void> {
    const outcomes = await this.#outcomesOf(batch.entries)
    this.#inFlight.delete(batch)
    this.#answering++
    this.#send()
    await answer(batch.entries, outcomes)
    this.#answering--
    this.#tellIdle()
  }

  async #outcomesOf(entries: readonly Entry[]): Promise<readonly CommandOutcome[]> {
    const { clock, send } = this.#options
    try {
      const outcomes = await send(
        entries.map(({ command }) => command),
        clock(),
      )
      return entries.map((_, at) => toOutcome(outcomes[at]))
    } catch (error) {
      const refusal = { ok: false, error: toRefusal(error) } as const
      return entries.map(() => refusal)
    }
  }

  #tellIdle(): void {
    if (this.#inFlight.size === 0 && this.#answering === 0 && !this.#isScheduled) this.#idle?.()
  }

  #take(): Batch {
    const isBeside = this.#isBesideOthers()
    // The lanes take turns where both have something, so that neither starves.
    const takesBulk = this.#bulk.length > 0 && (this.#interactive.length === 0 || this.#bulkIsNext)
    this.#bulkIsNext = !takesBulk
    if (!takesBulk) {
      return { lane: 'interactive', entries: this.#takeFrom(this.#interactive, this.#options.commandsMax) }
    }
    const commandsMax = isBeside ? BULK_COMMANDS_BESIDE_OTHERS : BULK_COMMANDS
    return { lane: 'bulk', entries: this.#takeFrom(this.#bulk, commandsMax) }
  }

  #takeFrom(lane: Entry[], commandsMax: number): Entry[] {
    let characters = 0
    let count = 0
    while (count < lane.length && count < commandsMax) {
      const next = weigh(lane[count]!.command)
      if (count > 0 && characters + next > BATCH_CHARACTERS_MAX) break
      characters += next
      count++
    }
    this.#characters -= characters
    return lane.splice(0, count)
  }

  #checkRoom(commands: number, characters: number): void {
    if (this.#closed) throw new CascadeError('UNAVAILABLE', 'the store is closed')
    if (this.waiting + commands <= QUEUE_COMMANDS_MAX && this.#characters + characters <= QUEUE_CHARACTERS_MAX) return
    throw new CascadeError('UNAVAILABLE', `${this.waiting} writes are waiting already`)
  }
}

/** Tells the callers, a few in each turn of the event loop: what they do next is work for this thread. */
async function answer(entries: readonly Entry[], outcomes: readonly CommandOutcome[]): Promise<void> {
  let told = 0
  for (const [at, { call, position }] of entries.entries()) {
    const outcome = outcomes[at]
    if (outcome) call.outcomes[position] = outcome
    if (--call.open > 0) continue
    call.resolve(call.outcomes)
    if (++told % CALLERS_PER_TURN === 0) await setImmediate()
  }
}

/** Characters of content that a command carries: what makes commands differ in size. */
function weigh({ changes }: Command): number {
  let characters = 0
  for (const change of changes) {
    if ('draft' in change && typeof change.draft === 'object' && change.draft !== null && 'content' in change.draft) {
      characters += String(change.draft.content).length
    }
  }
  return characters
}

function toOutcome(outcome: WrittenOutcome | undefined): CommandOutcome {
  if (!outcome) return { ok: false, error: new CascadeError('OUTCOME_UNKNOWN', 'the writer answered fewer outcomes') }
  return outcome.ok ? outcome : { ok: false, error: toCascadeError(outcome.error) }
}

const toCascadeError = (error: ErrorFields): CascadeError => fromErrorFields(error)

function toRefusal(error: unknown): CascadeError {
  if (error instanceof CascadeError) return error
  return new CascadeError('INTERNAL', 'the batch could not be sent', { cause: error })
}
