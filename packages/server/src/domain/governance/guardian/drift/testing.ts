/** Draws vectors near one of the given topics, the same ones for the same seed. */
export function vectorsOf(seed: number, dimensions = 32): (topics: readonly number[]) => Float32Array {
  let state = seed
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return (topics) => {
    const topic = topics[Math.floor(draw() * topics.length)] ?? 0
    return Float32Array.from({ length: dimensions }, (_, at) => (at === topic ? 1 : 0) + (draw() - 0.5) * 0.4 + 0.1)
  }
}
