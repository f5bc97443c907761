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
import { sourceInWords } from '../../source-in-words.ts'
import { WrittenList } from '../written-list.ts'
import { trustOf } from './capsule.ts'

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

/** Thousands of nodes and edges: they are written as they are sent. */
export const presentLineage = ({ nodes, edges, truncated }: Lineage) => ({
  nodes: WrittenList.of(nodes, presentNode, nodeWriter()),
  edges: WrittenList.of(edges, presentEdge, edgeWriter()),
  truncated,
})

/** JSON of `presentNode`. Ids are UUIDs and a status is a word of a list: there is nothing in them to escape. */
function nodeWriter(): (node: LineageNode) => string {
  const head = remember<LineageNode>(
    (a, b) => a.version === b.version && a.title === b.title,
    ({ version, title }) => members({ version, title }),
  )
  const time = remember<LineageNode>(
    (a, b) => a.createdAt === b.createdAt,
    ({ createdAt }) => members({ created_at: toRfc3339(createdAt) }),
  )
  return (node) =>
    `{"id":"${node.id}",${head(node)},"status":"${node.status}","trust":${node.effectiveTrust},"depth":${node.depth},${time(node)}}`
}

/** JSON of `presentEdge`. */
function edgeWriter(): (edge: LineageEdge) => string {
  const from = remember<LineageEdge>(
    (a, b) => a.childVersion === b.childVersion,
    ({ childVersion }) => members({ from_version: childVersion }),
  )
  const to = remember<LineageEdge>(
    (a, b) => a.parentVersion === b.parentVersion && a.reason === b.reason,
    ({ parentVersion, reason }) => members({ version: parentVersion, kind: 'DERIVED_FROM', reason }),
  )
  const time = remember<LineageEdge>(
    (a, b) => a.at === b.at,
    ({ at }) => members({ timestamp: toRfc3339(at) }),
  )
  return (edge) =>
    `{"from":"${edge.child}",${from(edge)},"to":"${edge.parent}",${to(edge)},${time(edge)},"current":${edge.current}}`
}

/** JSON of members, in one piece: texts that consist of many are put together anew each time they are used. */
const members = (some: Readonly<Record<string, unknown>>): string => JSON.stringify(some).slice(1, -1)

/** Neighbours in a lineage are much alike: what the last one had is not written again. */
function remember<T>(isSame: (a: T, b: T) => boolean, write: (value: T) => string): (value: T) => string {
  let last: T | undefined
  let text = ''
  return (value) => {
    if (last === undefined || !isSame(last, value)) text = write(value)
    last = value
    return text
  }
}

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
