import {
  addLink,
  blameCapsule,
  type Call,
  diffVersions,
  findCommonAncestors,
  findLineagePath,
  getLineage,
  getPlaced,
  removeLink,
  seenBy,
} from '#capsules'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import { presentDiff, presentEdge, presentLineage, presentLink, presentNode } from '../present/lineage.ts'
import type { HandlerContext } from './handler-context.ts'

/** Where capsules come from and how they hang together. */
export function lineageHandlers({ capsules: all }: HandlerContext): HandlersFor<OperationsOf<'Lineage'>> {
  const seen = ({ subject }: Call) => seenBy(all, subject)
  return {
    getLineage: async ({ params: { id }, call, query: { direction, depth, limit } }) => {
      const request = depth === undefined ? { direction, limit } : { direction, limit, depth }
      return { status: 200, body: presentLineage(await getLineage(await seen(call), id, request)) }
    },
    getLineagePath: async ({ params: { id }, call, query: { to } }) => {
      const { found, truncated } = await findLineagePath(await seen(call), id, to)
      const nodes = found?.nodes.map(presentNode) ?? []
      const edges = found?.edges.map(presentEdge) ?? []
      return { status: 200, body: { found: found !== undefined, nodes, edges, truncated } }
    },
    getCommonAncestors: async ({ params: { id }, call, query }) => {
      const { found, truncated } = await findCommonAncestors(await seen(call), id, query.with)
      const common = found.map(presentNode)
      return { status: 200, body: { nearest: common[0] ?? null, common, truncated } }
    },
    getDiff: async ({ params: { id }, call, query: { from, to } }) => ({
      status: 200,
      body: presentDiff(await diffVersions(await seen(call), id, from, to)),
    }),
    getBlame: async ({ params: { id }, call, query: { version } }) => ({
      status: 200,
      body: await blameCapsule(await seen(call), id, version),
    }),
    listLinks: async ({ params: { id }, call, query: { kind } }) => {
      const capsules = await seen(call)
      await getPlaced(capsules, id)
      const links = await capsules.store.capsules.links(id, kind)
      return { status: 200, body: { items: links.map(presentLink) } }
    },
    addLink: async ({ params: { id }, call, body }) => {
      const { link, created } = await addLink(await seen(call), call, id, body)
      return { status: created ? 201 : 200, body: presentLink(link) }
    },
    removeLink: async ({ params: { id, kind, to }, call }) => {
      await removeLink(await seen(call), call, id, { kind, to })
      return { status: 204 }
    },
  }
}
