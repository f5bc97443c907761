import type { PassageTerms } from '#capsules'
import type { LexicalIndex } from './lexical/index.ts'

/** Numbers of all streams in memory together: 4 bytes each. Beyond it the memory starts anew. */
const NUMBERS_MAX = 4_000_000
const SPELLINGS_MAX = 200_000
/** What a stream costs beside its numbers, in numbers. */
const STREAM_OVERHEAD = 128

/** What versions say as numbers of terms, kept in memory: a version never changes. */
export class TermStreams {
  readonly #index: LexicalIndex
  readonly #streams = new Map<number, PassageTerms>()
  readonly #spellings = new Map<number, string | undefined>()
  #numbers = 0
  #epoch = -1

  constructor(index: LexicalIndex) {
    this.#index = index
  }

  /** Brings memory to the state of the open transaction: after an erasure numbers may mean something else. */
  refresh(): void {
    this.#index.refresh()
    if (this.#index.epoch === this.#epoch) return
    this.#epoch = this.#index.epoch
    this.#spellings.clear()
    this.#forget()
  }

  read(version: number): PassageTerms {
    const known = this.#streams.get(version)
    if (known) return known
    const { title, tags, content } = this.#index.stream(version)
    const stream = { title, tags, content }
    this.#numbers += title.length + tags.length + content.length + STREAM_OVERHEAD
    if (this.#numbers > NUMBERS_MAX) this.#forget()
    this.#streams.set(version, stream)
    return stream
  }

  spelling(term: number): string | undefined {
    const known = this.#spellings.get(term)
    if (known !== undefined) return known
    const spelling = this.#index.lexicon.spelling(term)
    if (this.#spellings.size >= SPELLINGS_MAX) this.#spellings.clear()
    this.#spellings.set(term, spelling)
    return spelling
  }

  #forget(): void {
    this.#streams.clear()
    this.#numbers = 0
  }
}
