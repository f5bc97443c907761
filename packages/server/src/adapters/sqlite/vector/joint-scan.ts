/** Groups of 64 slots that all searches look at before any goes on: their codes stay in the cache of one core meanwhile. */
const STRETCH = 16

/** What one search does in a scan with others. */
export interface ScanPart {
  /** Leaves those slots of the segment in scratch that pass its filter; how many there are. */
  readonly filter: (segment: number, words: number) => number
  /** Scans the groups of 64 from `from` to `end`, without it, as they were filtered. */
  readonly scan: (segment: number, from: number, end: number) => void
}

/** How it went for one search. */
export type ScanOutcome = { readonly scanned: number } | { readonly problem: unknown }

/**
 * Searches of one thread in one space that were begun and not ended yet: they are scanned as one, when the first of them is
 * asked what it found. The codes are read from memory for one, and by the others from the cache.
 */
export class JointScan {
  readonly #open = new Set<ScanPart>()
  readonly #outcomes = new WeakMap<ScanPart, ScanOutcome>()

  enter(part: ScanPart): void {
    this.#open.add(part)
  }

  /** Nobody asks any more what this search finds. */
  leave(part: ScanPart): void {
    this.#open.delete(part)
  }

  /**
   * How many slots passed the filter of a search that has entered, once all of them are scanned.
   *
   * @param wordsOf groups of 64 slots of each segment.
   * @throws what the filter of this search has thrown.
   */
  scannedOf(part: ScanPart, wordsOf: readonly number[]): number {
    if (this.#open.has(part)) this.#scanAll(wordsOf)
    const outcome = this.#outcomes.get(part)
    if (outcome === undefined) throw new RangeError('this search has not entered the scan')
    if ('problem' in outcome) throw outcome.problem
    return outcome.scanned
  }

  #scanAll(wordsOf: readonly number[]): void {
    for (const part of this.#open) this.#outcomes.set(part, { scanned: 0 })
    for (const [segment, words] of wordsOf.entries()) {
      const passing = [...this.#open].filter((part) => this.#filter(part, segment, words))
      for (let from = 0; from < words; from += STRETCH) {
        const end = Math.min(from + STRETCH, words)
        for (const part of passing) part.scan(segment, from, end)
      }
    }
    this.#open.clear()
  }

  /** Whether there is anything to scan; a search whose filter fails is out, and the others go on. */
  #filter(part: ScanPart, segment: number, words: number): boolean {
    const before = this.#outcomes.get(part)
    try {
      const passing = part.filter(segment, words)
      const scanned = before && 'scanned' in before ? before.scanned : 0
      this.#outcomes.set(part, { scanned: scanned + passing })
      return passing > 0
    } catch (problem) {
      this.#outcomes.set(part, { problem })
      this.#open.delete(part)
      return false
    }
  }
}
