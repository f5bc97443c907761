import {
  damping,
  FIELD_WEIGHTS,
  indexTerms,
  meanLengthOf,
  mostOf,
  queryTerms,
  rarity,
  share,
} from '../../../domain/capsules/rules/index.ts'
import { Database } from '../database.ts'
import { migrate } from '../migrations.ts'
import { IndexBuilder } from './index-builder.ts'
import { installWork, stagePages } from './install-work.ts'
import { LexicalIndex } from './lexical-index.ts'
import { Lexicon } from './lexicon.ts'
import { HEADS, type Part, REST } from './part.ts'
import type { WorkRules } from './plan-work.ts'
import { searchTerms } from './search-terms.ts'
import { TextLog, type VersionText } from './text-log.ts'
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

  /** Does the next work for the index as threads do it together; false when there is none. */
  work(rules: WorkRules): boolean {
    if (!this.#builder.next(rules)) return false
    for (let segment = 0, from = 0; ; ) {
      const pages = this.#builder.pages(segment, from)
      if (pages) {
        stagePages(this.database, pages.segment, pages.from, pages.bodies)
        from += pages.bodies.length
      } else if (from > 0) [segment, from] = [segment + 1, 0]
      else break
    }
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

/** What an index must say, worked out from the texts themselves, each time anew. */
export class IndexModel {
  readonly #weighed = new Map<number, { readonly weights: Map<string, number>; readonly length: number }>()
  readonly parts: readonly [Set<number>, Set<number>] = [new Set(), new Set()]

  write({ version, title, tags, content }: VersionText): void {
    const weights = new Map<string, number>()
    let length = 0
    for (const [field, texts] of Object.entries({ title: [title ?? ''], tags, content: [content] })) {
      const weight = FIELD_WEIGHTS[field as keyof typeof FIELD_WEIGHTS]
      for (const { terms, functionWords } of texts.map(indexTerms)) {
        for (const term of terms.filter((one) => one !== '.' && one !== '?')) {
          weights.set(term, (weights.get(term) ?? 0) + weight)
          length += weight
        }
        for (const word of functionWords) weights.set(word, 1)
      }
    }
    this.#weighed.set(version, { weights, length })
  }

  words(): Set<string> {
    const versions = this.parts.flatMap((part) => [...part])
    return new Set(versions.flatMap((version) => [...this.#weighed.get(version)!.weights.keys()]))
  }

  /** Scores of all that hold a word of the question, best first. */
  search(question: string, parts: readonly Part[]): { readonly version: number; readonly score: number }[] {
    const versions = parts.flatMap((part) => [...this.parts[part]])
    const all = versions.map((version) => ({ version, ...this.#weighed.get(version)! }))
    const mean = meanLengthOf(
      all.reduce((sum, { length }) => sum + length, 0),
      all.length,
    )
    const scores = new Map<number, number>()
    for (const term of queryTerms(question)) {
      const holders = all.filter(({ weights }) => weights.has(term))
      const most = mostOf(rarity(all.length, holders.length))
      for (const { version, weights, length } of holders) {
        const score = most * share(weights.get(term)!, damping(length, mean))
        scores.set(version, (scores.get(version) ?? 0) + score)
      }
    }
    return [...scores].map(([version, score]) => ({ version, score })).sort((a, b) => b.score - a.score)
  }
}

export const ALL_PARTS: readonly (readonly Part[])[] = [[HEADS], [REST], [HEADS, REST]]
