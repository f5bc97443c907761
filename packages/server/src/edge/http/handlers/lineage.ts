import {
  addLink,
  blameCapsule,
  diffVersions,
  findCommonAncestors,
  findLineagePath,
  getLineage,
  getPlaced,
  removeLink,
} from '#capsules'
import type { HandlersFor, OperationsOf } from '../handler.ts'
import { presentDiff, presentEdge, presentLineage, presentLink, presentNode } from '../present/lineage.ts'
import type { HandlerContext } from './handler-context.ts'

/** Where capsules come from and how they hang together. */
export function lineageHandlers({ capsules }: HandlerContext): HandlersFor<OperationsOf<'Lineage'>> {
  return {
    getLineage: async ({ params: { id }, query: { direction, depth, limit } }) => {
      const request = depth === undefined ? { direction, limit } : { direction, limit, depth }
      return { status: 200, body: presentLineage(await getLineage(capsules, id, request)) }
    },
    getLineagePath: async ({ params: { id }, query: { to } }) => {
      const { found, truncated } = await findLineagePath(capsules, id, to)
      const nodes = found?.nodes.map(presentNode) ?? []
      const edges = found?.edges.map(presentEdge) ?? []
      return { status: 200, body: { found: found !== undefined, nodes, edges, truncated } }
    },
    getCommonAncestors: async ({ params: { id }, query }) => {
      const { found, truncated } = await findCommonAncestors(capsules, id, query.with)
      const common = found.map(presentNode)
      return { status: 200, body: { nearest: common[0] ?? null, common, truncated } }
    },
    getDiff: async ({ params: { id }, query: { from, to } }) => ({
      status: 200,
      body: presentDiff(await diffVersions(capsules, id, from, to)),
    }),
    getBlame: async ({ params: { id }, query: { version } }) => ({
      status: 200,
      body: await blameCapsule(capsules, id, version),
    }),
    listLinks: async ({ params: { id }, query: { kind } }) => {
      await getPlaced(capsules, id)
      const links = await capsules.store.capsules.links(id, kind)
      return { status: 200, body: { items: links.map(presentLink) } }
    },
    addLink: async ({ params: { id }, call, body }) => {
      const { link, created } = await addLink(capsules, call, id, body)
      return { status: created ? 201 : 200, body: presentLink(link) }
    },
    removeLink: async ({ params: { id, kind, to }, call }) => {
      await removeLink(capsules, call, id, { kind, to })
      return { status: 204 }
    },
  }
}
