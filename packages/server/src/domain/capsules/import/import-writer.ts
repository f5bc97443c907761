import { ERRORS } from '@forge-cascade/contract'
import { CascadeError, type Random } from '#base'
import type { Change, Command, CommandOutcome, UnitOfWork } from '#store'
import { carryOut } from './capsule-step.ts'
import { type ImportFileRow, type ImportRow, jobKey, NO_TALLY } from './import-records.ts'
import type { SourcePoint } from './import-source.ts'
import { failedRow, type Planning } from './plan-file.ts'
import type { PlannedItem } from './planned-item.ts'
import type { Progress } from './progress.ts'
import { numbersOf, tellImport } from './tell-import.ts'

/** An item with the changes that write its rows. */
export interface WritableItem extends PlannedItem {
  readonly puts: readonly Change[]
}

export type BatchEntry = WritableItem | { readonly point: SourcePoint }

/** How often the job's own record is written; it rides on a command that is written anyway. */
const PROGRESS_MS = 500
/** Files whose failure is kept by name; beyond that they are only counted. */
const FAILURES_NOTED_MAX = 10_000
const ROWS_PER_COMMAND = 200

interface Failure {
  readonly planned: ImportFileRow
  /** How the file stood when its command was refused. */
  readonly stored: ImportFileRow | undefined
  readonly reason: string
}

interface ItemCommand {
  readonly command: Command
  readonly item: WritableItem | undefined
}

/**
 * Writes what was planned, in order. The capsules of a file, its row and how far the history was read are one command:
 * wherever a run is cut off, the next one finds each file either done or untouched.
 */
export class ImportWriter {
  readonly #planning: Planning
  readonly #progress: Progress
  readonly #source: string
  /** Rows without a change of capsules; they ride on the next command. */
  #riding: Change[] = []
  /** A point rides on a command after those it stands for. */
  #point: SourcePoint | undefined
  // Written at the end only: a row that is written at once would let the next version of the file, which was planned
  // upon the one that failed, pass the check of its row's revision.
  readonly #failures = new Map<string, Failure>()
  #progressAt = 0

  constructor(planning: Planning, progress: Progress, source: string) {
    this.#planning = planning
    this.#progress = progress
    this.#source = source
  }

  /** @throws CascadeError when the store cannot write now; what was written before stays. */
  async write(entries: readonly BatchEntry[]): Promise<void> {
    const items = entries.filter((entry) => 'path' in entry)
    const commands = this.#toCommands(entries)
    if (commands.length > 0) {
      const outcomes = await this.#planning.settings.context.store.append(commands.map(({ command }) => command))
      const failed = await this.#settle(commands, outcomes)
      for (const item of items) this.#progress.count(failed.get(item) ?? item)
      return
    }
    for (const item of items) this.#progress.count(item)
  }

