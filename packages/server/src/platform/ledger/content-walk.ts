import type { LedgerStore } from './ledger-store.ts'
import { askOf, type LogDamage } from './log-damage.ts'
import { addContents, type ContentCounts, NO_CONTENTS } from './told-content.ts'

/** Entries whose contents are asked for at once, at most. */
const ENTRIES_AT_ONCE = 1000

/**
 * Follows a walk along the entries of a log with a look at the versions of capsules that they tell of. It ends at the first
 * that is not as it was recorded, and the walk goes on: what else is wrong is told before it.
 */
export class ContentWalk {
  readonly #ledger: Pick<LedgerStore, 'verifyContents' | 'countVersions'>
  readonly #signal: AbortSignal | undefined
  #next = 0
  #damage: LogDamage | undefined
  counts: ContentCounts = NO_CONTENTS

  constructor(ledger: Pick<LedgerStore, 'verifyContents' | 'countVersions'>, signal: AbortSignal | undefined) {
    this.#ledger = ledger
    this.#signal = signal
  }

  begin(from: number): void {
    this.#next = from
  }

  /** Looks at what the entries before `end` tell of that was not looked at yet. */
  async goTo(end: number): Promise<void> {
    while (this.#damage === undefined && this.#next < end) {
      this.#signal?.throwIfAborted()
      const [from, limit] = [this.#next, Math.min(ENTRIES_AT_ONCE, end - this.#next)]
      const slice = await askOf(() => this.#ledger.verifyContents(from, limit))
      if (slice.ok) this.#take(slice.value)
      else this.#damage = { part: 'contents', reason: `contents of entries from ${from} on: ${slice.reason}` }
    }
  }

  /**
   * What was found.
   *
   * @param isWhole all entries were walked along: versions that none of them tells of are damage as well.
   */
  async end(isWhole: boolean): Promise<LogDamage | undefined> {
    if (!isWhole || this.#damage) return this.#damage
    const counted = await askOf(() => this.#ledger.countVersions())
    if (!counted.ok) return { part: 'contents', reason: `versions: ${counted.reason}` }
    const { versions, head } = counted.value
    // Written while the log was walked along.
    await this.goTo(head + 1)
    const { verified, erased, archived } = this.counts
    const untold = versions - verified - erased - archived
    if (this.#damage || untold <= 0) return this.#damage
    return { part: 'contents', reason: `no entry tells of ${untold} of ${versions} versions of capsules` }
  }

  #take({ next, counts, fault }: Awaited<ReturnType<LedgerStore['verifyContents']>>): void {
    this.#next = next
    this.counts = addContents(this.counts, counts)
    if (fault) this.#damage = { part: 'contents', firstBad: fault.index, reason: fault.reason }
  }
}
