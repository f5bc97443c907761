import { basicTokens } from './basic-tokens.ts'

/** A word longer than this is unknown as a whole, as in the reference. */
const WORD_CHARACTERS_MAX = 100
/** Words whose pieces are remembered; when they are too many, all are forgotten. */
const KNOWN_WORDS_MAX = 32_768
const CONTINUED = '##'
const UNKNOWN = '[UNK]'

/**
 * Divides texts into the word pieces of a vocabulary, the longest first, as BERT's uncased models do: `pottery` is known
 * as a whole, `kubernetes` is `ku`, `##ber`, `##net`, `##es`. A word that cannot be made of pieces is the unknown piece.
 *
 * @see Wu et al., "Google's Neural Machine Translation System", 2016
 */
export class WordPieces {
  readonly unknown: number
  readonly #initial = new Map<string, number>()
  readonly #continued = new Map<string, number>()
  readonly #known = new Map<string, readonly number[]>()
  readonly #longest: number

  /** @param vocabulary every piece, at the place of its id; those that continue a word begin with `##`. */
  constructor(vocabulary: readonly string[], { firstId = 0, unknown }: { firstId?: number; unknown?: number } = {}) {
    let longest = 0
    for (const [index, piece] of vocabulary.entries()) {
      const isContinued = piece.length > CONTINUED.length && piece.startsWith(CONTINUED)
      const letters = isContinued ? piece.slice(CONTINUED.length) : piece
      ;(isContinued ? this.#continued : this.#initial).set(letters, firstId + index)
      longest = Math.max(longest, letters.length)
    }
    this.#longest = longest
    this.unknown = unknown ?? this.#initial.get(UNKNOWN) ?? 0
  }

  /** The id of a piece that is a word or a mark by itself, such as `[CLS]`. */
  idOf(piece: string): number | undefined {
    return this.#initial.get(piece)
  }

  /** The ids of the pieces of a text, without marks at its ends. */
  of(text: string): number[] {
    const ids: number[] = []
    for (const word of basicTokens(text)) for (const id of this.#ofWord(word)) ids.push(id)
    return ids
  }

  #ofWord(word: string): readonly number[] {
    const known = this.#known.get(word)
    if (known !== undefined) return known
    const found = this.#divide(word)
    if (this.#known.size >= KNOWN_WORDS_MAX) this.#known.clear()
    this.#known.set(word, found)
    return found
  }

  #divide(word: string): readonly number[] {
    if (word.length > WORD_CHARACTERS_MAX && [...word].length > WORD_CHARACTERS_MAX) return [this.unknown]
    const ids: number[] = []
    for (let start = 0; start < word.length; ) {
      const pieces = start === 0 ? this.#initial : this.#continued
      let end = Math.min(word.length, start + this.#longest)
      let id: number | undefined
      for (; end > start && id === undefined; end--) id = pieces.get(word.slice(start, end))
      if (id === undefined) return [this.unknown]
      ids.push(id)
      start = end + 1
    }
    return ids
  }
}
