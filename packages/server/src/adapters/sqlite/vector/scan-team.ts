/** Other readers of the same space, in threads of their own. */
export interface ScanTeam {
  /** Whether somebody has nothing to do just now. */
  hasIdle(): boolean
  /** Asks the others to call `help`; who comes too late finds nothing left. */
  call(job: ScanJob): void
}

/** What a helper needs beside the asker's scratch. */
export interface ScanJob {
  /** Number of the reader that asks. */
  readonly reader: number
  readonly job: number
  readonly limit: number
  readonly pieces: number
  readonly coarseStep: number
  readonly fineStep: number
  readonly slack: number
}
