import { DIMENSIONS } from '../data/corpus.ts'
import { createRandom, pick } from '../data/random.ts'
import { TopicVectors } from '../data/topic-vectors.ts'

const TOPICS = 40
/** What each writer usually writes about. */
const OWN_TOPICS = 6
export const WRITERS = ['ada', 'bob', 'carl', 'dora'] as const
export const NORMAL_WRITES = 200
const FOREIGN = TOPICS - 1

/** What goes wrong: the chance that a write is of the anomaly, after so many parts of the episode, 0-1. */
export const ANOMALIES = {
  'takeover by one topic': { writes: 60, chance: () => 1, language: false },
  'every other write poisoned': { writes: 60, chance: () => 0.5, language: false },
  'another language': { writes: 60, chance: () => 1, language: true },
  'a slow slide to another topic': { writes: 240, chance: (part: number) => part, language: false },
} as const
export type AnomalyName = keyof typeof ANOMALIES

export interface DrawnWrite {
  readonly subject: (typeof WRITERS)[number]
  readonly vector: Float32Array
}

/** Normal writes of all writers by turns, and then those of the first one while something goes wrong. */
export function drawEpisode(name: AnomalyName, seed: number) {
  const random = createRandom(seed)
  const usual = new TopicVectors(DIMENSIONS, TOPICS, random)
  const other = new TopicVectors(DIMENSIONS, TOPICS, random)
  const { writes, chance, language } = ANOMALIES[name]
  const drawOf = (vectors: TopicVectors, topic: number): Float32Array => {
    const vector = new Float32Array(DIMENSIONS)
    vectors.fill(vector, topic)
    return vector
  }
  const topicsOf = WRITERS.map((_, at) => Array.from({ length: OWN_TOPICS }, (_each, of) => at * OWN_TOPICS + of))
  const normalBy = (at: number): DrawnWrite => ({
    subject: WRITERS[at]!,
    vector: drawOf(usual, pick(random, topicsOf[at]!)),
  })
  const oddly = (): Float32Array => (language ? drawOf(other, pick(random, topicsOf[0]!)) : drawOf(usual, FOREIGN))
  const normal = Array.from({ length: NORMAL_WRITES * WRITERS.length }, (_, at) => normalBy(at % WRITERS.length))
  const odd = Array.from(
    { length: writes },
    (_, at): DrawnWrite => (random() < chance(at / writes) ? { subject: WRITERS[0], vector: oddly() } : normalBy(0)),
  )
  return { normal, odd }
}
