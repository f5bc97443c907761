import type { CascadeError } from '#base'
import type { Leaf } from '#ledger'
import type { Command, Receipt } from './command.ts'

/** A command's end: its receipt, or why it changed nothing. A failed command never sinks its neighbours. */
export type CommandOutcome =
  | {
      readonly ok: true
      readonly receipt: Receipt
      /** Time of its leaves in milliseconds, which is the `createdAt` of a version it wrote; absent when it wrote none. */
      readonly committedAt?: number
    }
  | { readonly ok: false; readonly error: CascadeError }

/** CloudEvents 1.0 with our extensions, ready to send. @see https://github.com/cloudevents/spec */
export interface CascadeEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly actor: string
  readonly correlationid: string
  readonly decisionid: string
  readonly sequence: number
  readonly data: Readonly<Record<string, unknown>>
}

/** One leaf with the events that stand under it. */
export interface ChangeEntry {
  readonly sequence: number
  readonly leaf: Leaf
  readonly events: readonly CascadeEvent[]
}

/** What an adapter can do, so that a caller (and a contract suite) asks instead of guessing. */
export interface Capabilities {
  readonly name: 'sqlite' | 'neo4j' | 'memory'
  readonly exactVectorSearch: boolean
  readonly onlineBackup: boolean
  readonly dimensionsMax: number
}

/** One place in which nothing of what was erased is left, and what was done there. */
export interface Scrubbed {
  readonly place: string
  readonly detail: string
}

/** Something derived that was made anew. */
export interface Repaired {
  readonly check: string
  readonly detail: string
}

/** The check of the tree of the log, which is no part of the log: it is worked out of the entries. */
export const LOG_TREE = 'ledger tree'

export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

/**
 * The one way to write. Every adapter serialises commands, gives their leaves dense indexes in commit order, and has
 * made a command durable (fsync) and visible to every reader before its receipt is returned.
 *
 * Failures: REVISION_MISMATCH and CONFLICT (the state is another one), UNPROCESSABLE, LINEAGE_CYCLE, NOT_FOUND (invalid),
 * FORBIDDEN (the grant does not cover it), UNAVAILABLE and STORAGE_FULL (nothing happened, try later), OUTCOME_UNKNOWN
 * (ask `receipt` by command id).
 */
export interface UnitOfWork {
  /** Carries out each command; answers in the same order. At most `COMMANDS_PER_APPEND_MAX` at once. */
  append(commands: readonly Command[]): Promise<readonly CommandOutcome[]>
  /** The receipt of a command that was carried out in the last 24 hours. */
  receipt(commandId: string): Promise<Receipt | undefined>
  /** Index of the newest leaf, -1 while there is none. */
  head(): number
  /** Leaves after `sequence` (exclusive) in order, with their events: the outbox and the source of every follower. */
  changesSince(sequence: number, limit: number): Promise<readonly ChangeEntry[]>
  capabilities(): Capabilities
  /** Resolves when reads and writes are possible. @throws CascadeError UNAVAILABLE with what is missing. */
  ready(): Promise<void>
  /** Looks for damage; `quick` skips what reads everything. */
  doctor(depth: 'quick' | 'full', onProgress?: (done: number, total: number) => void): Promise<readonly Finding[]>
  /**
   * Makes anew what is derived from rows and found damaged; rows are never touched. Reading goes on, writes wait. The tree
   * of the log is left: whether the entries are those that were signed is not for the store to say.
   *
   * @param findings of a full look of `doctor`.
   * @returns what was made anew, by the check that found it; none where nothing of that kind is damaged.
   * @throws CascadeError DATA_CORRUPT when what it would be derived from is damaged; STORAGE_FULL.
   */
  repair(findings: readonly Finding[]): Promise<readonly Repaired[]>
  /**
   * Leaves nothing of what was erased in whatever the store keeps beside its rows: indexes, logs, unused space, words that
   * only the erased used, copies in memory. Erasing is not done before this resolved; doing it again is safe.
   *
   * @throws CascadeError UNAVAILABLE when a place could not be reached in time, STORAGE_FULL.
   */
  scrub(): Promise<readonly Scrubbed[]>
  [Symbol.asyncDispose](): Promise<void>
}

export const COMMANDS_PER_APPEND_MAX = 1000
