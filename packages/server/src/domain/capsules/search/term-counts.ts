import { FIELD_WEIGHTS } from '../text/bm25.ts'
import { type PassageTerms, QUESTION_MARK, TERM_MIN } from './ranking-source.ts'

/** How often the terms of a question stand in a stretch of text, weighted by field, in the order of the question. */
export interface Stretch {
  readonly frequencies: Float64Array
  /** All terms of the stretch, weighted by field. */
  readonly length: number
}

/** What of a question stands in a passage. */
export interface TermCounts extends Stretch {
  /** The same for its sentences that ask alone. */
  readonly asked: Stretch
  /** True when the last sentence of the content asks. */
  readonly endsAsking: boolean
  /** Neighbours in the question that are neighbours here, by the rarity of the commoner of the two. */
  readonly pairs: number
}

/** The terms of a question as they are counted. */
export interface CountedTerms {
  /** Place in the question by number. */
  readonly places: ReadonlyMap<number, number>
  /** How much each says about a text that holds it. */
  readonly rarities: readonly number[]
}

export function joinStretches(stretches: readonly Stretch[], size: number): Stretch {
  const frequencies = new Float64Array(size)
  let length = 0
  for (const each of stretches) {
    for (let at = 0; at < size; at++) frequencies[at]! += each.frequencies[at]!
    length += each.length
  }
  return { frequencies, length }
}

/** Counts the terms of a question in a passage. */
export function countTerms({ title, tags, content }: PassageTerms, counted: CountedTerms): TermCounts {
  const counter = new TermCounter(counted)
  counter.read(title, FIELD_WEIGHTS.title)
  counter.read(tags, FIELD_WEIGHTS.tags)
  counter.read(content, FIELD_WEIGHTS.content)
  return counter.counts()
}

class TermCounter {
  readonly #counted: CountedTerms
  readonly #frequencies: Float64Array
  readonly #asked: Float64Array
  #length = 0
  #askedLength = 0
  #pairs = 0
  #endsAsking = false

  constructor(counted: CountedTerms) {
    this.#counted = counted
    this.#frequencies = new Float64Array(counted.rarities.length)
    this.#asked = new Float64Array(counted.rarities.length)
  }

  read(numbers: Uint32Array, weight: number): void {
    const { places, rarities } = this.#counted
    let sentenceAt = 0
    let last = -1
    this.#endsAsking = false
    for (let at = 0; at < numbers.length; at++) {
      const number = numbers[at]!
      if (number < TERM_MIN) {
        this.#endsAsking = number === QUESTION_MARK
        if (this.#endsAsking) this.#ask(numbers, sentenceAt, at)
        sentenceAt = at + 1
        last = -1
        continue
      }
      this.#length += weight
      this.#endsAsking = false
      const place = places.get(number) ?? -1
      if (place >= 0) {
        this.#frequencies[place]! += weight
        if (last >= 0 && place === last + 1) this.#pairs += Math.min(rarities[place]!, rarities[last]!)
      }
      last = place
    }
  }

  counts(): TermCounts {
    return {
      frequencies: this.#frequencies,
      length: this.#length,
      asked: { frequencies: this.#asked, length: this.#askedLength },
      endsAsking: this.#endsAsking,
      pairs: this.#pairs,
    }
  }

  #ask(numbers: Uint32Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const place = this.#counted.places.get(numbers[at]!)
      if (place !== undefined) this.#asked[place]!++
    }
    this.#askedLength += to - from
  }
}
