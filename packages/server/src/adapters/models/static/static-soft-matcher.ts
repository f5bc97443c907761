import {
  type NearestWord,
  SIMILARITY_MIN,
  type SoftMatcher,
  type SoftQuery,
  type WeightedWord,
} from '../../../domain/capsules/embedding/index.ts'
import { STATIC_MODEL, type StaticTable, staticTableOf } from './static-table.ts'
import { type WordVector, WordVectors } from './word-vectors.ts'

/**
 * Soft match by the built-in embedder's table. Handed to a thread as the table's shared bytes, it copies nothing; the first use
 * on a thread reads the vocabulary, about 10 ms.
 */
export function createStaticSoftMatcher(bytes: SharedArrayBuffer | StaticTable): SoftMatcher {
  const table = bytes instanceof SharedArrayBuffer ? staticTableOf(bytes) : bytes
  let loaded: WordVectors | undefined
  const vectors = (): WordVectors => {
    loaded ??= new WordVectors(table)
    return loaded
  }
  return {
    model: STATIC_MODEL,
    similarity: (a, b) => (a === b ? 1 : similarityOf(vectors(), a, b)),
    prepare: (question) => new StaticSoftQuery(vectors(), question),
  }
}

const limited = (cosine: number): number => Math.max(-1, Math.min(1, cosine))

function similarityOf(vectors: WordVectors, a: string, b: string): number {
  const cosines = new Float64Array(1)
  vectors.compare(b, [vectors.of(a)], cosines)
  return limited(cosines[0]!)
}

class StaticSoftQuery implements SoftQuery {
  readonly #vectors: WordVectors
  readonly #question: readonly WeightedWord[]
  readonly #asked: readonly WordVector[]
  readonly #weightTotal: number
  /** Word of a text → its cosine with each word of the question, 0 where it is too far. */
  readonly #met = new Map<string, Float32Array>()
  readonly #best: Float32Array
  /** Strangers to the question, as most words are, share it. */
  readonly #far: Float32Array
  readonly #cosines: Float64Array

  constructor(vectors: WordVectors, question: readonly WeightedWord[]) {
    this.#vectors = vectors
    this.#question = question
    this.#asked = question.map(({ word }) => vectors.of(word))
    this.#weightTotal = question.reduce((sum, { weight }) => sum + weight, 0)
    this.#best = new Float32Array(question.length)
    this.#far = new Float32Array(question.length)
    this.#cosines = new Float64Array(question.length)
  }

  score(words: Iterable<string>): number {
    if (this.#weightTotal === 0) return 0
    const best = this.#best.fill(0)
    for (const word of words) {
      const near = this.nearness(word)
      for (let index = 0; index < best.length; index++) if (near[index]! > best[index]!) best[index] = near[index]!
    }
    let sum = 0
    for (const [index, { weight }] of this.#question.entries()) sum += weight * best[index]!
    return sum / this.#weightTotal
  }

  nearest(words: Iterable<string>): readonly NearestWord[] {
    const all = [...words]
    return this.#question.map(({ word }, index) => {
      let [nearest, similarity]: [string | undefined, number] = [undefined, 0]
      for (const each of all) {
        const near = this.nearness(each)[index]!
        if (near > similarity) [nearest, similarity] = [each, near]
      }
      return { word, nearest, similarity }
    })
  }

  nearness(word: string): Float32Array {
    const met = this.#met.get(word)
    if (met !== undefined) return met
    const near = this.#compare(word)
    this.#met.set(word, near)
    return near
  }

  #compare(word: string): Float32Array {
    const cosines = this.#cosines
    this.#vectors.compare(word, this.#asked, cosines)
    let near = this.#far
    for (let index = 0; index < cosines.length; index++) {
      const cosine = this.#question[index]!.word === word ? 1 : limited(cosines[index]!)
      if (cosine < SIMILARITY_MIN) continue
      if (near === this.#far) near = new Float32Array(cosines.length)
      near[index] = cosine
    }
    return near
  }
}
