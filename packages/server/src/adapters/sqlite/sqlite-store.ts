import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { CascadeError, type Clock, isErrno } from '#base'
import type { CapsuleStore } from '#capsules'
import type { LedgerStore } from '#ledger'
import {
  appendMinted,
  type Capabilities,
  type ChangeEntry,
  COMMANDS_PER_APPEND_MAX,
  type CollectionDefinition,
  type Command,
  type CommandOutcome,
  type Finding,
  type Receipt,
  type Records,
  type Refuse,
  type Repaired,
  type Scrubbed,
} from '#store'
import type { Store } from '../../domain/store.ts'
import type { WrittenBackup } from './backup.ts'
import { SqliteBackupVault } from './backup-vault-sqlite.ts'
import type { CareData, CareOperations } from './care-worker.ts'
import { GroupCommit } from './group-commit.ts'
import { IndexCare } from './index-care.ts'
import { createCapsulePort, createLedgerPort, createRecordsPort } from './ports.ts'
import { ReaderPool } from './reader-pool.ts'
import { repairWords } from './repair.ts'
import type { ScrubStep } from './scrub.ts'
import { SequenceWatch } from './sequence-watch.ts'
import type { CutterSettings } from './shipping/log-cutter.ts'
import { Shipper, type ShipperSettings, type ShippingStatus } from './shipping/shipper.ts'
import { lostThread, ThreadLink } from './thread-link.ts'
import { DIMENSIONS_MAX } from './vector/index.ts'
import { DATABASE_FILE, keysIn } from './writer-operations.ts'
import { WriterThread } from './writer-thread.ts'

/** Where the log is shipped to, and how. */
export type ShippingSettings = ShipperSettings & Pick<CutterSettings, 'bytes' | 'waitingBytesMax'>

export interface SqliteStoreSettings {
  readonly directory: string
  readonly writer: Worker | undefined
  readonly collections: readonly CollectionDefinition[]
  readonly readers: number
  readonly groupCommitMax: number
  readonly groupCommitMs: number
  readonly compressionLevel: number
  readonly pagesMax: number
  readonly backups: string | undefined
  readonly keys: string | undefined
  readonly shipping: ShippingSettings | undefined
  readonly migrations: readonly string[] | undefined
  readonly words: SharedArrayBuffer | undefined
  readonly clock: Clock
  readonly source: string
  readonly onTrouble: (message: string, cause: unknown) => void
  readonly onUpgrade: (backup: string) => void
}

export interface BackupOptions {
  readonly keyFile?: string | undefined
  readonly onProgress?: (done: number, total: number) => void
}

/** The embedded store: one SQLite file, one thread that writes, some that read, and vectors in memory they share. */
export class SqliteStore implements Store {
  readonly capsules: CapsuleStore
  readonly ledger: LedgerStore
  readonly records: Records
  /** The backups that this store wrote, and their keys. */
  readonly vault: SqliteBackupVault
  readonly #settings: SqliteStoreSettings
  readonly #watch = new SequenceWatch()
  readonly #writer: WriterThread
  readonly #readers: ReaderPool
  readonly #commits: GroupCommit
  readonly #words: IndexCare
  readonly #shipper: Shipper | undefined
  readonly #cares = new Set<ThreadLink<CareOperations>>()
  #isOpen = false
  #refuse: Refuse | undefined

