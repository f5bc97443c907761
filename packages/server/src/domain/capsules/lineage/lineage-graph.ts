import type { Lineage, LineageEdge, LineageNode } from '../capsule-store.ts'

/** A way through the lineage, step by step, ends included. */
export interface LineagePath {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
}

/**
 * The shortest way from `start` along its lineage to `target`; nothing when there is none. Among equally short ways the
 * one whose edges come first in the lineage.
 *
 * @param lineage ancestors or descendants of `start`, not truncated.
 */
export function shortestPath(lineage: Lineage, start: string, target: string): LineagePath | undefined {
  const nodes = new Map(lineage.nodes.map((node) => [node.id, node]))
  const steps = stepsFrom(lineage, start)
  const cameBy = new Map<string, { readonly from: string; readonly edge: LineageEdge } | null>([[start, null]])
  const queue = [start]
  // A queue that is read while it grows: each node enters once, so it ends.
  for (const id of queue) {
    if (id === target) break
    for (const { to, edge } of steps.get(id) ?? []) {
      if (cameBy.has(to)) continue
      cameBy.set(to, { from: id, edge })
      queue.push(to)
    }
  }
  if (!cameBy.has(target) || !nodes.has(target)) return undefined
  return walkBack(cameBy, nodes, target)
}

type Origin = { readonly from: string; readonly edge: LineageEdge } | null

function walkBack(
  cameBy: ReadonlyMap<string, Origin>,
  nodes: ReadonlyMap<string, LineageNode>,
  target: string,
): LineagePath {
  const path: LineageNode[] = []
  const edges: LineageEdge[] = []
  for (let id: string | undefined = target; id !== undefined; ) {
    const node = nodes.get(id)
    if (node) path.push(node)
    const origin: Origin | undefined = cameBy.get(id)
    if (origin) edges.push(origin.edge)
    id = origin?.from
  }
  return { nodes: path.reverse(), edges: edges.reverse() }
}

interface Step {
  readonly to: string
  readonly edge: LineageEdge
}

/** Each capsule's next steps, away from the start: to parents in ancestors, to children in descendants. */
function stepsFrom(lineage: Lineage, start: string): ReadonlyMap<string, readonly Step[]> {
  const upward = lineage.edges.some(({ child }) => child === start)
  const steps = new Map<string, Step[]>()
  for (const edge of lineage.edges) {
    const [from, to] = upward ? [edge.child, edge.parent] : [edge.parent, edge.child]
    const list = steps.get(from)
    if (list) list.push({ to, edge })
    else steps.set(from, [{ to, edge }])
  }
  return steps
}

/**
 * What two capsules both derive from (each counts as its own ancestor), nearest first: by the steps from both together,
 * then the younger.
 */
export function commonAncestors(a: Lineage, b: Lineage): readonly LineageNode[] {
  const depths = new Map(b.nodes.map((node) => [node.id, node.depth]))
  const distance = (node: LineageNode) => node.depth + (depths.get(node.id) ?? 0)
  return a.nodes
    .filter((node) => depths.has(node.id))
    .toSorted((x, y) => distance(x) - distance(y) || y.createdAt - x.createdAt || (x.id < y.id ? 1 : -1))
}
