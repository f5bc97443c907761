import type { Lineage, LineageEdge, LineageNode } from '#capsules'
import { STATUS_CODES } from './codes.ts'

/** A lineage as it crosses threads: columns, which cost far less than many small objects. */
export interface PackedLineage {
  readonly nodes: PackedNodes
  readonly edges: PackedEdges
  readonly truncated: boolean
}

/** Columns of capsules, in the order in which a walk reached them. */
export interface PackedNodes {
  /** UUIDs in ASCII, `UUID_CHARS` each. */
  readonly ids: Uint8Array
  /** JSON: an array of strings. */
  readonly versions: string
  /** JSON: an array of strings and nulls. */
  readonly titles: string
  /** Status code, trust and effective trust, a byte each from the third byte down. */
  readonly standings: Uint32Array
  readonly createdAts: Float64Array
  readonly depths: Uint32Array
  /** Where in the columns the oldest capsule stands, then the next one. */
  readonly byAge: Uint32Array
}

/** Columns of edges; child and parent are places in the columns of nodes. */
export interface PackedEdges {
  readonly children: Uint32Array
  readonly parents: Uint32Array
  readonly ats: Float64Array
  /** Few words that repeat, and for each edge which two of them it has. */
  readonly words: readonly string[]
  readonly parentVersions: Uint32Array
  readonly reasons: Uint32Array
  /** The child's version where that is not its head, by the number of the edge. */
  readonly oldVersions: ReadonlyMap<number, string>
}

export const UUID_CHARS = 36

/** The main thread's half: the objects that the port promises. */
export function unpackLineage({ nodes, edges, truncated }: PackedLineage): Lineage {
  const ids = unpackIds(nodes.ids)
  // Written by the statement that reads the nodes.
  const versions = JSON.parse(nodes.versions) as string[]
  return { nodes: unpackNodes(nodes, ids, versions), edges: unpackEdges(edges, ids, versions), truncated }
}

/** One text of which each id is a slice: no characters are copied a second time. */
function unpackIds({ buffer, byteOffset, byteLength }: Uint8Array): string[] {
  const text = Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
  return Array.from({ length: text.length / UUID_CHARS }, (_, at) => text.slice(at * UUID_CHARS, (at + 1) * UUID_CHARS))
}

function unpackNodes(nodes: PackedNodes, ids: readonly string[], versions: readonly string[]): LineageNode[] {
  // As above.
  const titles = JSON.parse(nodes.titles) as (string | null)[]
  const unpacked: LineageNode[] = []
  for (const at of nodes.byAge) {
    const standing = nodes.standings[at]!
    unpacked.push({
      id: ids[at]!,
      version: versions[at]!,
      title: titles[at]!,
      status: STATUS_CODES.decode(standing >> 16),
      trust: (standing >> 8) & BYTE,
      effectiveTrust: standing & BYTE,
      createdAt: nodes.createdAts[at]!,
      depth: nodes.depths[at]!,
    })
  }
  return unpacked
}

const BYTE = 0xff

function unpackEdges(edges: PackedEdges, ids: readonly string[], versions: readonly string[]): LineageEdge[] {
  const { children, parents, parentVersions, reasons, ats, words, oldVersions } = edges
  const unpacked: LineageEdge[] = []
  for (let at = 0; at < children.length; at++) {
    const child = children[at]!
    const oldVersion = oldVersions.get(at)
    unpacked.push({
      child: ids[child]!,
      childVersion: oldVersion ?? versions[child]!,
      parent: ids[parents[at]!]!,
      parentVersion: words[parentVersions[at]!]!,
      reason: words[reasons[at]!]!,
      at: ats[at]!,
      current: oldVersion === undefined,
    })
  }
  return unpacked
}
