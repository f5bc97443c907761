import type { CapsuleStore, Lineage, LineageEdge, LineageNode, LineageQuery } from '../capsule-store.ts'

/** Capsules of a lineage that are looked at for those that may be read. */
const LINEAGE_LOOKED_AT_MAX = 100_000

type Readable = (ids: readonly string[]) => Promise<ReadonlySet<string>>

/**
 * The lineage of a capsule among those that may be read, as if there were no others: the walk never goes through what may
 * not be read, and depth and whether it was cut are those of this walk. Where a lineage has more than
 * `LINEAGE_LOOKED_AT_MAX` capsules, it is cut.
 */
export async function seenLineage(
  capsules: CapsuleStore,
  readable: Readable,
  id: string,
  { nodesMax, ...query }: LineageQuery,
): Promise<Lineage | undefined> {
  if (!(await readable([id])).has(id)) return undefined
  const whole = await capsules.lineage(id, { ...query, nodesMax: LINEAGE_LOOKED_AT_MAX })
  if (!whole) return undefined
  const seen = await readable(whole.nodes.map((node) => node.id))
  const edges = whole.edges.filter(({ child, parent }) => seen.has(child) && seen.has(parent))
  const { depths, isCut } = walk(id, edges, { nodesMax, ...query })
  return {
    nodes: whole.nodes.flatMap((node): LineageNode[] => {
      const depth = depths.get(node.id)
      return depth === undefined ? [] : [{ ...node, depth }]
    }),
    edges: edges.filter(({ child, parent }) => depths.has(child) && depths.has(parent)),
    truncated: isCut || whole.truncated,
  }
}

/** Breadth first, so that what `nodesMax` keeps is what is nearest. */
function walk(
  start: string,
  edges: readonly LineageEdge[],
  { direction, depthMax = Number.POSITIVE_INFINITY, nodesMax }: LineageQuery,
): { readonly depths: ReadonlyMap<string, number>; readonly isCut: boolean } {
  const [from, to] = direction === 'ancestors' ? (['child', 'parent'] as const) : (['parent', 'child'] as const)
  const steps = Map.groupBy(edges, (edge) => edge[from])
  const depths = new Map([[start, 0]])
  let isCut = false
  // A map hands out what is added during the walk, in the order it was added.
  for (const [at, depth] of depths) {
    if (depth >= depthMax) continue
    for (const { [to]: next } of steps.get(at) ?? []) {
      if (depths.has(next)) continue
      if (depths.size < nodesMax) depths.set(next, depth + 1)
      else isCut = true
    }
  }
  return { depths, isCut }
}
