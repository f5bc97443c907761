import type { LineageQuery } from '#capsules'
import { findCapsule } from './capsule-rows.ts'
import type { Database } from './database.ts'
import { type EdgeRow, type PackedLineage, packEdges } from './packed-lineage.ts'

/** Walks breadth first, so that what `nodesMax` keeps is what is nearest. Undefined when the capsule does not exist. */
export function readLineage(database: Database, id: string, query: LineageQuery): PackedLineage | undefined {
  const start = findCapsule(database, id)
  if (!start) return undefined
  const rows = readEdges(database, start.key, query.direction)
  const { depths, truncated } = measureDepths(start.key, rows, query)
  // Keys grow with time: in their order the nodes are nearly as they are to be handed out.
  const keys = Float64Array.from(depths.keys()).sort()
  const { nodes, heads } = readNodes(database, keys)
  const edges = newestEdges(rows, depths)
  const old = edges.map((edge) => edge[1]).filter((version) => !heads.has(version))
  return {
    nodes,
    depths: Uint32Array.from(keys, (key) => depths.get(key)!),
    edges: packEdges(edges, old.length === 0 ? new Map() : readVersions(database, old)),
    truncated,
  }
}

/** All edges on the way. One text of JSON passes the driver far faster than tens of thousands of rows. */
function readEdges(database: Database, start: number, direction: LineageQuery['direction']): readonly EdgeRow[] {
  const [from, to] = direction === 'ancestors' ? ['child', 'parent'] : ['parent', 'child']
  // UNION keeps a set: each capsule is visited once, however many ways lead to it.
  const row = database.get<{ json: string }>(
    `WITH RECURSIVE walk (key) AS (VALUES (?) UNION SELECT e.${to} FROM walk CROSS JOIN edges e ON e.${from} = walk.key)
     SELECT json_group_array(json_array(e.child, e.version, e.parent, e.parent_version, e.reason, e.at)) AS json
     FROM walk CROSS JOIN edges e ON e.${from} = walk.key`,
    start,
  )
  // Rows as the statement above writes them.
  return JSON.parse(row?.json ?? '[]') as EdgeRow[]
}

function measureDepths(
  start: number,
  rows: readonly EdgeRow[],
  { direction, depthMax = Number.POSITIVE_INFINITY, nodesMax }: LineageQuery,
): { readonly depths: ReadonlyMap<number, number>; readonly truncated: boolean } {
  const next = new Map<number, number[]>()
  for (const row of rows) {
    const [from, to] = direction === 'ancestors' ? [row[0], row[2]] : [row[2], row[0]]
    const known = next.get(from)
    if (known) known.push(to)
    else next.set(from, [to])
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
function newestEdges(rows: readonly EdgeRow[], depths: ReadonlyMap<number, number>): readonly EdgeRow[] {
  const newest = new Map<number, EdgeRow>()
  for (const row of rows) {
    const [child, version, parent] = row
    if (!depths.has(child) || !depths.has(parent)) continue
    const pair = child * PAIR + parent
    const known = newest.get(pair)
    if (!known || known[1] < version) newest.set(pair, row)
  }
  return [...newest.values()]
}

// Keys stay far below 2^26: that many capsules do not fit into the memory of vectors.
const PAIR = 2 ** 26

/** The nodes as one text of JSON, which goes through as it is, and the keys of their heads. */
function readNodes(database: Database, keys: Float64Array): { readonly nodes: string; readonly heads: Set<number> } {
  const row = database.get<{ nodes: string; heads: string }>(
    `SELECT json_group_array(json_array(c.key, hex(c.id), c.head, c.version, c.title, c.status, c.trust, c.effective_trust,
       c.created_at)) AS nodes, json_group_array(c.head) AS heads
     FROM json_each(?) wanted CROSS JOIN capsules c ON c.key = wanted.value`,
    `[${keys.join(',')}]`,
  )
  // Integers that the statement above wrote.
  return { nodes: row?.nodes ?? '[]', heads: new Set(JSON.parse(row?.heads ?? '[]') as number[]) }
}

/** The names of versions by their keys. */
const readVersions = (database: Database, keys: readonly number[]): ReadonlyMap<number, string> =>
  new Map(
    database
      .all<{ key: number; version: string }>(
        'SELECT v.key, v.version FROM json_each(?) wanted CROSS JOIN versions v ON v.key = wanted.value',
        JSON.stringify(keys),
      )
      .map(({ key, version }) => [key, version]),
  )
