import { LINEAGE_LIMITS } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import type { Lineage, LineageEdge, LineageNode } from '../capsule-store.ts'
import { commonAncestors, type LineagePath, shortestPath } from '../lineage/lineage-graph.ts'
import type { CapsuleContext } from './context.ts'

export interface LineageRequest {
  readonly direction: 'ancestors' | 'descendants' | 'both'
  readonly depth?: number
  readonly limit: number
}

type Reader = Pick<CapsuleContext, 'store'>

/** Where a capsule comes from, what came of it, or both; oldest first. @throws CascadeError NOT_FOUND. */
export async function getLineage(
  context: Reader,
  id: string,
  { direction, depth, limit }: LineageRequest,
): Promise<Lineage> {
  const query = { nodesMax: limit, ...(depth === undefined ? {} : { depthMax: depth }) }
  if (direction !== 'both') return read(context, id, direction, query)
  const up = await read(context, id, 'ancestors', query)
  const down = await read(context, id, 'descendants', query)
  return join(up, down, limit)
}

async function read(
  { store }: Reader,
  id: string,
  direction: 'ancestors' | 'descendants',
  query: { readonly nodesMax: number; readonly depthMax?: number },
): Promise<Lineage> {
  const lineage = await store.capsules.lineage(id, { direction, ...query })
  if (!lineage) throw new CascadeError('NOT_FOUND', `No capsule has the id ${id}.`)
  return lineage
}

/** Ancestors and descendants share the capsule alone: anything else in both would be a cycle. */
function join(up: Lineage, down: Lineage, limit: number): Lineage {
  const nodes = new Map<string, LineageNode>([...up.nodes, ...down.nodes].map((node) => [node.id, node]))
  const nearest = [...nodes.values()].toSorted((a, b) => a.depth - b.depth).slice(0, limit)
  const kept = new Set(nearest.map(({ id }) => id))
  const isKept = ({ child, parent }: LineageEdge) => kept.has(child) && kept.has(parent)
  return {
    nodes: nearest.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
    edges: [...up.edges, ...down.edges].filter(isKept),
    truncated: up.truncated || down.truncated || nodes.size > limit,
  }
}

/** Answers from lineages that may have been cut: what was not found in them may be there all the same. */
export interface Walked<T> {
  readonly found: T
  readonly truncated: boolean
}

/** The shortest way from a capsule to an ancestor or a descendant; nothing when neither is the other's. */
export async function findLineagePath(
  context: Reader,
  id: string,
  to: string,
): Promise<Walked<LineagePath | undefined>> {
  const whole = { nodesMax: LINEAGE_LIMITS.nodesMax }
  const up = await read(context, id, 'ancestors', whole)
  await read(context, to, 'ancestors', { ...whole, depthMax: 0 })
  const path = shortestPath(up, id, to)
  if (path) return { found: path, truncated: false }
  const down = await read(context, id, 'descendants', whole)
  const below = shortestPath(down, id, to)
  return { found: below, truncated: below === undefined && (up.truncated || down.truncated) }
}

/** What two capsules both derive from, nearest first. */
export async function findCommonAncestors(
  context: Reader,
  id: string,
  other: string,
): Promise<Walked<readonly LineageNode[]>> {
  const whole = { nodesMax: LINEAGE_LIMITS.nodesMax }
  const one = await read(context, id, 'ancestors', whole)
  const two = await read(context, other, 'ancestors', whole)
  return { found: commonAncestors(one, two), truncated: one.truncated || two.truncated }
}
