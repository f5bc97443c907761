import type { Database } from '../database.ts'
import type { FinishedWork } from './install-work.ts'
import { LexicalIndex } from './lexical-index.ts'
import { doNextWork, type IndexWork, type WorkRules } from './plan-work.ts'

/** Pages that are handed over at once, bytes: copying them holds nobody up. */
const HANDED_BYTES_MAX = 1024 * 1024

/** Pages of one segment that follow each other. */
export interface PageBatch {
  readonly segment: number
  readonly from: number
  readonly bodies: readonly Uint8Array[]
}

/** Makes segments and hands them out piece by piece: its pages first, then the segments themselves. */
export class IndexBuilder {
  readonly #database: Database
  readonly #index: LexicalIndex
  #work: IndexWork | undefined

  constructor(database: Database) {
    this.#database = database
    this.#index = new LexicalIndex(database)
  }

  /** Does the next work there is; false when there is none. */
  next(rules: WorkRules): boolean {
    this.#work = this.#database.snapshot(() => {
      this.#index.refreshSegments()
      return doNextWork(this.#database, this.#index, rules)
    })
    return this.#work !== undefined
  }

  /** The pages of the work's segment `at` from page `from` on; nothing behind the last. */
  pages(at: number, from: number): PageBatch | undefined {
    const pages = this.#work?.segments[at]?.pages.slice(from) ?? []
    if (!this.#work || pages.length === 0) return undefined
    const bodies: Uint8Array[] = []
    for (let bytes = 0; bodies.length < pages.length && bytes < HANDED_BYTES_MAX; ) {
      const { body } = pages[bodies.length]!
      bodies.push(body)
      bytes += body.length
    }
    return { segment: this.#work.firstKey + at, from, bodies }
  }

  /** The work without its pages, which it forgets. */
  finish(): FinishedWork | undefined {
    const work = this.#work
    this.#work = undefined
    return work && { ...work, segments: work.segments.map(withoutPages) }
  }
}

const withoutPages = ({ pages, ...segment }: IndexWork['segments'][number]): FinishedWork['segments'][number] => ({
  ...segment,
  firstTerms: Uint32Array.from(pages, ({ first }) => first),
})
