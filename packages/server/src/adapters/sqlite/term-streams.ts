import type { PassageTerms, Spellings } from '#capsules'
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
  #numbers = 0
  #epoch = -1
  #spellings: Spellings

  constructor(index: LexicalIndex) {
    this.#index = index
    this.#spellings = rememberSpellings(index)
  }

  /** Another object when numbers may mean something else. */
  get spellings(): Spellings {
    return this.#spellings
  }

  /** Brings memory to the state of the open transaction: after an erasure numbers may mean something else. */
  refresh(): void {
    this.#index.refresh()
    if (this.#index.epoch === this.#epoch) return
    this.#epoch = this.#index.epoch
    this.#spellings = rememberSpellings(this.#index)
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

  #forget(): void {
    this.#streams.clear()
    this.#numbers = 0
  }
}

function rememberSpellings({ lexicon }: LexicalIndex): Spellings {
  const known = new Map<number, string | undefined>()
  return {
    of: (term) => {
      const spelling = known.get(term) ?? lexicon.spelling(term)
      if (known.size >= SPELLINGS_MAX) known.clear()
      known.set(term, spelling)
      return spelling
    },
  }
}
