import type { StatedRecord } from '@forge-cascade/contract/records'
import type { LedgerCategory } from '@forge-cascade/contract/vocabulary'
import { canonicalJson, sha256Hex } from '#base'

/**
 * What the writer of a change states about it: one of the kinds that have a schema, with what that kind says. The store adds
 * `v`, `index`, `prev` and `time` when it commits.
 *
 * No personal or large content here: what must be provable but erasable goes into `digests`, salted.
 *
 * @see docs/concepts/record.md
 */
export type LedgerRecord = StatedRecord

/** A record as those see it who keep it or read it: of whatever kind, also one that only a later version knows. */
export interface AnyRecord {
  readonly category: LedgerCategory
  /** Past tense, such as `capsule.created`. */
  readonly type: string
  /** Subject id of who acted. */
  readonly actor: string
  readonly correlationId: string
  /** What it is about: `capsule/<id>`. */
  readonly subject: string
  /** Name → salted digest (64 hex digits). */
  readonly digests: Readonly<Record<string, string>>
  readonly payload: Readonly<Record<string, unknown>>
}

/** An entry of the log. Its canonical JSON (RFC 8785) is what is hashed and stored. */
export interface Leaf {
  /** Version of the record's schema. */
  readonly v: 1
  /** Counts from 0 without gaps, in commit order. */
  readonly index: number
  /** Leaf hash of the entry before, 64 hex digits; 64 zeros for the first. */
  readonly prev: string
  /** RFC 3339, UTC, milliseconds; never before the entry before. */
  readonly time: string
  readonly category: LedgerCategory
  readonly type: string
  readonly actor: string
  readonly correlation_id: string
  readonly subject: string
  readonly digests: Readonly<Record<string, string>>
  readonly payload: Readonly<Record<string, unknown>>
}

export const FIRST_PREV = '0'.repeat(64)

/** Longest canonical leaf in bytes: what a C2SP entry tile can hold. */
export const LEAF_BYTES_MAX = 65_535

export const leafText = (leaf: Leaf): string => canonicalJson(leaf)

/** SHA-256 over 0x00 and the canonical bytes: the leaf hash of RFC 6962 section 2.1, hex. */
export const leafHash = (text: string): string => sha256Hex(`\0${text}`)

/** Completes a record to the entry at `index`. */
export function toLeaf(record: AnyRecord, index: number, prev: string, time: string): Leaf {
  const { category, type, actor, correlationId, subject, digests, payload } = record
  return { v: 1, index, prev, time, category, type, actor, correlation_id: correlationId, subject, digests, payload }
}
