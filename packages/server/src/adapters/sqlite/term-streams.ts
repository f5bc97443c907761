import type { PassageTerms, Spellings } from '#capsules'
import type { LexicalIndex, TermStream } from './lexical/index.ts'

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

  /** What the versions say, in the order asked: nothing where one is not indexed. */
  read(versions: readonly number[]): readonly PassageTerms[] {
    const missing = versions.filter((version) => !this.#streams.has(version))
    const read = missing.length > 0 ? this.#index.streams(missing) : NONE
    const found = versions.map((version) => this.#streams.get(version) ?? toPassageTerms(read.get(version)))
    for (const [at, version] of versions.entries()) this.#keep(version, found[at]!)
    return found
  }

  #keep(version: number, stream: PassageTerms): void {
    if (this.#streams.has(version)) return
    const { title, tags, content } = stream
    this.#numbers += title.length + tags.length + content.length + STREAM_OVERHEAD
    if (this.#numbers > NUMBERS_MAX) this.#forget()
    this.#streams.set(version, stream)
  }

  #forget(): void {
    this.#streams.clear()
    this.#numbers = 0
  }
}

const NONE: ReadonlyMap<number, TermStream> = new Map()
const EMPTY: PassageTerms = { title: new Uint32Array(), tags: new Uint32Array(), content: new Uint32Array() }

/** Without words that mean nothing, which no ranking asks for. */
const toPassageTerms = (stream: TermStream | undefined): PassageTerms =>
  stream === undefined ? EMPTY : { title: stream.title, tags: stream.tags, content: stream.content }

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
