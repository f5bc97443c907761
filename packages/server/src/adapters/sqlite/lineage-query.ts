import type { Lineage, LineageEdge, LineageNode, LineageQuery } from '#capsules'
import { findCapsule } from './capsule-rows.ts'
import { STATUS_CODES } from './codes.ts'
import type { Database } from './database.ts'

/**
 * A lineage as it crosses threads: one text of JSON, which both the driver and structured clone handle far faster than
 * tens of thousands of small objects.
 */
export interface PackedLineage {
  readonly nodes: string
  readonly edges: string
  /** Number of the start among the nodes, and what the walk is cut at. */
  readonly truncated: boolean
}

/** [key, id in hex, version, title, status, trust, effective trust, created at, depth] */
type PackedNode = readonly [number, string, string, string | null, number, number, number, number, number]
/** [child key, child version, parent key, parent version, reason, at, is current] */
type PackedEdge = readonly [number, string, number, string, string, number, number]

const NODE = `json_array(c.key, lower(hex(c.id)), c.version, c.title, c.status, c.trust, c.effective_trust, c.created_at,
  w.value ->> 1)`

/** Walks breadth first, so that what `nodesMax` keeps is what is nearest. Undefined when the capsule does not exist. */
export function readLineage(database: Database, id: string, query: LineageQuery): PackedLineage | undefined {
  const start = findCapsule(database, id)
  if (!start) return undefined
  const steps = readSteps(database, start.key, query.direction)
  const { depths, truncated } = measureDepths(start.key, steps, query)
  const keys = JSON.stringify([...depths])
  const nodes = database.get<{ json: string }>(
    `SELECT json_group_array(json(node)) AS json FROM (
       SELECT ${NODE} AS node FROM json_each(?) w CROSS JOIN capsules c ON c.key = w.value ->> 0
       ORDER BY c.created_at, c.id)`,
    keys,
  )
  return { nodes: nodes?.json ?? '[]', edges: readEdges(database, depths), truncated }
}

/** Pairs of keys, from a capsule to its neighbour in the direction of the walk, all that are reached. */
function readSteps(database: Database, start: number, direction: LineageQuery['direction']): readonly number[] {
  const [from, to] = direction === 'ancestors' ? ['child', 'parent'] : ['parent', 'child']
  // UNION keeps a set: each capsule is visited once, however many ways lead to it.
  const row = database.get<{ json: string }>(
    `WITH RECURSIVE walk (key) AS (VALUES (?) UNION SELECT e.${to} FROM walk CROSS JOIN edges e ON e.${from} = walk.key)
     SELECT '[' || group_concat(e.${from} || ',' || e.${to}) || ']' AS json
     FROM walk CROSS JOIN edges e ON e.${from} = walk.key`,
    start,
  )
  // Numbers that the statement above wrote.
  return JSON.parse(row?.json ?? '[]') as number[]
}

function measureDepths(
  start: number,
  steps: readonly number[],
  { depthMax = Number.POSITIVE_INFINITY, nodesMax }: LineageQuery,
): { readonly depths: ReadonlyMap<number, number>; readonly truncated: boolean } {
  const next = new Map<number, number[]>()
  for (let at = 0; at < steps.length; at += 2) {
    const known = next.get(steps[at]!)
    if (known) known.push(steps[at + 1]!)
    else next.set(steps[at]!, [steps[at + 1]!])
  }
  const depths = new Map([[start, 0]])
  let truncated = false
  // A map hands out what is added during the walk, in the order it was added.
  for (const [key, depth] of depths) {
    if (depth >= depthMax) continue
    for (const neighbour of next.get(key) ?? []) {
      if (depths.has(neighbour)) continue
      if (depths.size < nodesMax) depths.set(neighbour, depth + 1)
      else truncated = true
    }
  }
  return { depths, truncated }
}

/** One edge for each child and parent among the nodes, as the newest version that names it has it. */
function readEdges(database: Database, depths: ReadonlyMap<number, number>): string {
  const rows = database.get<{ json: string }>(
    `WITH nodes (key) AS MATERIALIZED (SELECT value FROM json_each(?))
     SELECT json_group_array(json_array(e.child,
         CASE WHEN e.version = c.head THEN c.version ELSE (SELECT version FROM versions WHERE key = e.version) END,
         e.parent, e.parent_version, e.reason, e.at, e.version = c.head)) AS json
     FROM nodes n CROSS JOIN edges e ON e.child = n.key CROSS JOIN capsules c ON c.key = e.child
     WHERE e.parent IN (SELECT key FROM nodes)
       AND NOT EXISTS (SELECT 1 FROM edges later WHERE later.child = e.child AND later.parent = e.parent
         AND later.version > e.version)`,
    JSON.stringify([...depths.keys()]),
  )
  return rows?.json ?? '[]'
}

/** The main thread's half: the objects that the port promises. */
export function unpackLineage({ nodes, edges, truncated }: PackedLineage): Lineage {
  // Both texts were written by the statements above.
  const packedNodes = JSON.parse(nodes) as PackedNode[]
  const packedEdges = JSON.parse(edges) as PackedEdge[]
  const ids = new Map(packedNodes.map(([key, hex]) => [key, uuidOf(hex)]))
  return {
    nodes: packedNodes.map((node) => toNode(node, ids.get(node[0])!)),
    edges: packedEdges.map((edge) => toEdge(edge, ids)),
    truncated,
  }
}

function toNode(
  [, , version, title, status, trust, effectiveTrust, createdAt, depth]: PackedNode,
  id: string,
): LineageNode {
  return { id, version, title, status: STATUS_CODES.decode(status), trust, effectiveTrust, createdAt, depth }
}

function toEdge(
  [child, childVersion, parent, parentVersion, reason, at, current]: PackedEdge,
  ids: ReadonlyMap<number, string>,
): LineageEdge {
  return {
    child: ids.get(child)!,
    childVersion,
    parent: ids.get(parent)!,
    parentVersion,
    reason,
    at,
    current: current === 1,
  }
}

const uuidOf = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
