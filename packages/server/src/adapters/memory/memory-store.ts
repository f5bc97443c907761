import { CascadeError, type Clock, createUuidV7, isCascadeError, messageOf, type Random, systemRandom } from '#base'
import type { CapsuleChange, CapsuleStore, SoftMatcher } from '#capsules'
import type { LedgerStore } from '#ledger'
import {
  appendMinted,
  type Capabilities,
  type Change,
  type ChangeEntry,
  COMMANDS_PER_APPEND_MAX,
  COVERS,
  type CollectionDefinition,
  type Command,
  type CommandOutcome,
  type Finding,
  type Receipt,
  type RecordDelete,
  type RecordPut,
  type Records,
  type Repaired,
  type Scrubbed,
} from '#store'
import type { Store } from '../../domain/store.ts'
import { applyCapsuleChange, findDuplicate } from './apply-capsule-change.ts'
import { createCapsuleStore } from './capsule-store-memory.ts'
import { createLedgerStore } from './ledger-store-memory.ts'
import { createState, getCapsule, headOf, type MemoryState } from './memory-state.ts'
import { applyRecordChange, createRecords } from './records-memory.ts'
import { SequenceWatch } from './sequence-watch.ts'
import { UndoLog } from './undo-log.ts'
import { DIMENSIONS_MAX } from './vectors.ts'
import type { ChangeContext, ChangeEffect } from './version-rows.ts'
import { writeLeaves } from './write-leaves.ts'

export interface MemoryStoreOptions {
  readonly collections: readonly CollectionDefinition[]
  readonly clock: Clock
  readonly random?: Random
  /** `source` of the events. */
  readonly source?: string
  /** Tells how near words are in meaning, for ranking. */
  readonly matcher?: SoftMatcher
}

/** How long a command's receipt answers its repetitions. */
const RECEIPT_LIFE_MS = 24 * 60 * 60 * 1000

/** A store that forgets everything when its process ends; the model that other stores are compared with. */
export const openMemoryStore = (options: MemoryStoreOptions): Store => new MemoryStore(options)

class MemoryStore implements Store {
  readonly capsules: CapsuleStore
  readonly ledger: LedgerStore
  readonly records: Records
  readonly #state: MemoryState
  readonly #clock: Clock
  readonly #eventId: () => string
  readonly #source: string
  readonly #watch = new SequenceWatch(() => this.head())
  #lastMs = 0
  #isOpen = true

