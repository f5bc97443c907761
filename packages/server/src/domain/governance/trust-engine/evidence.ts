/** What speaks for or against a subject, or is decided about it. */
export const EVIDENCE_KINDS = [
  'success',
  'failure',
  'vote',
  'incident',
  'denial',
  'service',
  /** An administrator gives it a score. */
  'set',
  /** An administrator lifts its quarantine. */
  'released',
] as const
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number]

/** One piece of evidence, as it is kept. */
export interface Evidence {
  /** UUIDv7. */
  readonly id: string
  readonly kind: EvidenceKind
  /** The subject that caused it. */
  readonly by: string
  /** True where the one behind it is the one behind the subject: it never raises. */
  readonly isOwn: boolean
  /** Of a vote 1 or -1, of `set` the score; null of all others. */
  readonly value: number | null
  /** Milliseconds since 1970. */
  readonly at: number
}
