import { type Embedder, normalize } from '../../src/domain/capsules/embedding/index.ts'

/** What a child is to do: change the model of the store in the folder, and when it is cut off. */
export interface EmbeddingLeg {
  readonly directory: string
  readonly model: string
  /** Number of the step, from 0, during which it dies; null for one that comes to its end. */
  readonly diesAt: number | null
  readonly afterMs: number
}

const DIMENSIONS = 24

/** The vector of a text in the space of a model: numbers made of both, the same each time. */
export function testVector(model: string, text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS)
  let hash = 1
  for (const letter of `${model} ${text}`) {
    hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
    vector[hash % DIMENSIONS]! += ((hash >>> 8) % 100) / 50 - 1
  }
  return normalize(vector)
}

export const testEmbedder = (model: string): Embedder => ({
  model,
  dimensions: DIMENSIONS,
  sees: 'words',
  embed: async (texts) => texts.map((text) => testVector(model, text)),
  async [Symbol.asyncDispose]() {
    // Holds nothing.
  },
})
