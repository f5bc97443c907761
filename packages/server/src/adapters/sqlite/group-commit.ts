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

interface Entry {
  readonly command: Command
  readonly settle: (outcome: CommandOutcome) => void
}

/** Calls with more commands than this go into the lane for bulk, which gives way to all others. */
const INTERACTIVE_COMMANDS_MAX = 16
/** Commands of one bulk transaction: many while nobody else writes, else few, so that others wait for less. */
const BULK_COMMANDS = 500
const BULK_COMMANDS_BESIDE_OTHERS = 200
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
  #isSending = false
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
    const outcomes = commands.map((command) => new Promise<CommandOutcome>((settle) => lane.push({ command, settle })))
    if (!this.#isSending) {
      this.#isSending = true
      // Not at once: what is asked in the same turn of the event loop belongs into the same transaction.
      if (this.#options.waitMs > 0) setTimeout(() => void this.#run(), this.#options.waitMs)
      else setImmediate(() => void this.#run())
    }
    return Promise.all(outcomes)
  }

  /** How many commands wait. */
  get waiting(): number {
    return this.#interactive.length + this.#bulk.length
  }

  /** Takes nothing more, and resolves when all that was taken is answered. */
  async close(): Promise<void> {
    this.#closed = true
    if (!this.#isSending) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }

  async #run(): Promise<void> {
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#sendBatch(batch)
    this.#isSending = false
    this.#idle?.()
  }

  async #sendBatch(batch: readonly Entry[]): Promise<void> {
    const { clock, send } = this.#options
    try {
      const outcomes = await send(
        batch.map(({ command }) => command),
        clock(),
      )
      for (const [position, { settle }] of batch.entries()) settle(toOutcome(outcomes[position]))
    } catch (error) {
      if (isUnclonable(error) && batch.length > 1) return this.#sendOneByOne(batch)
      for (const { settle } of batch) settle({ ok: false, error: toRefusal(error) })
    }
  }

  /** A value that no thread can be handed must not sink its neighbours. */
  async #sendOneByOne(batch: readonly Entry[]): Promise<void> {
    for (const entry of batch) await this.#sendBatch([entry])
  }

  #take(): Entry[] {
    const now = performance.now()
    if (this.#interactive.length > 0) this.#interactiveAt = now
    const isBeside = now - this.#interactiveAt < INTERACTIVE_MEMORY_MS
    // The lanes take turns where both have something, so that neither starves.
    const takesBulk = this.#bulk.length > 0 && (this.#interactive.length === 0 || this.#bulkIsNext)
    this.#bulkIsNext = !takesBulk
    if (!takesBulk) return this.#takeFrom(this.#interactive, this.#options.commandsMax)
    return this.#takeFrom(this.#bulk, isBeside ? BULK_COMMANDS_BESIDE_OTHERS : BULK_COMMANDS)
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

/** Thrown by postMessage, before anything is sent. */
const isUnclonable = (error: unknown): boolean => error instanceof DOMException && error.name === 'DataCloneError'

function toRefusal(error: unknown): CascadeError {
  if (error instanceof CascadeError) return error
  if (isUnclonable(error)) {
    return new CascadeError('UNPROCESSABLE', 'a command holds a value that is not JSON', { cause: error })
  }
  return new CascadeError('INTERNAL', 'the batch could not be sent', { cause: error })
}
