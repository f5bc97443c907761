import type { Lineage, LineageEdge, LineageNode } from '#capsules'
import { STATUS_CODES } from './codes.ts'

/** A DERIVED_FROM row: child, its version, parent, the parent's version, reason, at. All but two are keys. */
export type EdgeRow = readonly [
  child: number,
  version: number,
  parent: number,
  parentVersion: string,
  reason: string,
  at: number,
]

/** A lineage as it crosses threads: columns and one text of JSON, which cost far less than many small objects. */
export interface PackedLineage {
  /** Nodes as JSON, in the order of their keys. */
  readonly nodes: string
  readonly depths: Uint32Array
  readonly edges: PackedEdges
  readonly truncated: boolean
}

export interface PackedEdges {
  readonly children: Float64Array
  readonly versions: Float64Array
  readonly parents: Float64Array
  readonly ats: Float64Array
  /** Few words that repeat, and for each edge which two of them it has. */
  readonly words: readonly string[]
  readonly parentVersions: Uint32Array
  readonly reasons: Uint32Array
  /** Names of the versions of children that are no heads. */
  readonly versionNames: ReadonlyMap<number, string>
}

type PackedNode = readonly [
  key: number,
  hex: string,
  head: number,
  version: string,
  title: string | null,
  status: number,
  trust: number,
  effectiveTrust: number,
  createdAt: number,
]

/** @param versionNames the names of those versions that are no heads. */
export function packEdges(rows: readonly EdgeRow[], versionNames: ReadonlyMap<number, string>): PackedEdges {
  const words = new Map<string, number>()
  const count = rows.length
  const packed = {
    children: new Float64Array(count),
    versions: new Float64Array(count),
    parents: new Float64Array(count),
    ats: new Float64Array(count),
    parentVersions: new Uint32Array(count),
    reasons: new Uint32Array(count),
  }
  // By index: tens of thousands of rows through iterators take longer than reading them from the file.
  for (let at = 0; at < count; at++) {
    const row = rows[at]!
    packed.children[at] = row[0]
    packed.versions[at] = row[1]
    packed.parents[at] = row[2]
    packed.parentVersions[at] = wordOf(words, row[3])
    packed.reasons[at] = wordOf(words, row[4])
    packed.ats[at] = row[5]
  }
  return { ...packed, words: [...words.keys()], versionNames }
}

function wordOf(words: Map<string, number>, text: string): number {
  const known = words.get(text)
  if (known !== undefined) return known
  words.set(text, words.size)
  return words.size - 1
}

/** The main thread's half: the objects that the port promises. */
export function unpackLineage({ nodes, depths, edges, truncated }: PackedLineage): Lineage {
  // Written by the statement of `readNodes`.
  const rows = JSON.parse(nodes) as PackedNode[]
  const byKey = new Map<number, KnownNode>()
  const unpacked = rows.map((row, position) => {
    const node = toNode(row, depths[position]!)
    byKey.set(row[0], { id: node.id, head: row[2], version: row[3] })
    return node
  })
  return { nodes: unpacked.sort(byAge), edges: unpackEdges(edges, byKey), truncated }
}

interface KnownNode {
  readonly id: string
  readonly head: number
  readonly version: string
}

function unpackEdges(edges: PackedEdges, nodes: ReadonlyMap<number, KnownNode>): LineageEdge[] {
  const unpacked: LineageEdge[] = []
  for (let at = 0; at < edges.children.length; at++) {
    const child = nodes.get(edges.children[at]!)!
    const version = edges.versions[at]!
    unpacked.push({
      child: child.id,
      childVersion: version === child.head ? child.version : edges.versionNames.get(version)!,
      parent: nodes.get(edges.parents[at]!)!.id,
      parentVersion: edges.words[edges.parentVersions[at]!]!,
      reason: edges.words[edges.reasons[at]!]!,
      at: edges.ats[at]!,
      current: version === child.head,
    })
  }
  return unpacked
}

function toNode(
  [, hex, , version, title, status, trust, effectiveTrust, createdAt]: PackedNode,
  depth: number,
): LineageNode {
  return {
    id: uuidOf(hex),
    version,
    title,
    status: STATUS_CODES.decode(status),
    trust,
    effectiveTrust,
    createdAt,
    depth,
  }
}

const byAge = (a: LineageNode, b: LineageNode): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)

function uuidOf(digits: string): string {
  const hex = digits.toLowerCase()
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
