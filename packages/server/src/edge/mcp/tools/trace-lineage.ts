import type { AnswerOf } from '@forge-cascade/contract'
import { capsuleUri } from '@forge-cascade/contract/agents'
import { recorded } from '../recorded-text.ts'
import type { Tool } from '../tool-answer.ts'

type Lineage = AnswerOf<'getLineage'>

/** Walks the lineage of a capsule. */
export const traceLineage: Tool<'trace_lineage'> = async ({ id, direction, depth, limit }, { perform, mark }) => {
  const found = await perform('getLineage', { params: { id }, query: { direction, depth, limit } })
  const nodes = found.nodes.map((node) => ({ ...node, uri: capsuleUri(node.id, node.version) }))
  const edges = found.edges.map(({ kind: _always, ...edge }) => edge)
  const texts = [nodes.map(nodeLine).join('\n'), found.edges.map(edgeLine).join('\n')].filter((text) => text !== '')
  return {
    structured: { nodes, edges, truncated: found.truncated },
    text: [
      `Capsules: ${nodes.length}. Steps: ${edges.length}.${found.truncated ? ' There are more than limit allows.' : ''}`,
      ...recorded([{ facts: { lineage_of: id, direction }, text: texts.join('\n') }], mark(texts)),
    ],
    links: nodes.map(({ id: node, version, title }) => ({ id: node, version, title })),
  }
}

const nodeLine = ({ id, version, title, status, trust, depth, created_at }: Lineage['nodes'][number]): string =>
  `${depth} ${capsuleUri(id, version)} trust ${trust}, ${status.toLowerCase()}, ${created_at}: ${JSON.stringify(title)}`

const edgeLine = ({ from, from_version, to, version, reason }: Lineage['edges'][number]): string =>
  `${from}@${from_version} was derived from ${to}@${version}: ${JSON.stringify(reason)}`
