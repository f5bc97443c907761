import type { Lineage, LineageEdge, LineageNode, LineageQuery } from '#capsules'
import { type CapsuleRow, getCapsule, headOf, type MemoryState } from './memory-state.ts'

/** Walks breadth first from `id`, so that what `nodesMax` keeps is what is nearest. */
export function walkLineage(state: MemoryState, id: string, query: LineageQuery): Lineage {
  const { depthMax = Number.POSITIVE_INFINITY, nodesMax } = query
  const depths = new Map([[id, 0]])
  let truncated = false
  // A map hands out what is added during the walk, in the order it was added.
  for (const [at, depth] of depths) {
    if (depth >= depthMax) continue
    for (const next of neighbours(state, at, query.direction)) {
      if (depths.has(next)) continue
      if (depths.size < nodesMax) depths.set(next, depth + 1)
      else truncated = true
    }
  }
  const rows = [...depths.keys()].map((node) => getCapsule(state, node))
  const edges = rows.flatMap(edgesOf).filter((edge) => depths.has(edge.parent))
  const nodes = rows.map((row) => toNode(row, depths.get(row.id)!)).sort(byAge)
  return { nodes, edges, truncated }
}

/** Every parent that any version names counts: what a capsule once came from stays in its lineage. */
function neighbours(state: MemoryState, id: string, direction: LineageQuery['direction']): Iterable<string> {
  if (direction === 'descendants') return state.children.get(id) ?? []
  return new Set(edgesOf(getCapsule(state, id)).map((edge) => edge.parent))
}

/** One edge for each parent, as the newest version that names it has it. */
function edgesOf(row: CapsuleRow): LineageEdge[] {
  const head = headOf(row)
  const edges = new Map<string, LineageEdge>()
  for (const version of row.versions) {
    for (const { id, version: parentVersion, reason, at } of version.parents) {
      const edge = { child: row.id, childVersion: version.version, parent: id, parentVersion, reason, at }
      edges.set(id, { ...edge, current: version === head })
    }
  }
  return [...edges.values()]
}

function toNode(row: CapsuleRow, depth: number): LineageNode {
  const { id, status, trust, effectiveTrust } = row
  const { version, title } = headOf(row)
  return { id, version, title, status, trust, effectiveTrust, createdAt: row.versions[0]!.createdAt, depth }
}

const byAge = (a: LineageNode, b: LineageNode): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