  constructor(settings: SqliteStoreSettings) {
    this.#settings = settings
    const { directory, collections, clock, source, onTrouble } = settings
    const keys = settings.keys ?? keysIn(directory)
    const shared = { directory, collections, eventSource: source, head: this.#watch.shared }
    const onLost = (thread: string) => (cause: unknown) => onTrouble(`the store’s ${thread} was lost`, cause)
    this.#readers = new ReaderPool({
      size: settings.readers,
      data: { ...shared, ...(settings.words && { words: settings.words }) },
      onLost: onLost('reader'),
    })
    // The writer first: it is the one that everybody waits for.
    this.#writer = new WriterThread({
      data: {
        ...shared,
        compressionLevel: settings.compressionLevel,
        pagesMax: settings.pagesMax,
        ...(settings.backups !== undefined && { backups: settings.backups }),
        ...(settings.keys !== undefined && { keys: settings.keys }),
        ...(settings.shipping && { shipping: { ...settings.shipping, keys, place: settings.shipping.target } }),
        ...(settings.migrations && { migrations: settings.migrations }),
      },
      clock,
      ahead: settings.writer,
      onUpgrade: settings.onUpgrade,
      onWords: () => this.#words.due(),
      onSpace: (space) => this.#readers.announce(space),
      onTrouble: (message) => onTrouble(message, undefined),
      onLost: onLost('writer'),
    })
    this.#readers.start()
    this.#words = new IndexCare({
      directory,
      stage: (pages) => this.#writer.stagePages(pages),
      install: (work) => this.#writer.installWork(work),
      onTrouble,
    })
    this.#commits = new GroupCommit({
      clock,
      commandsMax: settings.groupCommitMax,
      waitMs: settings.groupCommitMs,
      send: (commands, now) => this.#writer.write(commands, now),
    })
    this.capsules = createCapsulePort(this.#readers, this.#watch, () => this.#writer.ready())
    this.ledger = createLedgerPort(this.#readers, this.#writer, () => this.#watch.head)
    this.records = createRecordsPort(this.#readers, clock)
    this.vault = new SqliteBackupVault({
      directory,
      keys,
      clock,
      care: (work) => this.#care(work),
      beginChain: async () => this.#shipper?.beginAnew(),
    })
    this.#shipper =
      settings.shipping &&
      new Shipper({
        ...settings.shipping,
        directory,
        keys,
        clock,
        writer: this.#writer,
        writeBase: (request) => this.#care((care) => care.call('backup', [request])),
        onTrouble,
      })
  }

  /** Opens the file, and leaves the vectors to `ready`. @throws CascadeError DATA_FOLDER_NEWER, UNAVAILABLE, DATA_CORRUPT. */
  async open(): Promise<void> {
    try {
      await this.#writer.opened()
    } catch (error) {
      await Promise.all([this.#readers.close(), this.#writer.close()])
      throw error
    }
    // Until the vectors are in memory, or will not be, the processor is the writer's.
    void Promise.allSettled([this.#writer.ready()]).then(() => this.#readers.opened())
    this.#isOpen = true
    this.#shipper?.start()
  }

  /** How far the log was shipped; undefined where it is not. */
  get shipping(): ShippingStatus | undefined {
    return this.#shipper?.status
  }

  /** Ships now what was committed, instead of at the next round. Never rejects: the status tells what came of it. */
  async ship(): Promise<void> {
    await this.#shipper?.round()
  }

  /** Asked about each command from now on, before it is carried out. */
  refuseBy(refuse: Refuse): void {
    this.#refuse = refuse
  }

  async append(commands: readonly Command[]): Promise<readonly CommandOutcome[]> {
    this.#assertOpen()
    if (commands.length > COMMANDS_PER_APPEND_MAX) {
      throw new CascadeError('UNPROCESSABLE', `at most ${COMMANDS_PER_APPEND_MAX} commands at once`)
    }
    const outcomes = await appendMinted(commands, (minted) => this.#commits.enqueue(minted), this.#refuse)
    this.#watch.notify()
    return outcomes
  }

  async receipt(commandId: string): Promise<Receipt | undefined> {
    return this.#readers.read('receipt', commandId, this.#settings.clock())
  }

  head(): number {
    return this.#watch.head
  }

  async changesSince(sequence: number, limit: number): Promise<readonly ChangeEntry[]> {
    return this.#readers.read('changesSince', sequence, limit)
  }

  /** Commands that wait for their transaction. */
  get commandsWaiting(): number {
    return this.#commits.waiting
  }

  /** Bytes of the store's files. */
  async bytes(): Promise<number> {
    const file = join(this.#settings.directory, DATABASE_FILE)
    const sizes = await Promise.all([file, `${file}-wal`].map(sizeOf))
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  capabilities(): Capabilities {
    return { name: 'sqlite', exactVectorSearch: true, onlineBackup: true, dimensionsMax: DIMENSIONS_MAX }
  }

  async ready(): Promise<void> {
    this.#assertOpen()
    await this.#writer.ready()
  }

  async doctor(
    depth: 'quick' | 'full',
    onProgress?: (done: number, total: number) => void,
  ): Promise<readonly Finding[]> {
    this.#assertOpen()
    const index = await this.#writer.indexState()
    return this.#care((care) => care.call('examine', [depth, index], { onProgress }))
  }

  /**
   * Seals a complete copy of the store into `file` while it is in use; its key goes into the ring.
   *
   * @param keyFile file for a copy of the key.
   * @throws CascadeError STORAGE_FULL, UNPROCESSABLE, UNAVAILABLE; nothing appears under the name then.
   */
  async backup(file: string, { keyFile, onProgress }: BackupOptions = {}): Promise<WrittenBackup> {
    this.#assertOpen()
    return this.vault.write(file, keyFile, onProgress)
  }

  async repair(findings: readonly Finding[]): Promise<readonly Repaired[]> {
    return repairWords(findings, () => this.rebuildWords())
  }

  /** Makes the index of words anew from what versions say: mends what the doctor finds in it. How many versions it holds. */
  async rebuildWords(): Promise<number> {
    this.#assertOpen()
    const versions = await this.#writer.rebuildWords()
    this.#words.due()
    return versions
  }

  /** Resolves when the index of words is in few segments: for tests and measurements of what follows. */
  settleWords(): Promise<void> {
    return this.#words.settle()
  }

  async scrub(): Promise<readonly Scrubbed[]> {
    this.#assertOpen()
    let [names, pages, heldUp] = [0, 0, 0]
    for (let next: number | undefined = 1; next !== undefined; ) {
      const step: ScrubStep = await this.#writer.scrub(next)
      names += step.names
      pages += step.pages
      next = step.next
      if (!step.isHeldUp) continue
      if (++heldUp > SCRUB_WAITS_MAX) throw new CascadeError('UNAVAILABLE', 'a reader has held up the log for too long')
      await setTimeout(SCRUB_WAIT_MS)
    }
    return [
      { place: 'rows', detail: 'emptied or deleted, and overwritten with zeros' },
      { place: 'vectors', detail: 'deleted, and overwritten in memory' },
      { place: 'text index', detail: 'rewritten without the words' },
      { place: 'names', detail: namesDetail(names) },
      { place: 'write-ahead log', detail: 'copied into the file and emptied' },
      { place: 'unused space', detail: `overwritten with zeros in ${pages} pages` },
    ]
  }

  /** Ends the writing thread in the middle of what it does, as a crash of it would: for tests of what follows. */
  crashWriter(): Promise<void> {
    return this.#writer.crash()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#commits.close()
    await this.#words.close()
    await this.#shipper?.stop()
    // A look through a large store takes minutes, and nobody is left who wants to know.
    await Promise.all([...this.#cares].map((care) => care.terminate()))
    await this.#readers.close()
    await this.#writer.close()
    await this.#shipper?.last()
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new CascadeError('UNAVAILABLE', 'the store is closed')
  }

  /** Long work has a thread of its own for as long as it takes, and a connection that only reads. */
  async #care<T>(work: (care: ThreadLink<CareOperations>) => Promise<T>): Promise<T> {
    const data: CareData = { directory: this.#settings.directory }
    const care = new ThreadLink<CareOperations>({
      file: 'care-worker',
      data,
      orphaned: lostThread('UNAVAILABLE'),
      onLost: (cause) => this.#isOpen && this.#settings.onTrouble('the store’s care was lost', cause),
    })
    this.#cares.add(care)
    try {
      return await work(care)
    } finally {
      this.#cares.delete(care)
      await care.close('close', [])
    }
  }
}

/** How often, and after how long, a scrub that a reader holds up is tried again: ten seconds in all. */
const SCRUB_WAITS_MAX = 400
const SCRUB_WAIT_MS = 25

/** Of the words beside a text that are kept once for all capsules which bear them. */
const namesDetail = (deleted: number): string =>
  deleted === 0
    ? 'no tag, scope, identity or speaker was left that the erased alone bore'
    : `tags, scopes, identities and speakers that the erased alone bore: ${deleted} deleted`

/** Nothing for a file that is not there: the log comes with the first write. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0
    throw error
  }
}
