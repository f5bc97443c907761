import { ERRORS } from '@forge-cascade/contract'
import { CascadeError, isWithin, type Random } from '#base'
import type { Change, Command, CommandOutcome, UnitOfWork } from '#store'
import { carryOut } from './capsule-step.ts'
import type { FileBook } from './file-book.ts'
import { type ImportFileRow, type ImportRow, jobKey, NO_TALLY } from './import-records.ts'
import type { SourcePoint } from './import-source.ts'
import { failedRow, type Planning } from './plan-file.ts'
import type { PlannedItem } from './planned-item.ts'
import type { Progress } from './progress.ts'
import { type ImportEnd, numbersOf, tellImport } from './tell-import.ts'

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

/** A row whose change rides on a command of another file. */
interface Rider {
  readonly name: string
  readonly change: Change
}

interface Load {
  readonly riders: readonly Rider[]
  readonly point: SourcePoint | undefined
}

interface ItemCommand {
  readonly command: Command
  readonly item: WritableItem | undefined
  readonly load: Load
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
  #riders: Rider[] = []
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
  async finish(type: ImportEnd): Promise<void> {
    const { context, grant, jobId } = this.#planning.settings
    for (const rows of slices(this.#failureRows(), ROWS_PER_COMMAND)) {
      for (const row of rows) this.#board(row)
      await commit(context.store, this.#noteCommand(this.#takeLoad()))
    }
    const changes = [...this.#loadChanges(this.#takeLoad()), this.jobChange()]
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

  /** The change that writes the job with its numbers as they are. */
  jobChange(): Change {
    const { job } = this.#progress
    const row: ImportRow = { state: job.state, source: this.#source, job }
    return this.#records.put(this.#grant, 'imports', jobKey(job.id), row)
  }

  /** Lets the row ride on the next command. */
  #board(row: ImportFileRow): void {
    const { book } = this.#planning
    this.#riders.push({ name: book.nameOf(row), change: book.put(this.#grant, row) })
  }

  #takeLoad(): Load {
    const load = { riders: this.#riders, point: this.#point }
    this.#riders = []
    this.#point = undefined
    return load
  }

  #loadChanges({ riders, point }: Load): readonly Change[] {
    const changes = riders.map(({ change }) => change)
    return point ? [...changes, this.#records.put(this.#grant, 'import_points', this.#source, point)] : changes
  }

  /** The command did not happen: its load rides on the next one, save what is of the very file that failed. */
  #takeBack({ riders, point }: Load, names: ReadonlySet<string>): void {
    this.#riders.unshift(...riders.filter(({ name }) => !names.has(name)))
    this.#point ??= point
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
      else if (entry.steps.length > 0) commands.push(this.#itemCommand(entry, this.#takeLoad()))
      else this.#riders.push(...ridersOf(entry, this.#planning.book))
    }
    if (this.#riders.length > 0) {
      const load = this.#takeLoad()
      commands.push({ command: this.#noteCommand(load), item: undefined, load })
    }
    return commands.map((one, index) => (index === commands.length - 1 ? this.#withProgress(one) : one))
  }

  #itemCommand(item: WritableItem, load: Load): ItemCommand {
    const { context, grant } = this.#planning.settings
    const { changes, records, events } = carryOut(context.store.capsules, grant, item.steps)
    // Capsules first: the first change is the one that may turn out to be there already. Rows in the order of planning.
    const all = [...changes, ...this.#loadChanges(load), ...item.puts]
    return { command: { id: commandId(context.random), grant, changes: all, records, events }, item, load }
  }

  #noteCommand(load: Load): Command {
    const { context, grant, jobId } = this.#planning.settings
    const telling = tellImport(grant, 'import.noted', jobId, { files: load.riders.length })
    const changes = this.#loadChanges(load)
    return { id: commandId(context.random), grant, changes, records: telling.records, events: [] }
  }

  #withProgress(one: ItemCommand): ItemCommand {
    const now = this.#planning.settings.context.clock()
    if (isWithin(now, this.#progressAt, PROGRESS_MS)) return one
    this.#progressAt = now
    this.#progress.mark()
    return { ...one, command: { ...one.command, changes: [...one.command.changes, this.jobChange()] } }
  }

  /** What the items came to where it is not what was planned. */
  async #settle(
    commands: readonly ItemCommand[],
    outcomes: readonly CommandOutcome[],
  ): Promise<ReadonlyMap<PlannedItem, PlannedItem>> {
    const otherwise = new Map<PlannedItem, PlannedItem>()
    for (const [index, { item, load }] of commands.entries()) {
      const outcome = outcomes[index]
      if (!outcome) throw new CascadeError('INTERNAL', 'The store answered fewer outcomes than commands.')
      if (outcome.ok && outcome.receipt.outcome !== 'existing') continue
      if (!outcome.ok && ('retryable' in ERRORS[outcome.error.code] || !item)) throw outcome.error
      if (!item) continue
      this.#takeBack(load, new Set(item.rows.map((row) => this.#planning.book.nameOf(row))))
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
      const tally = { ...NO_TALLY, unchanged: 1 }
      this.#board({ ...planned, reason, capsule_id: id, created_by: null, tally })
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

const ridersOf = ({ rows, puts }: WritableItem, book: FileBook): Rider[] =>
  puts.flatMap((change, index) => (rows[index] ? [{ name: book.nameOf(rows[index]), change }] : []))

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
