import { gaussian } from './random.ts'

const SUBTOPICS = 8
const LATENT = 48
const SUBTOPIC_WEIGHT = 0.6
const COMMON_WEIGHT = 0.5
const LATENT_WEIGHT = 0.32
const NOISE = 0.3
/** How far a question's vector is from that of the document it is about: a cosine of about 0.95. */
const QUESTION_NOISE = 0.33

/**
 * Unit vectors as embeddings of texts lie in space: topics and subtopics, a component that all share, a decaying spectrum
 * of directions, and noise.
 */
export class TopicVectors {
  readonly #dimensions: number
  readonly #random: () => number
  readonly #topics: readonly Float32Array[]
  readonly #subtopics: readonly Float32Array[]
  readonly #latent: readonly Float32Array[]
  readonly #common: Float32Array

  constructor(dimensions: number, topics: number, random: () => number) {
    this.#dimensions = dimensions
    this.#random = random
    this.#topics = this.#directions(topics)
    this.#subtopics = this.#directions(topics * SUBTOPICS)
    this.#latent = this.#directions(LATENT)
    this.#common = this.#directions(1)[0]!
  }

  /** Writes the vector of a text about the topic into `vector`. */
  fill(vector: Float32Array, topic: number): void {
    vector.set(this.#topics[topic]!)
    add(vector, this.#subtopics[topic * SUBTOPICS + Math.floor(this.#random() * SUBTOPICS)]!, SUBTOPIC_WEIGHT)
    add(vector, this.#common, COMMON_WEIGHT)
    for (const [at, axis] of this.#latent.entries()) {
      add(vector, axis, (gaussian(this.#random) * LATENT_WEIGHT) / Math.sqrt(at + 1))
    }
    this.#addNoise(vector, NOISE)
  }

  /** A question about what the vector stands for. */
  near(vector: Float32Array): Float32Array {
    const question = vector.slice()
    this.#addNoise(question, QUESTION_NOISE)
    return question
  }

  #addNoise(vector: Float32Array, share: number): void {
    const scale = share / Math.sqrt(this.#dimensions)
    for (let at = 0; at < vector.length; at++) vector[at]! += gaussian(this.#random) * scale
    toUnit(vector)
  }

  #directions(count: number): readonly Float32Array[] {
    const one = () => Float32Array.from({ length: this.#dimensions }, () => gaussian(this.#random))
    return Array.from({ length: count }, () => toUnit(one()))
  }
}

function add(into: Float32Array, vector: Float32Array, weight: number): void {
  for (let at = 0; at < into.length; at++) into[at]! += weight * vector[at]!
}

function toUnit(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  const length = Math.sqrt(sum)
  for (let at = 0; at < vector.length; at++) vector[at]! /= length
  return vector
}
