import { toRfc3339 } from '#base'
import {
  type CapsuleDiff,
  type Lineage,
  type LineageEdge,
  type LineageNode,
  type Link,
  namedBySource,
  type TrustExplanation,
  type VersionSummary,
} from '#capsules'
import type { Subjects } from '#identity'
import { mapInSlices } from '../in-slices.ts'
import { sourceInWords, trustOf } from './capsule.ts'

export const presentNode = (node: LineageNode) => ({
  id: node.id,
  version: node.version,
  title: node.title,
  status: node.status,
  trust: node.effectiveTrust,
  depth: node.depth,
  created_at: toRfc3339(node.createdAt),
})

export const presentEdge = (edge: LineageEdge) => ({
  from: edge.child,
  from_version: edge.childVersion,
  to: edge.parent,
  version: edge.parentVersion,
  kind: 'DERIVED_FROM' as const,
  reason: edge.reason,
  timestamp: toRfc3339(edge.at),
  current: edge.current,
})

export const presentLineage = async ({ nodes, edges, truncated }: Lineage) => ({
  nodes: await mapInSlices(nodes, presentNode),
  edges: await mapInSlices(edges, presentEdge),
  truncated,
})

export const presentLink = ({ from, to, kind, weight, createdAt }: Link) => ({
  from,
  to,
  kind,
  weight,
  created_at: toRfc3339(createdAt),
})

export function presentDiff({ from, to, lines, fields, unified }: CapsuleDiff) {
  const hunks = lines.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map(({ op, text }) => ({ op, text })) }))
  return {
    from,
    to,
    hunks,
    added: lines.added,
    removed: lines.removed,
    approximate: lines.approximate,
    fields,
    unified,
  }
}

/** Rows of a history, with the names of their authors. */
export async function presentVersions(subjects: Subjects, versions: readonly VersionSummary[]) {
  const names = await subjects.names(versions.map(({ author }) => author))
  return versions.map((version) => ({
    version: version.version,
    title: version.title,
    author: version.author,
    author_name: names.get(version.author) ?? null,
    by: namedBySource(version.source) ?? names.get(version.author) ?? null,
    reason: version.versionReason,
    commit: version.source?.kind === 'file' ? (version.source.commit ?? null) : null,
    where: sourceInWords(version.source),
    fingerprint: version.fingerprint,
    created_at: toRfc3339(version.createdAt),
    valid_from: toRfc3339(version.validFrom),
    valid_to: version.validTo === null ? null : toRfc3339(version.validTo),
  }))
}

export const presentTrust = ({ capsule, limitedBy, history, sentence }: TrustExplanation) => ({
  id: capsule.id,
  ...trustOf(capsule),
  explanation: sentence,
  limited_by: limitedBy.map(({ id, effectiveTrust }) => ({ id, effective_trust: effectiveTrust })),
  history: history.map((entry) => ({
    what: entry.what,
    old: entry.old,
    new: entry.new,
    reason: entry.reason,
    at: toRfc3339(entry.at),
    actor: entry.actor,
  })),
})
