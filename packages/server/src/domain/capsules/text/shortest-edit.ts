import { STEPS_PER_YIELD, type Work } from './turns.ts'

/**
 * Edits the search may try before it gives up; its memory grows with their square, half a megabyte here. Its work is
 * bounded by `STEPS_MAX` as well, for long runs of equal lines are walked on every diagonal.
 */
export const EDITS_MAX = 600
const STEPS_MAX = 100_000_000

/**
 * Pairs the members of a longest common subsequence of two lists: for each member of `after` the index of its partner in
 * `before`, or -1.
 *
 * @returns nothing when the lists are more edits apart than are tried.
 * @see Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, figure 2
 */
export function* shortestEdit(before: Int32Array, after: Int32Array): Work<Int32Array | undefined> {
  const most = Math.min(EDITS_MAX, before.length + after.length)
  // reach[k + most + 1]: how far into `before` the furthest path on the diagonal k (before minus after) goes.
  const reach = new Int32Array(2 * most + 3)
  const trace: Int32Array[] = []
  let [steps, rested] = [0, 0]
  for (let edits = 0; edits <= most; edits++) {
    trace.push(reach.slice(most + 1 - edits, most + 2 + edits))
    for (let k = -edits; k <= edits; k += 2) {
      const at = k + most + 1
      const from = comesDown(reach, at, k, edits) ? reach[at + 1]! : reach[at - 1]! + 1
      let [x, y] = [from, from - k]
      while (x < before.length && y < after.length && before[x] === after[y]) [x, y] = [x + 1, y + 1]
      reach[at] = x
      steps += x - from + 1
      if (x >= before.length && y >= after.length) return backtrack(trace, before.length, after.length)
    }
    if (steps > STEPS_MAX) return undefined
    if (steps - rested < STEPS_PER_YIELD) continue
    rested = steps
    yield
  }
  return undefined
}

/** True when the path to the diagonal comes from the one above (an addition), not from the one below (a removal). */
const comesDown = (reach: Int32Array, at: number, k: number, edits: number): boolean =>
  k === -edits || (k !== edits && reach[at - 1]! < reach[at + 1]!)

/** Walks the path back, edit by edit; `trace[d]` holds the diagonals -d…d as they were before the edit d. */
function backtrack(trace: readonly Int32Array[], beforeLength: number, afterLength: number): Int32Array {
  const partners = new Int32Array(afterLength).fill(-1)
  let [x, y] = [beforeLength, afterLength]
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const reach = trace[edits]!
    const k = x - y
    const above = edits > 0 && comesDown(reach, k + edits, k, edits)
    const previous = above ? k + 1 : k - 1
    const fromX = edits === 0 ? 0 : reach[previous + edits]!
    const fromY = edits === 0 ? 0 : fromX - previous
    while (x > fromX && y > fromY) partners[--y] = --x
    ;[x, y] = [fromX, fromY]
  }
  return partners
}
