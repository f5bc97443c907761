import type { CapsuleStatus } from '@forge-cascade/contract'
import { BandIndex } from './band-index.ts'
import type { Database } from './database.ts'
import { LeafWriter, type LedgerTail } from './leaf-writer.ts'
import { LedgerTree } from './ledger-tree.ts'
import { Lexicon, TextLog } from './lexical/index.ts'
import { Names } from './names.ts'
import type { LogCutter } from './shipping/log-cutter.ts'
import { Spaces } from './spaces.ts'
import { StagedEffects } from './staged-effects.ts'
import type { VectorSlots } from './vector-slots.ts'

export interface WriterSettings {
  /** zstd level of contents; 0 stores them as they are. */
  readonly compressionLevel: number
  /** `source` of the CloudEvents. */
  readonly eventSource: string
  /** Collection → its indexed members. */
  readonly collections: ReadonlyMap<string, readonly string[]>
  /** Told of what goes wrong after a commit, which no caller can be told. */
  readonly onTrouble: (message: string) => void
}

/** What the writer's functions share: the one writable connection, and what waits for the end of the transaction. */
export class WriteSession {
  readonly database: Database
  readonly settings: WriterSettings
  readonly slots: VectorSlots
  /** Where the log is shipped. */
  readonly cutter: LogCutter | undefined
  readonly names: Names
  readonly spaces: Spaces
  readonly leaves: LeafWriter
  readonly tree: LedgerTree
  readonly texts: TextLog
  readonly bands = new BandIndex()
  #hasBands = false
  readonly staged = new StagedEffects()
  /** Key of a retired space → version up to which its vectors were removed. A hint: the rows decide. */
  readonly droppedTo = new Map<number, number>()
  /** Something was erased in the open transaction or since the readers were told. */
  hasErased = false
  /** Milliseconds since 1970 at which the batch was sent off; the main thread's clock. */
  now = 0
  #version: number

  constructor(database: Database, settings: WriterSettings, slots: VectorSlots, cutter?: LogCutter) {
    this.cutter = cutter
    this.database = database
    this.settings = settings
    this.slots = slots
    this.names = new Names(database)
    this.spaces = new Spaces(database)
    this.leaves = new LeafWriter(database, this.names)
    this.tree = new LedgerTree(database)
    this.texts = new TextLog(database, new Lexicon(database))
    this.#version = database.get<{ key: number | null }>('SELECT max(key) AS key FROM versions')?.key ?? 0
  }

  /** The key of a version to be written. Capsule and version name each other, so it is known before either is there. */
  nextVersion(): number {
    return ++this.#version
  }

  /** Reads the bands of what is there, at the first write or in the first idle moment: opening need not wait for it. */
  loadBands(): void {
    if (this.#hasBands) return
    this.#hasBands = true
    this.bands.load(this.database)
  }

  mark(): SessionMark {
    return {
      staged: this.staged.mark(),
      leaves: this.leaves.mark(),
      names: this.names.mark(),
      bands: this.bands.size,
      spaces: this.spaces.mark(),
      texts: this.texts.mark(),
    }
  }

  /** Takes back what is kept beside the rows; the rows themselves are SQLite's to take back. */
  rollbackTo(mark: SessionMark): void {
    this.staged.rollbackTo(mark.staged)
    this.leaves.rollbackTo(mark.leaves)
    this.names.rollbackTo(mark.names)
    this.bands.shrinkTo(mark.bands)
    this.spaces.rollbackTo(mark.spaces)
    this.texts.rollbackTo(mark.texts)
  }

  /** Runs `work` so that it happens wholly or not at all within the open transaction. */
  isolated<T>(work: () => T): T {
    const mark = this.mark()
    this.database.exec('SAVEPOINT command')
    try {
      const result = work()
      this.database.exec('RELEASE command')
      return result
    } catch (error) {
      this.database.exec('ROLLBACK TO command; RELEASE command')
      this.rollbackTo(mark)
      throw error
    }
  }
}

export interface SessionMark {
  readonly staged: number
  readonly leaves: LedgerTail
  readonly names: number
  readonly bands: number
  readonly spaces: number
  readonly texts: ReturnType<TextLog['mark']>
}

/** A row of `capsules`. */
export interface CapsuleRow {
  readonly key: number
  readonly id: Uint8Array
  readonly owner: number
  readonly status: number
  readonly trust: number
  readonly effective_trust: number
  readonly unsettled: number
  readonly revision: number
  readonly head: number
  readonly version: string
  readonly type: number
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly part_of: number | null
  readonly indexed: number
  readonly space: number | null
  readonly created_at: number
  readonly bytes: number
  /** Of the archive, where its content lies; null for what is here. */
  readonly segment: Uint8Array | null
}

export type SettableStatus = Exclude<CapsuleStatus, 'ERASED'>
