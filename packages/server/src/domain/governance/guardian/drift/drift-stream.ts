/** Directions that part what is written into topics: each side of each is a bit of the topic's number. */
const BITS = 5
const TOPICS = 2 ** BITS
/** Writes over which the long-run baseline, and what is recent, are taken; older ones fade. */
const BASELINE_WRITES = 1000
const RECENT_WRITES = 24
/** Writes before the usual variation is learned, and before anything is told. */
const SETTLED_WRITES = 48
export const ENOUGH_WRITES = 120
/** So many standard deviations from the usual are no drift, and so many are the worst. */
const DEVIATIONS = { harmless: 3, worst: 9 } as const
/** Where all writes were alike, a deviation is still so much. */
const DEVIATION_MIN = 0.02
/** Part of a new measurement in the smoothed one. */
const SMOOTHING = 0.2

/** What one measure usually is: a faded mean and variance. */
interface Usual {
  count: number
  mean: number
  variance: number
}

/**
 * How far recent writes are from the long-run baseline of the same writer: by where their vectors lie, and by the topics they
 * are of. Of a fixed size, however much is written. It holds sums and no texts.
 */
export class DriftStream {
  readonly #axes: readonly Float32Array[]
  readonly #baseline: Float32Array
  readonly #recent: Float32Array
  /** The baseline along the axes. */
  readonly #middle = new Float64Array(BITS)
  readonly #baselineTopics = new Float64Array(TOPICS)
  readonly #recentTopics = new Float64Array(TOPICS)
  readonly #usualDistance: Usual = { count: 0, mean: 0, variance: 0 }
  readonly #usualTopics: Usual = { count: 0, mean: 0, variance: 0 }
  #writes = 0
  #drift = 0

  /** @param axes as {@link axesOf} gives them for the dimensions of the vectors. */
  constructor(axes: readonly Float32Array[]) {
    this.#axes = axes
    const dimensions = axes[0]?.length ?? 0
    this.#baseline = new Float32Array(dimensions)
    this.#recent = new Float32Array(dimensions)
  }

  /** 0-1; 0 until {@link ENOUGH_WRITES} were seen. */
  get drift(): number {
    return this.#writes < ENOUGH_WRITES ? 0 : this.#drift
  }

  /** Takes the vector of one more write. */
  add(vector: Float32Array): void {
    const slow = 1 / Math.min(this.#writes + 1, BASELINE_WRITES)
    const fast = 1 / Math.min(this.#writes + 1, RECENT_WRITES)
    const topic = this.#topicOf(vector, slow)
    fadeInto(this.#baseline, vector, slow)
    fadeInto(this.#recent, vector, fast)
    count(this.#baselineTopics, topic, slow)
    count(this.#recentTopics, topic, fast)
    this.#writes += 1
    if (this.#writes > SETTLED_WRITES) this.#measure()
  }

  #measure(): void {
    const distance = deviation(this.#usualDistance, cosineDistance(this.#recent, this.#baseline))
    const topics = deviation(this.#usualTopics, divergence(this.#recentTopics, this.#baselineTopics))
    this.#drift += SMOOTHING * (1 - (1 - distance) * (1 - topics) - this.#drift)
  }

  #topicOf(vector: Float32Array, slow: number): number {
    return this.#axes.reduce((topic, axis, bit) => {
      const along = dot(axis, vector)
      const middle = this.#middle[bit] ?? 0
      this.#middle[bit] = middle + slow * (along - middle)
      return along > middle ? topic | (1 << bit) : topic
    }, 0)
  }
}

/** Directions that are the same on every instance: drawn once by a fixed rule. */
export function axesOf(dimensions: number): readonly Float32Array[] {
  let state = 0x9e3779b9
  const draw = (): number => {
    // A linear congruential generator: nothing here is to be unpredictable.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  return Array.from({ length: BITS }, () => Float32Array.from({ length: dimensions }, draw))
}

/** Where a measurement lies between harmless and worst, 0-1; what it taught counts from the next one on. */
function deviation(usual: Usual, value: number): number {
  const spread = Math.max(DEVIATION_MIN, Math.sqrt(usual.variance))
  const isKnown = usual.count >= ENOUGH_WRITES - SETTLED_WRITES - 1
  const far = isKnown ? (value - usual.mean) / spread : 0
  // What is far off teaches no wider spread, so that an attack is slow to become the usual.
  const taught = far > DEVIATIONS.harmless ? usual.mean + spread : value
  usual.count += 1
  const slow = 1 / Math.min(usual.count, BASELINE_WRITES)
  const off = taught - usual.mean
  usual.mean += slow * off
  usual.variance = (1 - slow) * (usual.variance + slow * off * off)
  return Math.min(1, Math.max(0, (far - DEVIATIONS.harmless) / (DEVIATIONS.worst - DEVIATIONS.harmless)))
}

function fadeInto(sum: Float32Array, vector: Float32Array, part: number): void {
  for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + part * ((vector[at] ?? 0) - (sum[at] ?? 0))
}

function count(topics: Float64Array, topic: number, part: number): void {
  for (let at = 0; at < topics.length; at++) {
    const share = topics[at] ?? 0
    topics[at] = share + part * ((at === topic ? 1 : 0) - share)
  }
}

/** 0 for the same direction, 2 for the opposite; 0 where one has no direction. */
export function cosineDistance(one: Float32Array, other: Float32Array): number {
  const lengths = Math.sqrt(dot(one, one) * dot(other, other))
  return lengths > 0 ? 1 - dot(one, other) / lengths : 0
}

/** The Jensen-Shannon divergence of two distributions in bits, 0-1. */
export function divergence(one: Float64Array, other: Float64Array): number {
  let bits = 0
  for (let at = 0; at < one.length; at++) {
    const [p, q] = [one[at] ?? 0, other[at] ?? 0]
    bits += (towards(p, (p + q) / 2) + towards(q, (p + q) / 2)) / 2
  }
  return Math.min(1, Math.max(0, bits))
}

const towards = (part: number, middle: number): number => (part > 0 ? part * Math.log2(part / middle) : 0)

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}
