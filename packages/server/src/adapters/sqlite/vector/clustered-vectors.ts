// Synthetic embeddings for tests and measurements: topics, subtopics and a decaying spectrum of noise, as real
// embeddings have, from a seed.

/** Uniform numbers in [0, 1), the same for the same seed. Mulberry32; for tests only. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const TOPICS = 400
const SUBTOPICS = 8
const LATENT = 48

/** `count` unit vectors around topics x subtopics. */
export function clusteredVectors(count: number, dimensions: number, random: () => number): Float32Array[] {
  const direction = () => unit(Float32Array.from({ length: dimensions }, () => gaussian(random)))
  const topics = Array.from({ length: TOPICS }, direction)
  const subtopics = Array.from({ length: TOPICS * SUBTOPICS }, direction)
  const latent = Array.from({ length: LATENT }, direction)
  const common = direction()
  return Array.from({ length: count }, () => {
    const topic = Math.floor(random() * TOPICS)
    const vector = topics[topic]!.slice()
    add(vector, subtopics[topic * SUBTOPICS + Math.floor(random() * SUBTOPICS)]!, 0.6)
    add(vector, common, 0.5)
    latent.forEach((axis, index) => {
      add(vector, axis, (gaussian(random) * 0.32) / Math.sqrt(index + 1))
    })
    for (let index = 0; index < dimensions; index++) vector[index]! += (gaussian(random) * 0.3) / Math.sqrt(dimensions)
    return unit(vector)
  })
}

/** Standard normal, by Box and Muller. */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function add(into: Float32Array, vector: Float32Array, weight: number): void {
  for (let index = 0; index < into.length; index++) into[index]! += weight * vector[index]!
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}
