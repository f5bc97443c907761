/** What a verification of the log found. */
export interface LogVerdict {
  readonly valid: boolean
  /** Entries of the log. */
  readonly size: number
  /** Index of the last entry that was looked at and is sound; -1 for none. */
  readonly checkedTo: number
  /** Index of the first entry that is not as it was written. */
  readonly firstBad?: number
  /** What is wrong. */
  readonly reason?: string
}
