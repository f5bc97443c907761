import type { Lineage, LineageEdge, LineageNode } from '#capsules'
import { STATUS_CODES } from './codes.ts'

/** A lineage as it crosses threads: columns, which cost far less than many small objects. */
export interface PackedLineage {
  readonly nodes: PackedNodes
  readonly edges: PackedEdges
  /** JSON: an array of the texts that the columns name by their numbers. */
  readonly words: string
  readonly truncated: boolean
}

/** Columns of capsules, in the order in which a walk reached them. */
export interface PackedNodes {
  /** UUIDs, one after the other. */
  readonly ids: string
  /** Numbers of words. */
  readonly versions: Uint32Array
  readonly titles: Uint32Array
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
  /** Numbers of words. */
  readonly parentVersions: Uint32Array
  readonly reasons: Uint32Array
  /** The child's version where that is not its head, by the number of the edge. */
  readonly oldVersions: ReadonlyMap<number, string>
}

export const UUID_CHARS = 36

/** The ids that stand in a text one after the other: slices of it, so that no characters are copied a second time. */
export function cutIds(text: string): string[] {
  const ids = []
  for (let at = 0; at < text.length; at += UUID_CHARS) ids.push(text.slice(at, at + UUID_CHARS))
  return ids
}

type Words = readonly (string | null)[]

export const packWords = (words: Words): string => JSON.stringify(words)

/** The main thread's half: the objects that the port promises. */
export function unpackLineage({ nodes, edges, words: text, truncated }: PackedLineage): Lineage {
  // As `packWords` wrote it.
  const words = JSON.parse(text) as Words
  const ids = cutIds(nodes.ids)
  return { nodes: unpackNodes(nodes, ids, words), edges: unpackEdges(edges, nodes.versions, ids, words), truncated }
}

function unpackNodes(nodes: PackedNodes, ids: readonly string[], words: Words): LineageNode[] {
  const unpacked: LineageNode[] = []
  for (const at of nodes.byAge) {
    const standing = nodes.standings[at]!
    unpacked.push({
      id: ids[at]!,
      version: words[nodes.versions[at]!]!,
      title: words[nodes.titles[at]!] ?? null,
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

function unpackEdges(edges: PackedEdges, heads: Uint32Array, ids: readonly string[], words: Words): LineageEdge[] {
  const { children, parents, parentVersions, reasons, ats, oldVersions } = edges
  const unpacked: LineageEdge[] = []
  for (let at = 0; at < children.length; at++) {
    const child = children[at]!
    const oldVersion = oldVersions.get(at)
    unpacked.push({
      child: ids[child]!,
      childVersion: oldVersion ?? words[heads[child]!]!,
      parent: ids[parents[at]!]!,
      parentVersion: words[parentVersions[at]!]!,
      reason: words[reasons[at]!]!,
      at: ats[at]!,
      current: oldVersion === undefined,
    })
  }
  return unpacked
}
