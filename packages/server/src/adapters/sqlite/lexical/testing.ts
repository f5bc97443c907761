import { queryTerms } from '../../../domain/capsules/rules/index.ts'
import { Database } from '../database.ts'
import { migrate } from '../migrations.ts'
import { IndexBuilder } from './index-builder.ts'
import { installWork, removeUnfinished, stagePages } from './install-work.ts'
import { LexicalIndex } from './lexical-index.ts'
import { Lexicon } from './lexicon.ts'
import { HEADS, type Part, REST } from './part.ts'
import type { WorkRules } from './plan-work.ts'
import { searchTerms } from './search-terms.ts'
import { TextLog } from './text-log.ts'
import type { FoundDocument } from './top-documents.ts'

/** Numbers so small that a few dozen documents are built, merged and merged again. */
export const TINY: WorkRules = {
  buildFromChanges: 6,
  mergedTogether: 3,
  segmentDocumentsMax: 4000,
  deadShare: 0.3,
  joinRatio: 0,
}

/** A file of a store with nothing in it but an index of words, written as the writer writes it. */
export class IndexUnderTest {
  readonly database: Database
  readonly texts: TextLog
  readonly index: LexicalIndex
  readonly #builder: IndexBuilder

  constructor(file = ':memory:', pragmas: readonly string[] = []) {
    this.database = new Database(file, { readOnly: false, pragmas })
    migrate(this.database)
    this.texts = new TextLog(this.database, new Lexicon(this.database))
    this.index = new LexicalIndex(this.database)
    this.#builder = new IndexBuilder(this.database)
  }

  /** What a start does to what a crash left. */
  open(): void {
    removeUnfinished(this.database)
  }

  /** Does the next work for the index as threads do it together; false when there is none. */
  work(rules: WorkRules, tell: (phase: string) => void = () => undefined): boolean {
    tell('build')
    if (!this.#builder.next(rules)) return false
    tell('stage')
    for (let segment = 0, from = 0; ; ) {
      const pages = this.#builder.pages(segment, from)
      if (pages) {
        stagePages(this.database, pages.segment, pages.from, pages.bodies)
        from += pages.bodies.length
      } else if (from > 0) [segment, from] = [segment + 1, 0]
      else break
    }
    tell('install')
    return installWork(this.database, this.#builder.finish()!)
  }

  /** Words that the index knows of. */
  words(): Set<string> {
    return new Set(this.database.all<{ term: string }>('SELECT term FROM lexicon').map(({ term }) => term))
  }

  search(question: string, parts: readonly Part[], limit: number, admits: (version: number) => boolean = () => true) {
    return search(this.database, this.index, question, parts, limit, admits)
  }
}

export function search(
  database: Database,
  index: LexicalIndex,
  question: string,
  parts: readonly Part[],
  limit: number,
  admits: (version: number) => boolean = () => true,
): FoundDocument[] {
  return database.snapshot(() => {
    index.refresh()
    const terms = queryTerms(question).flatMap((term) => index.lexicon.find(term) ?? [])
    return searchTerms(index, { terms, parts, limit, admits: (_, version) => admits(version) })
  })
}

export const ALL_PARTS: readonly (readonly Part[])[] = [[HEADS], [REST], [HEADS, REST]]
