import { SIMILARITY_MIN, type SoftMatcher, type SoftQuery } from '../embedding/soft-matcher.ts'
import { terms } from '../text/terms.ts'
import type { Entry, Pool } from './pool.ts'
import { type RankingSource, TERM_MIN } from './ranking-source.ts'

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
  readonly #query: SoftQuery
  readonly #numbers: readonly (number | undefined)[]
  /** By number of a term; undefined for a stranger to all words of the question, as most are. */
  readonly #nearness = new Map<number, Float32Array | undefined>()
  readonly #best = new Map<number, Float64Array>()
  readonly #considered = new Set<Entry>()

  /** @param spellings the words of the question as it spells them, in the order of the pool's terms. */
  constructor(pool: Pool, source: RankingSource, matcher: SoftMatcher, spellings: readonly string[]) {
    this.#rarities = pool.rarities
    this.#total = pool.rarities.reduce((sum, rarity) => sum + rarity, 0)
    this.#source = source
    this.#meanLength = pool.meanLength
    this.#lengthShare = LENGTH_SHARE * pool.pageLikeness
    this.#query = matcher.prepare(spellings.map((word, at) => ({ word, weight: pool.rarities[at] ?? 0 })))
    this.#numbers = pool.terms.map((term) => source.findTerm(term))
  }

  /** Names the passages that are worth the comparison. */
  consider(entries: readonly Entry[]): void {
    for (const entry of entries) this.#considered.add(entry)
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
    let [before, after] = [entry.before, entry.after]
    for (let steps = 0; steps < BEFORE.length; steps++) {
      if (before) this.#raise(best, before, BEFORE[steps]!)
      if (after) this.#raise(best, after, BEHIND[steps]!)
      before = before?.before
      after = after?.after
    }
    return this.#share(best)
  }

  /** 1 for a turn and for a page of mean length: a longer one meets more words by chance. */
  #brevity({ counts }: Entry): number {
    return 1 / (1 - this.#lengthShare + (this.#lengthShare * counts.length) / this.#meanLength)
  }

  #raise(best: Float64Array, by: Entry, share: number): void {
    const theirs = this.#bestOf(by)
    for (let at = 0; at < best.length; at++) best[at] = Math.max(best[at]!, share * theirs[at]!)
  }

  #share(best: Float64Array): number {
    let met = 0
    for (let at = 0; at < best.length; at++) met += this.#rarities[at]! * best[at]!
    return this.#total > 0 ? met / this.#total : 0
  }

  #bestOf(entry: Entry): Float64Array {
    const known = this.#best.get(entry.at)
    if (known) return known
    const best = new Float64Array(this.#rarities.length)
    const { title, tags, content } = entry.passage.terms
    this.#meet(best, title)
    this.#meet(best, tags)
    this.#meet(best, content)
    this.#best.set(entry.at, best)
    return best
  }

  #meet(best: Float64Array, numbers: Uint32Array): void {
    const end = Math.min(numbers.length, TERMS_MAX)
    for (let index = 0; index < end; index++) {
      const nearness = numbers[index]! < TERM_MIN ? undefined : this.#nearnessOf(numbers[index]!)
      if (nearness === undefined) continue
      for (let at = 0; at < best.length; at++) if (nearness[at]! > best[at]!) best[at] = nearness[at]!
    }
  }

  #nearnessOf(term: number): Float32Array | undefined {
    const known = this.#nearness.get(term)
    if (known !== undefined || this.#nearness.has(term)) return known
    const nearness = this.#compare(term)
    const isStranger = isFar(nearness)
    this.#nearness.set(term, isStranger ? undefined : nearness)
    return isStranger ? undefined : nearness
  }

  #compare(term: number): Float32Array {
    const spelling = this.#source.spelling(term)
    const itself = this.#numbers.indexOf(term)
    const nearness = spelling === undefined ? new Float32Array(this.#rarities.length) : this.#query.nearness(spelling)
    if (itself < 0) return nearness
    // In another spelling it is still the same term.
    const raised = nearness.slice()
    raised[itself] = 1
    return raised
  }
}

function isFar(nearness: Float32Array): boolean {
  for (let at = 0; at < nearness.length; at++) if (nearness[at]! >= SIMILARITY_MIN) return false
  return true
}

/** How a question spells each of its terms. */
export function spellingsOf(words: string, wanted: readonly string[]): readonly string[] {
  const spelled = new Map<string, string>()
  const plain = terms(words, { stopWords: true, stemmed: false })
  const stems = terms(words, { stopWords: true })
  for (const [at, term] of stems.entries()) if (!spelled.has(term)) spelled.set(term, plain[at]!)
  return wanted.map((term) => spelled.get(term) ?? term)
}