  constructor({ collections, clock, random = systemRandom, source = '/memory', matcher }: MemoryStoreOptions) {
    this.#state = createState(collections.map(({ name }) => name))
    this.#clock = clock
    this.#eventId = createUuidV7(clock, random)
    this.#source = source
    this.capsules = createCapsuleStore(this.#state, (sequence) => this.#watch.reached(sequence), matcher)
    this.ledger = createLedgerStore(this.#state)
    this.records = createRecords(this.#state, collections, clock)
  }

  // No await between the first command and the last: the event loop is the lock that makes commands follow each other.
  async append(commands: readonly Command[]): Promise<readonly CommandOutcome[]> {
    await this.ready()
    if (commands.length > COMMANDS_PER_APPEND_MAX) {
      throw new CascadeError('UNPROCESSABLE', `at most ${COMMANDS_PER_APPEND_MAX} commands at once`)
    }
    const outcomes = await appendMinted(commands, async (minted) => minted.map((command) => this.#carryOut(command)))
    this.#watch.notify()
    return outcomes
  }

  async receipt(commandId: string): Promise<Receipt | undefined> {
    this.#forgetOldReceipts()
    return this.#state.receipts.get(commandId)?.receipt
  }

  head(): number {
    return this.#state.leaves.length - 1
  }

  async changesSince(sequence: number, limit: number): Promise<readonly ChangeEntry[]> {
    return this.#state.entries.slice(sequence + 1, sequence + 1 + limit)
  }

  capabilities(): Capabilities {
    return { name: 'memory', exactVectorSearch: true, onlineBackup: false, dimensionsMax: DIMENSIONS_MAX }
  }

  async ready(): Promise<void> {
    if (!this.#isOpen) throw new CascadeError('UNAVAILABLE', 'the store is closed')
  }

  async doctor(): Promise<readonly Finding[]> {
    const { firstBad } = await this.ledger.verifyChain(0)
    const detail = firstBad === undefined ? `${this.#state.leaves.length} entries` : `broken at ${firstBad}`
    return [{ check: 'ledger chain', ok: firstBad === undefined, detail }]
  }

  /** Nothing is derived here: every answer is made of the rows. */
  async repair(): Promise<readonly Repaired[]> {
    await this.ready()
    return []
  }

  /** What was erased is gone with its rows: nothing is kept beside them. */
  async scrub(): Promise<readonly Scrubbed[]> {
    await this.ready()
    return [{ place: 'rows', detail: 'emptied or deleted' }]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false
  }

  #carryOut(command: Command): CommandOutcome {
    const undo = new UndoLog()
    try {
      this.#forgetOldReceipts()
      const first = this.#findReceipt(command)
      return first ? { ok: true, receipt: first } : this.#execute(command, undo)
    } catch (error) {
      undo.rollback()
      return { ok: false, error: isCascadeError(error) ? error : broken(error) }
    }
  }

  /** The first receipt of a repeated command. */
  #findReceipt({ id, bodyDigest }: Command): Receipt | undefined {
    const row = this.#state.receipts.get(id)
    if (row && row.bodyDigest !== bodyDigest) {
      throw new CascadeError('IDEMPOTENCY_KEY_REUSED', `the command ${id} was another one`)
    }
    return row?.receipt
  }

  #execute(command: Command, undo: UndoLog): CommandOutcome {
    this.#checkGrant(command)
    this.#checkShape(command)
    this.#checkExpected(command)
    const now = Math.max(this.#lastMs, this.#clock())
    const context: ChangeContext = { state: this.#state, undo, now, actor: command.grant.subject }
    const twin = findTwin(context, command)
    const effects = twin ? [twin] : command.changes.map((change) => apply(context, change))
    const rows = twin ? [] : [...(command.alongside ?? []), ...(command.decision?.keep ?? [])]
    for (const row of rows) applyRecordChange(this.#state, undo, now, row)
    if (!twin) writeLeaves(this.#state, command, { now, eventId: this.#eventId, source: this.#source })
    this.#lastMs = now
    const receipt = this.#remember(command, this.#toReceipt(command, effects, twin !== undefined), now)
    const isTold = !twin && (command.records.length > 0 || command.decision !== undefined)
    return isTold ? { ok: true, receipt, committedAt: now } : { ok: true, receipt }
  }

  #checkGrant({ grant, changes }: Command): void {
    const refused = changes.find((change) => !COVERS[grant.action].includes(change.kind))
    if (refused) throw new CascadeError('FORBIDDEN', `a grant of ${grant.action} does not cover ${refused.kind}`)
    if (grant.reach === 'command' && this.#state.spent.has(grant.decisionId)) {
      throw new CascadeError('FORBIDDEN', `the grant of decision ${grant.decisionId} was good for one command`)
    }
  }

  #checkShape({ changes, records, events }: Command): void {
    if (records.length === 0 && changes.length + events.length > 0) {
      throw new CascadeError('UNPROCESSABLE', 'no change and no event without a record of it')
    }
  }

  #checkExpected({ expected = {} }: Command): void {
    for (const [id, revision] of Object.entries(expected)) {
      const found = getCapsule(this.#state, id).revision
      if (found !== revision) {
        throw new CascadeError('REVISION_MISMATCH', `the capsule ${id} is at revision ${found}, not ${revision}`)
      }
    }
  }

  #toReceipt(command: Command, effects: readonly ChangeEffect[], isTwin: boolean): Receipt {
    const id = effects.find((effect) => effect.id !== null)?.id ?? null
    const created = effects.some((effect) => effect.id === id && effect.created)
    return {
      command_id: command.id,
      outcome: isTwin ? 'existing' : created ? 'created' : 'updated',
      id,
      version: id === null ? null : headOf(getCapsule(this.#state, id)).version,
      sequence: this.head(),
      near_duplicates: effects.find((effect) => effect.id === id)?.nearDuplicates ?? [],
    }
  }

  #remember({ id, bodyDigest, grant }: Command, receipt: Receipt, at: number): Receipt {
    this.#state.receipts.set(id, { receipt, bodyDigest, decisionId: grant.decisionId, at })
    if (grant.reach === 'command') this.#state.spent.set(grant.decisionId, at)
    return receipt
  }

  /** Both maps are in the order of writing, and time never runs backwards in them: the old stand first. */
  #forgetOldReceipts(): void {
    const limit = Math.max(this.#lastMs, this.#clock()) - RECEIPT_LIFE_MS
    for (const [id, { at }] of this.#state.receipts) {
      if (at >= limit) break
      this.#state.receipts.delete(id)
    }
    for (const [id, at] of this.#state.spent) {
      if (at >= limit) break
      this.#state.spent.delete(id)
    }
  }
}

/** What the first change finds in its place, when it is the creation of what is there already. */
function findTwin({ state }: ChangeContext, { changes }: Command): ChangeEffect | undefined {
  const first = changes[0]
  if (!first || !isCreate(first) || first.dedupe === 'none') return undefined
  const twin = findDuplicate(state, first.draft)
  return twin && { id: twin.id, created: false, nearDuplicates: [] }
}

function apply(context: ChangeContext, change: Change): ChangeEffect {
  if (!isRecordChange(change)) return applyCapsuleChange(context, change as CapsuleChange)
  applyRecordChange(context.state, context.undo, context.now, change)
  return { id: null, created: false, nearDuplicates: [] }
}

const isCreate = (change: Change): change is Extract<CapsuleChange, { kind: 'capsule.create' }> =>
  change.kind === 'capsule.create'

const isRecordChange = (change: Change): change is RecordPut | RecordDelete =>
  change.kind === 'record.put' || change.kind === 'record.delete'

const broken = (cause: unknown): CascadeError =>
  new CascadeError('INTERNAL', `the command broke the store: ${messageOf(cause)}`, { cause })
