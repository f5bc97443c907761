import type { Database } from './database.ts'
import { HashChains } from './hash-chains.ts'

/**
 * Which capsules may say the same thing at the same place, by their key of duplicates (`dedupeKey`), in memory: as an
 * index of the file it would be written all over, a page a capsule in a bulk load. A function of the rows of `capsules`,
 * read anew whenever the store is opened. Entries of capsules that say something else by now stay until then: whoever
 * finds one looks at its row before believing it.
 */
export class TwinIndex {
  readonly #chains = new HashChains()

  /** How many entries there are. */
  get size(): number {
    return this.#chains.size
  }

  add(dedupe: number, capsule: number): void {
    this.#chains.add(dedupe, capsule)
  }

  /** Keys of capsules, oldest first. All of them: the oldest is the one that counts. */
  find(dedupe: number): number[] {
    const found = this.#chains.find(dedupe, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
    return found.length < 2 ? found : [...new Set(found)].sort((a, b) => a - b)
  }

  /** Takes back the newest entries, down to a size that the index had before. */
  shrinkTo(size: number): void {
    this.#chains.shrinkTo(size)
  }

  /** Enters all capsules that another may be a duplicate of. */
  load(database: Database): void {
    const rows = database.iterateArrays<readonly [capsule: number, dedupe: number]>(
      'SELECT key, dedupe FROM capsules WHERE dedupe IS NOT NULL ORDER BY key',
    )
    for (const [capsule, dedupe] of rows) this.add(dedupe, capsule)
  }
}
