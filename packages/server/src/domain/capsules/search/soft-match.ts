import type { SoftMatcher } from '../embedding/soft-matcher.ts'
import { terms } from '../text/terms.ts'
import { distinctTerms } from './distinct-terms.ts'
import type { Entry, Pool } from './pool.ts'
import type { RankingSource } from './ranking-source.ts'

/**
 * What stands before and behind a passage counts for it as well, the less the further away: what was said last is what
 * this goes on with.
 */
const BEFORE = [0.9, 0.75] as const
const BEHIND = [0.9, 0.6] as const
/**
 * How much the length of a page counts: less than BM25 lets it, as a word is met once at most. That of a turn says nothing:
 * it is met with its neighbours.
 */
const LENGTH_SHARE = 0.5
/** Terms of a field that are compared; what stands further down belongs to other passages. */
const TERMS_MAX = 256

/**
 * How well each word of a question is met by the nearest word of a passage: 1 for the word itself, the cosine of their
 * vectors for another one that is near enough, 0 for a stranger.
 */
export class SoftMatch {
  readonly #rarities: readonly number[]
  readonly #total: number
  readonly #meanLength: number
  readonly #lengthShare: number
  readonly #source: RankingSource
  readonly #matcher: SoftMatcher
  readonly #spellings: readonly string[]
  readonly #numbers: readonly (number | undefined)[]
  /** By place in the pool: the nearest of each word of the question. */
  readonly #best: (Float64Array | undefined)[] = []
  readonly #considered = new Set<Entry>()

  /** @param spellings the words of the question as it spells them, in the order of the pool's terms. */
  constructor(pool: Pool, source: RankingSource, matcher: SoftMatcher, spellings: readonly string[]) {
    this.#rarities = pool.rarities
    this.#total = pool.rarities.reduce((sum, rarity) => sum + rarity, 0)
    this.#source = source
    this.#meanLength = pool.meanLength
    this.#lengthShare = LENGTH_SHARE * pool.pageLikeness
    this.#matcher = matcher
    this.#spellings = spellings
    this.#numbers = pool.numbers
  }

  /** Names the passages that are worth the comparison. They are compared at once, with what stands around them. */
  consider(entries: readonly Entry[]): void {
    const read = new Set(entries)
    for (const entry of entries) {
      this.#considered.add(entry)
      for (const neighbour of neighbours(entry)) read.add(neighbour.entry)
    }
    this.#compare([...read])
  }

  isConsidered(entry: Entry): boolean {
    return this.#considered.has(entry)
  }

  /** The share of the question that the passage itself meets, rare words counting more, by its length. */
  own(entry: Entry): number {
    return this.#share(this.#bestOf(entry)) * this.#brevity(entry)
  }

  /** The share of the question that the turn before meets by asking it, whatever its length; 0 where that asks nothing. */
  asked({ before }: Entry): number {
    return before?.counts.endsAsking ? this.#share(this.#bestOf(before)) : 0
  }

  /** The share that the passage meets with what stands around it, by its length. */
  around(entry: Entry): number {
    return this.coverage(entry) * this.#brevity(entry)
  }

  /** 0-1: the share of the question that the passage and what stands around it meet, whatever their length. */
  coverage(entry: Entry): number {
    const best = this.#bestOf(entry).slice()
    for (const { entry: neighbour, share } of neighbours(entry)) {
      const theirs = this.#bestOf(neighbour)
      for (let at = 0; at < best.length; at++) best[at] = Math.max(best[at]!, share * theirs[at]!)
    }
    return this.#share(best)
  }

  /** 1 for a turn and for a page of mean length: a longer one meets more words by chance. */
  #brevity({ counts }: Entry): number {
    return 1 / (1 - this.#lengthShare + (this.#lengthShare * counts.length) / this.#meanLength)
  }

  #share(best: Float64Array): number {
    let met = 0
    for (let at = 0; at < best.length; at++) met += this.#rarities[at]! * best[at]!
    return this.#total > 0 ? met / this.#total : 0
  }

  #bestOf(entry: Entry): Float64Array {
    if (this.#best[entry.at] === undefined) this.#compare([entry])
    return this.#best[entry.at]!
  }

  /** Compares each term of the passages once, however often it stands there. */
  #compare(entries: readonly Entry[]): void {
    const { numbers, texts } = distinctTerms(entries.map(fieldsOf), TERMS_MAX)
    const nearness = this.#matcher.compare(this.#spellings, numbers, this.#source.spellings)
    const words = this.#spellings.length
    // In another spelling it is still the same term.
    for (const [word, number] of this.#numbers.entries()) {
      const at = number === undefined ? -1 : numbers.indexOf(number)
      if (at >= 0) nearness[at * words + word] = 1
    }
    const isNear = new Uint8Array(numbers.length)
    for (let at = 0; at < nearness.length; at++) if (nearness[at]! > 0) isNear[Math.floor(at / words)] = 1
    for (const [index, { at }] of entries.entries()) this.#best[at] = nearestOf(texts[index]!, nearness, isNear, words)
  }
}

/** Of each word of the question the nearest in a text, which is given as places of terms. */
function nearestOf(text: Uint32Array, nearness: Float32Array, isNear: Uint8Array, words: number): Float64Array {
  const best = new Float64Array(words)
  for (let index = 0; index < text.length; index++) {
    const place = text[index]!
    // Most terms are strangers to all of the question.
    if (isNear[place] === 0) continue
    for (let word = 0; word < words; word++) best[word] = Math.max(best[word]!, nearness[place * words + word]!)
  }
  return best
}

const fieldsOf = ({ passage }: Entry): readonly Uint32Array[] => {
  const { title, tags, content } = passage.terms
  return [title, tags, content]
}

/** What stands before and behind a passage, with what it counts for it. */
function neighbours({ before, after }: Entry): readonly { readonly entry: Entry; readonly share: number }[] {
  const found: { entry: Entry; share: number }[] = []
  let [left, right] = [before, after]
  for (let steps = 0; steps < BEFORE.length; steps++) {
    if (left) found.push({ entry: left, share: BEFORE[steps]! })
    if (right) found.push({ entry: right, share: BEHIND[steps]! })
    left = left?.before
    right = right?.after
  }
  return found
}

/** How a question spells each of its terms. */
export function spellingsOf(words: string, wanted: readonly string[]): readonly string[] {
  const spelled = new Map<string, string>()
  const plain = terms(words, { stopWords: true, stemmed: false })
  const stems = terms(words, { stopWords: true })
  for (const [at, term] of stems.entries()) if (!spelled.has(term)) spelled.set(term, plain[at]!)
  return wanted.map((term) => spelled.get(term) ?? term)
}
