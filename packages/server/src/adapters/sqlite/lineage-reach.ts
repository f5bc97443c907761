import type { LineageQuery } from '#capsules'
import type { EdgeReader, Row } from './lineage-edges.ts'
import { NONE, type Numbering } from './lineage-numbering.ts'

/** What a walk reaches. */
export interface Reach {
  /** Slots in the order in which they were reached, the start first: nearest first. */
  readonly slots: readonly number[]
  /** Least steps from the start, for each slot. */
  readonly depths: readonly number[]
  /** True when there was more than `nodesMax` let in. */
  readonly truncated: boolean
}

/** How far ahead edges are read, in proportion to the way behind: what is read in vain stays in proportion too. */
const AHEAD = { start: 16, factor: 3 } as const

/**
 * Walks breadth first, so that what `nodesMax` keeps is what is nearest.
 *
 * @param places numbers the slots; nothing has a number yet.
 */
export function walk<R extends Row>(
  start: number,
  edges: EdgeReader<R>,
  places: Numbering,
  { direction, depthMax = Number.POSITIVE_INFINITY, nodesMax }: LineageQuery,
): Reach {
  const { from, to } = edges
  const slots = places.named
  const depths = [places.numberOf(start)]
  const towards = direction === 'ancestors' ? 'older' : 'younger'
  for (let at = 0; at < slots.length && depths[at]! < depthMax; at++) {
    const slot = slots[at]!
    const ahead = { towards, keys: Math.min(AHEAD.start + AHEAD.factor * at, nodesMax - at), deep: true } as const
    const first = edges.find(slots, at, ahead)
    if (first === NONE) continue
    for (let row = first; from[row] === slot; row++) {
      const neighbour = to[row]!
      if (places.find(neighbour) !== NONE) continue
      if (slots.length === nodesMax) return { slots, depths, truncated: true }
      places.numberOf(neighbour)
      depths.push(depths[at]! + 1)
    }
  }
  return { slots, depths, truncated: false }
}
