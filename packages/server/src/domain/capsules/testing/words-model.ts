import { damping, FIELD_WEIGHTS, meanLengthOf, mostOf, rarity, share } from '../text/bm25.ts'
import { indexTerms, QUESTION_END, queryTerms, SENTENCE_END } from '../text/index-terms.ts'

export interface WrittenWords {
  readonly title: string | null
  readonly tags: readonly string[]
  readonly content: string
}

/** What an index must say, worked out from the texts themselves, each time anew. */
export class WordsModel<Key> {
  readonly #weighed = new Map<Key, { readonly weights: Map<string, number>; readonly length: number }>()
  readonly parts: readonly [Set<Key>, Set<Key>] = [new Set(), new Set()]

  write(key: Key, { title, tags, content }: WrittenWords): void {
    const weights = new Map<string, number>()
    let length = 0
    for (const [field, texts] of Object.entries({ title: [title ?? ''], tags, content: [content] })) {
      const weight = FIELD_WEIGHTS[field as keyof typeof FIELD_WEIGHTS]
      for (const { terms, functionWords } of texts.map(indexTerms)) {
        for (const term of terms.filter((one) => one !== SENTENCE_END && one !== QUESTION_END)) {
          weights.set(term, (weights.get(term) ?? 0) + weight)
          length += weight
        }
        for (const word of functionWords) weights.set(word, 1)
      }
    }
    this.#weighed.set(key, { weights, length })
  }

  words(): Set<string> {
    const versions = this.parts.flatMap((part) => [...part])
    return new Set(versions.flatMap((version) => [...this.#weighed.get(version)!.weights.keys()]))
  }

  /** Scores of all that hold a word of the question, best first. */
  search(question: string, parts: readonly (0 | 1)[]): { readonly version: Key; readonly score: number }[] {
    const versions = parts.flatMap((part) => [...this.parts[part]])
    const all = versions.map((version) => ({ version, ...this.#weighed.get(version)! }))
    const mean = meanLengthOf(
      all.reduce((sum, { length }) => sum + length, 0),
      all.length,
    )
    const scores = new Map<Key, number>()
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
