import type { LineageQuery } from '#capsules'
import type { EdgeReader } from './lineage-edges.ts'

/** What a walk reaches. */
export interface Reach {
  /** Keys in the order in which they were reached, the start first: nearest first. */
  readonly keys: readonly number[]
  /** Least steps from the start, for each key. */
  readonly depths: readonly number[]
  /** Where in `keys` a key stands. */
  readonly places: ReadonlyMap<number, number>
  /** True when there was more than `nodesMax` let in. */
  readonly truncated: boolean
}

/** How far ahead edges are read, in proportion to the way behind: what is read in vain stays in proportion too. */
const AHEAD = { start: 16, factor: 3 } as const

/** Walks breadth first, so that what `nodesMax` keeps is what is nearest. */
export function walk(
  start: number,
  edges: EdgeReader<readonly [from: number, to: number, ...rest: unknown[]]>,
  { direction, depthMax = Number.POSITIVE_INFINITY, nodesMax }: LineageQuery,
): Reach {
  const keys = [start]
  const depths = [0]
  const places = new Map([[start, 0]])
  const { rows } = edges
  const towards = direction === 'ancestors' ? 'older' : 'younger'
  for (let at = 0; at < keys.length && depths[at]! < depthMax; at++) {
    const key = keys[at]!
    const ahead = { towards, keys: Math.min(AHEAD.start + AHEAD.factor * at, nodesMax - at), deep: true } as const
    for (let row = edges.find(keys, at, ahead); rows[row]?.[0] === key; row++) {
      const neighbour = rows[row]![1]
      if (places.has(neighbour)) continue
      if (keys.length === nodesMax) return { keys, depths, places, truncated: true }
      places.set(neighbour, keys.length)
      keys.push(neighbour)
      depths.push(depths[at]! + 1)
    }
  }
  return { keys, depths, places, truncated: false }
}
