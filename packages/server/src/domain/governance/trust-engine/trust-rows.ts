import type { CollectionDefinition } from '#store'
import type { Evidence } from './evidence.ts'
import type { StepReason, TrustStanding } from './fold-trust.ts'

/** Evidence by subject and number, in order; standings by subject. */
export const TRUST_COLLECTIONS = [
  { name: 'trust_evidence', indexes: [] },
  { name: 'trust_standings', indexes: [] },
] as const satisfies readonly CollectionDefinition[]

/** A piece of evidence with what it came to. */
export interface EvidenceRow extends Evidence {
  readonly subject: string
  readonly old: number
  readonly new: number
  readonly reason: StepReason
  /** What was said to it, for people; it is not in the log. */
  readonly note: string | null
}

/** How a subject stands, after so many pieces of evidence. */
export interface StandingRow extends TrustStanding {
  readonly count: number
}

const DIGITS = 12

/** Counts down from the number, so that key order is newest first. */
export const evidenceKey = (subject: string, number: number): string =>
  `${subject}/${String(10 ** DIGITS - 1 - number).padStart(DIGITS, '0')}`

/** Before all keys of the subject. */
export const firstKey = (subject: string): string => `${subject}/`
