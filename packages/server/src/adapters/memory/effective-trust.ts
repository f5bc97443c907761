import { effectiveTrust } from '#capsules'
import { type CapsuleRow, getCapsule, headOf, type MemoryState } from './memory-state.ts'
import type { UndoLog } from './undo-log.ts'

/** What the rule gives for a capsule today, from its own trust and the stored effective trust of its head's parents. */
export function deservedTrust(state: MemoryState, row: CapsuleRow): number {
  return effectiveTrust({
    trust: row.trust,
    quarantined: row.status === 'QUARANTINED',
    parents: headOf(row).parents.map((parent) => getCapsule(state, parent.id).effectiveTrust),
    document: documentTrust(state, row),
  })
}

/** Effective trust of the document that a chunk is part of. */
function documentTrust(state: MemoryState, row: CapsuleRow): number | undefined {
  const { partOf } = headOf(row)
  return partOf === null ? undefined : getCapsule(state, partOf.id).effectiveTrust
}

/**
 * Stores what `id` deserves, and lowers every descendant that now deserves less. Descendants that deserve more keep what
 * they have until they are settled.
 */
export function recomputeTrust(state: MemoryState, undo: UndoLog, id: string): void {
  const row = getCapsule(state, id)
  undo.set(state.capsules, id, { ...row, effectiveTrust: deservedTrust(state, row) })
  // Ends: lineage has no cycles, and a capsule is queued again only when its stored trust fell.
  const queue = [...childrenOf(state, id)]
  for (let child = queue.pop(); child !== undefined; child = queue.pop()) {
    const childRow = getCapsule(state, child)
    const deserved = deservedTrust(state, childRow)
    if (deserved >= childRow.effectiveTrust) continue
    undo.set(state.capsules, child, { ...childRow, effectiveTrust: deserved })
    queue.push(...childrenOf(state, child))
  }
}

/** Newest first. */
export function unsettled(state: MemoryState): string[] {
  const rows = [...state.capsules.values()].filter((row) => deservedTrust(state, row) > row.effectiveTrust)
  return rows.map((row) => row.id).reverse()
}

/** What was derived from a capsule, and its chunks. */
const childrenOf = (state: MemoryState, id: string): readonly string[] => [
  ...(state.children.get(id) ?? []),
  ...(state.chunks.get(id) ?? []),
]
