/** What became of one copy. */
export interface ErasedCopy {
  /** Its name: a file, an object of a bucket, a segment. */
  readonly copy: string
  readonly outcome: 'rewritten' | 'deleted' | 'key destroyed' | 'key handed out' | 'unreachable'
  readonly detail: string
}

/**
 * A place beside the store that holds copies of capsules: archives, backups, shipped logs. An erasure asks each of them.
 */
export interface CopyVault {
  /** Named in receipts: `archives`, `backups`. */
  readonly place: string
  /**
   * Takes the capsules out of every copy that holds one of them, or makes the copy unreadable for good. Doing it again is safe:
   * an erasure that was interrupted asks once more.
   *
   * @returns the copies that were changed, and those that could not be; none for a copy that held nothing of them.
   */
  erase(ids: ReadonlySet<string>): Promise<readonly ErasedCopy[]>
}
