import type { LedgerRecord } from '#ledger'
import type { Change } from './change.ts'
import type { Grant } from './grant.ts'
import type { RecordPut } from './records.ts'

/**
 * An event to send, as the writer of the change states it. The store adds `id`, `time` and `sequence` and keeps it under
 * the leaf of its record, from where `changesSince` hands it on as a CloudEvent.
 */
export interface EventDraft {
  /** Past tense, with prefix: `cascade.capsule.created`. */
  readonly type: string
  /** What it is about: `capsule/<id>`. */
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * One unit that happens wholly or not at all: changes of state, the records that tell of them, the events that go out.
 *
 * `id` is 32 hex digits (128 bits): a repeated id returns the first receipt and changes nothing, for 24 hours.
 * `bodyDigest` tells a repetition (same digest) from a reused id (another digest: IDEMPOTENCY_KEY_REUSED).
 */
export interface Command {
  readonly id: string
  readonly bodyDigest?: string
  readonly grant: Grant
  /** Revision that each named capsule must still have; otherwise REVISION_MISMATCH and nothing changes. */
  readonly expected?: Readonly<Record<string, number>>
  /**
   * Applied in order. When the first is a `capsule.create` that finds its duplicate, the whole command changes nothing,
   * writes no record, and its receipt says `existing`.
   */
  readonly changes: readonly Change[]
  /** At least one where there is a change: no change without a record. */
  readonly records: readonly LedgerRecord[]
  readonly events: readonly EventDraft[]
  /** The decision that it rests on, where that is not on record yet; its leaf comes last. */
  readonly decision?: DecisionNote
  /** Rows that its grant has the first command under it take along; no action has to cover these. */
  readonly alongside?: readonly RecordPut[]
}

/** The record of a decision, or of several, and the rows beside the log that it tells of; no action has to cover these. */
export interface DecisionNote {
  readonly record: LedgerRecord
  readonly keep: readonly RecordPut[]
}

export interface NearDuplicate {
  readonly id: string
  /** Estimated Jaccard similarity of the word shingles, 0-1. */
  readonly similarity: number
}

/** What became of a command. `sequence` is the index of its last leaf, or of the newest leaf where it wrote none. */
export interface Receipt {
  readonly command_id: string
  readonly outcome: 'created' | 'existing' | 'updated'
  readonly id: string | null
  readonly version: string | null
  readonly sequence: number
  readonly near_duplicates: readonly NearDuplicate[]
}
