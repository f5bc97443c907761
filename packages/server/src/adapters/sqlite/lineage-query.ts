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
  const keys = [...depths.keys()].sort((left, right) => left - right)
  const { nodes, heads } = readNodes(database, keys)
  const edges = newestEdges(truncated || query.depthMax !== undefined ? rows.filter(within(depths)) : rows)
  const old = edges.filter((edge) => !heads.has(edge[1])).map((edge) => edge[1])
  return {
    nodes,
    depths: Uint32Array.from(keys.map((key) => depths.get(key)!)),
    edges: packEdges(edges, old.length === 0 ? new Map() : readVersions(database, old)),
    truncated,
  }
}

const within =
  (depths: ReadonlyMap<number, number>) =>
  ([child, , parent]: EdgeRow): boolean =>
    depths.has(child) && depths.has(parent)

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
  const [from, to] = direction === 'ancestors' ? ([0, 2] as const) : ([2, 0] as const)
  const { first, next } = chainRows(rows, from)
  const depths = new Map([[start, 0]])
  let truncated = false
  // A map hands out what is added during the walk, in the order it was added.
  for (const [key, depth] of depths) {
    if (depth >= depthMax) continue
    for (let at = first.get(key) ?? NONE; at !== NONE; at = next[at]!) {
      const neighbour = rows[at]![to]
      if (depths.has(neighbour)) continue
      if (depths.size < nodesMax) depths.set(neighbour, depth + 1)
      else truncated = true
    }
  }
  return { depths, truncated }
}

const NONE = -1

/** For each key in a column its first row, and for each row the next one with the same key: no list is made. */
function chainRows(
  rows: readonly EdgeRow[],
  column: 0 | 2,
): { readonly first: ReadonlyMap<number, number>; readonly next: Int32Array } {
  const first = new Map<number, number>()
  const next = new Int32Array(rows.length)
  for (let at = rows.length - 1; at >= 0; at--) {
    const key = rows[at]![column]
    next[at] = first.get(key) ?? NONE
    first.set(key, at)
  }
  return { first, next }
}

/** One edge for each child and parent, as the newest version that names it has it. */
function newestEdges(rows: readonly EdgeRow[]): readonly EdgeRow[] {
  if (!hasOldVersions(rows)) return rows
  const newest = new Map<string, EdgeRow>()
  for (const row of rows) {
    const pair = `${row[0]} ${row[2]}`
    const known = newest.get(pair)
    if (!known || known[1] < row[1]) newest.set(pair, row)
  }
  return [...newest.values()]
}

/** True when a child names parents in several of its versions, which most never do. */
function hasOldVersions(rows: readonly EdgeRow[]): boolean {
  const versions = new Map<number, number>()
  for (const [child, version] of rows) {
    if ((versions.get(child) ?? version) !== version) return true
    versions.set(child, version)
  }
  return false
}

/** The nodes as one text of JSON, which goes through as it is, and the keys of their heads. */
function readNodes(
  database: Database,
  keys: readonly number[],
): { readonly nodes: string; readonly heads: Set<number> } {
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
