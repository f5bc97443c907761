import type { CapsuleStatus } from '@forge-cascade/contract'
import type { Database } from './database.ts'
import { LeafWriter } from './leaf-writer.ts'
import { Names } from './names.ts'
import { StagedEffects } from './staged-effects.ts'
import type { VectorSlots } from './vector-slots.ts'

export interface WriterSettings {
  /** zstd level of contents; 0 stores them as they are. */
  readonly compressionLevel: number
  /** `source` of the CloudEvents. */
  readonly eventSource: string
  /** Collection → its indexed members. */
  readonly collections: ReadonlyMap<string, readonly string[]>
}

/** What the writer's functions share: the one writable connection, and what waits for the end of the transaction. */
export class WriteSession {
  readonly database: Database
  readonly settings: WriterSettings
  readonly slots: VectorSlots
  readonly names: Names
  readonly leaves: LeafWriter
  readonly staged = new StagedEffects()
  /** Milliseconds since 1970 at which the batch was sent off; the main thread's clock. */
  now = 0

  constructor(database: Database, settings: WriterSettings, slots: VectorSlots) {
    this.database = database
    this.settings = settings
    this.slots = slots
    this.names = new Names(database)
    this.leaves = new LeafWriter(database, this.names)
  }

  /**
   * Runs `work` so that it happens wholly or not at all within the open transaction.
   *
   * The text index is written after all savepoints are gone: FTS5 flushes a segment to disk at each one it sees.
   */
  isolated<T>(work: () => T): T {
    const marks = { staged: this.staged.mark(), leaves: this.leaves.mark(), names: this.names.mark() }
    this.database.run('SAVEPOINT command')
    try {
      const result = work()
      this.database.run('RELEASE command')
      return result
    } catch (error) {
      this.database.run('ROLLBACK TO command')
      this.database.run('RELEASE command')
      this.staged.rollbackTo(marks.staged)
      this.leaves.rollbackTo(marks.leaves)
      this.names.rollbackTo(marks.names)
      throw error
    }
  }
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
}

export type SettableStatus = Exclude<CapsuleStatus, 'ERASED'>
