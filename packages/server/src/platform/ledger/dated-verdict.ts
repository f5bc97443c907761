import type { LogVerdict } from './log-damage.ts'

/** Which verification is asked for. */
export interface VerifyRequest {
  /** Only so many of the newest entries; all when undefined. */
  readonly newest?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Told in entries. */
  readonly onProgress?: (checked: number, of: number) => void
}

/** A verdict on the log, what it is about, and when it was given. */
export interface DatedVerdict {
  readonly verdict: LogVerdict
  /** Index of the first entry that was looked at. */
  readonly from: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Why nothing is signed any more; absent while the log is signed. */
  readonly stopped?: string
}