  /** Writes what is left, and the end of the job. */
  async finish(type: `import.${string}`): Promise<void> {
    const { context, grant, jobId } = this.#planning.settings
    for (const rows of slices(this.#failureRows(), ROWS_PER_COMMAND)) {
      this.#riding.push(...rows.map((row) => this.#planning.book.put(grant, row)))
      await commit(context.store, this.#noteCommand())
    }
    const changes = [...this.#takeRiding(), this.#jobChange()]
    const telling = tellImport(grant, type, jobId, numbersOf(this.#progress.job))
    await commit(context.store, { id: commandId(context.random), grant, changes, ...telling })
  }

  /** Those that were not taken in later all the same. */
  #failureRows(): readonly ImportFileRow[] {
    const { book } = this.#planning
    return [...this.#failures.values()].flatMap(({ planned, stored, reason }) =>
      book.isNewest(planned, stored)
        ? [failedRow(this.#planning, planned.path, reason, stored, book.isWhole ? null : planned.digest)]
        : [],
    )
  }

  #jobChange(): Change {
    const { job } = this.#progress
    const row: ImportRow = { state: job.state, source: this.#source, job }
    return this.#records.put(this.#grant, 'imports', jobKey(job.id), row)
  }

  /** What waits for a command to ride on. */
  #takeRiding(): readonly Change[] {
    const riding = [...this.#riding, ...this.#pointChanges()]
    this.#riding = []
    return riding
  }

  get #grant() {
    return this.#planning.settings.grant
  }

  get #records() {
    return this.#planning.settings.context.store.records
  }

  #toCommands(entries: readonly BatchEntry[]): readonly ItemCommand[] {
    const commands: ItemCommand[] = []
    for (const entry of entries) {
      if ('point' in entry) this.#point = entry.point
      else if (entry.steps.length === 0) this.#riding.push(...entry.puts)
      else commands.push({ command: this.#itemCommand(entry), item: entry })
    }
    if (this.#riding.length > 0) commands.push({ command: this.#noteCommand(), item: undefined })
    return commands.map((one, index) => (index === commands.length - 1 ? this.#withProgress(one) : one))
  }

  #itemCommand({ steps, puts }: WritableItem): Command {
    const { context, grant } = this.#planning.settings
    const { changes, records, events } = carryOut(context.store.capsules, grant, steps)
    return {
      id: commandId(context.random),
      grant,
      changes: [...changes, ...puts, ...this.#takeRiding()],
      records,
      events,
    }
  }

  #noteCommand(): Command {
    const { context, grant, jobId } = this.#planning.settings
    const changes = this.#takeRiding()
    const telling = tellImport(grant, 'import.noted', jobId, { files: changes.length })
    return { id: commandId(context.random), grant, changes, records: telling.records, events: [] }
  }

  #pointChanges(): readonly Change[] {
    const point = this.#point
    this.#point = undefined
    return point ? [this.#records.put(this.#grant, 'import_points', this.#source, point)] : []
  }

  #withProgress({ command, item }: ItemCommand): ItemCommand {
    const now = this.#planning.settings.context.clock()
    if (now - this.#progressAt < PROGRESS_MS) return { command, item }
    this.#progressAt = now
    this.#progress.mark()
    return { command: { ...command, changes: [...command.changes, this.#jobChange()] }, item }
  }

  /** What the items came to where it is not what was planned. */
  async #settle(
    commands: readonly ItemCommand[],
    outcomes: readonly CommandOutcome[],
  ): Promise<ReadonlyMap<PlannedItem, PlannedItem>> {
    const otherwise = new Map<PlannedItem, PlannedItem>()
    for (const [index, { item }] of commands.entries()) {
      const outcome = outcomes[index]
      if (!outcome) throw new CascadeError('INTERNAL', 'The store answered fewer outcomes than commands.')
      if (outcome.ok && outcome.receipt.outcome !== 'existing') continue
      if (!outcome.ok && ('retryable' in ERRORS[outcome.error.code] || !item)) throw outcome.error
      if (!item) continue
      otherwise.set(
        item,
        outcome.ok ? await this.#existing(item, outcome.receipt.id) : await this.#fail(item, outcome.error),
      )
    }
    return otherwise
  }

  /** The same text was there: its capsule stands for the line, and the import did not bring it in. */
  async #existing(item: WritableItem, id: string | null): Promise<PlannedItem> {
    const [planned] = item.rows
    if (planned) {
      await this.#planning.book.reload(planned)
      const reason = 'the same text is there already'
      const row = { ...planned, reason, capsule_id: id, created_by: null, tally: NO_TALLY }
      this.#riding.push(this.#planning.book.put(this.#grant, row))
    }
    return { ...item, outcome: 'unchanged', steps: [] }
  }

  async #fail(item: WritableItem, error: CascadeError): Promise<PlannedItem> {
    const { book, documents } = this.#planning
    if (item.document !== null) documents.forget(item.document)
    for (const row of item.rows) await book.reload(row)
    const [planned] = item.rows
    if (planned && this.#failures.size < FAILURES_NOTED_MAX) {
      const stored = await book.find(book.nameOf(planned))
      this.#failures.set(book.nameOf(planned), { planned, stored, reason: `${error.code}: ${error.detail}` })
    }
    return { ...item, outcome: 'failed', steps: [] }
  }
}

const COMMAND_ID_BYTES = 16

export const commandId = (random: Random): string =>
  Buffer.from(random(new Uint8Array(COMMAND_ID_BYTES))).toString('hex')

/** Carries out one command. @throws CascadeError as the store refuses it. */
export const commit = (store: UnitOfWork, command: Command): Promise<void> => commitAll(store, [command])

/** Carries out commands that must not fail. @throws CascadeError of the first that did. */
export async function commitAll(store: UnitOfWork, commands: readonly Command[]): Promise<void> {
  if (commands.length === 0) return
  for (const outcome of await store.append(commands)) if (!outcome.ok) throw outcome.error
}

const slices = <T>(items: readonly T[], size: number): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
