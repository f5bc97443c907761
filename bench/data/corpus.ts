import { Language } from './language.ts'
import { createRandom, pick } from './random.ts'
import { TopicVectors } from './topic-vectors.ts'

export const DIMENSIONS = 384
export const MODEL = 'bench-384'
const TOPICS = 400
const WORDS_PER_DOCUMENT = 60
const TAGS = 20
const OWNERS = 333
const TRUST_MIN = 40
const TRUST_SPAN = 60
const SHORT_WORDS = 3
const LONG_WORDS = 12

export interface Document {
  readonly content: string
  readonly vector: Float32Array
  readonly trust: number
  readonly tag: string
  readonly owner: string
}

export interface Question {
  /** The document it is about, by its number. */
  readonly about: number
  /** Three telling words of it. */
  readonly words: string
  /** Twelve words in a row, as they come. */
  readonly sentence: string
  readonly vector: Float32Array
}

/** A filter, as the search understands it and as the truth does. The share is what it lets through. */
export interface Filter {
  readonly share: string
  readonly passes: (document: Document) => boolean
  readonly search: { readonly min_trust?: number; readonly tag?: string[]; readonly owner?: string }
}

/** Filters of the measurements, independent of topics. */
export const FILTER_NAMES = ['none', 'trust', 'tag', 'owner'] as const
export type FilterName = (typeof FILTER_NAMES)[number]
export const FILTERS: Readonly<Record<FilterName, Filter>> = {
  none: { share: '100 %', passes: () => true, search: {} },
  trust: { share: '50 %', passes: ({ trust }) => trust >= 70, search: { min_trust: 70 } },
  tag: { share: '5 %', passes: ({ tag }) => tag === 'tag-3', search: { tag: ['tag-3'] } },
  owner: { share: '0.3 %', passes: ({ owner }) => owner === 'owner-7', search: { owner: 'owner-7' } },
}

/** Documents and questions, the same for the same seed and size. */
export class Corpus {
  readonly documents: readonly Document[]
  readonly questions: readonly Question[]
  readonly #random: () => number
  readonly #language = new Language()
  readonly #vectors: TopicVectors

  constructor(seed: number, size: number, questions: number) {
    this.#random = createRandom(seed)
    this.#vectors = new TopicVectors(DIMENSIONS, TOPICS, this.#random)
    this.documents = this.draw(size)
    this.questions = Array.from({ length: questions }, () => this.#question())
  }

  /** More documents, which nobody has seen yet. */
  draw(count: number): readonly Document[] {
    // One block of memory: a hundred thousand small ones would keep the garbage collector of the measured process busy.
    const block = new Float32Array(count * DIMENSIONS)
    return Array.from({ length: count }, (_, at) => {
      const vector = block.subarray(at * DIMENSIONS, (at + 1) * DIMENSIONS)
      const topic = Math.floor(this.#random() * TOPICS)
      this.#vectors.fill(vector, topic)
      return {
        vector,
        content: this.#language.write(this.#random, topic, WORDS_PER_DOCUMENT),
        trust: TRUST_MIN + Math.floor(this.#random() * TRUST_SPAN),
        tag: `tag-${Math.floor(this.#random() * TAGS)}`,
        owner: `owner-${Math.floor(this.#random() * OWNERS)}`,
      }
    })
  }

  #question(): Question {
    const about = Math.floor(this.#random() * this.documents.length)
    const { content, vector } = this.documents[about]!
    const words = content.split(' ')
    const telling = [...new Set(words.filter((word) => this.#language.isTelling(word)))]
    const start = Math.floor(this.#random() * (words.length - LONG_WORDS))
    return {
      about,
      words: Array.from({ length: SHORT_WORDS }, () => pick(this.#random, telling)).join(' '),
      sentence: words.slice(start, start + LONG_WORDS).join(' '),
      vector: this.#vectors.near(vector),
    }
  }
}
