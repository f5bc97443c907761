import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Lineage, LineageEdge, LineageNode } from '../capsule-store.ts'
import { commonAncestors, shortestPath } from './lineage-graph.ts'

/** Capsules 0, 1, 2 …, each with older ones as its parents; depths are from the last. */
function lineageOf(parentsOf: readonly (readonly number[])[]): Lineage {
  const depths = parentsOf.map((_, at) => (at === parentsOf.length - 1 ? 0 : Number.POSITIVE_INFINITY))
  // Parents are older: seen from the youngest on, a depth is final when its turn comes.
  for (let child = parentsOf.length - 1; child >= 0; child--) {
    for (const parent of parentsOf[child]!) depths[parent] = Math.min(depths[parent]!, depths[child]! + 1)
  }
  const nodes = parentsOf.map((_, at) => nodeOf(at, depths[at]!)).filter(({ depth }) => Number.isFinite(depth))
  const reached = new Set(nodes.map(({ id }) => id))
  const edges = parentsOf.flatMap((parents, child) => parents.map((parent) => edgeOf(child, parent)))
  return { nodes, edges: edges.filter(({ child }) => reached.has(child)), truncated: false }
}

const nodeOf = (at: number, depth: number): LineageNode => {
  const rest = { version: '1.0.0', title: null, status: 'ACTIVE', trust: 60, effectiveTrust: 60 } as const
  return { id: String(at), ...rest, createdAt: at, depth }
}

const edgeOf = (child: number, parent: number): LineageEdge => {
  const rest = { childVersion: '1.0.0', parentVersion: '1.0.0', reason: 'derived', at: 0, current: true }
  return { child: String(child), parent: String(parent), ...rest }
}

const worlds = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
  .map((wished) => wished.map((parents, at) => [...new Set(at === 0 ? [] : parents.map((parent) => parent % at))]))

test('a path leads from the start to the target, edge by edge, in as few steps as the target is deep', () => {
  fc.assert(
    fc.property(worlds, fc.nat(), (world, wished) => {
      const lineage = lineageOf(world)
      const start = String(world.length - 1)
      const target = lineage.nodes[wished % lineage.nodes.length]!
      const path = shortestPath(lineage, start, target.id)!
      expect(path.edges.map(({ child }) => child)).toEqual(path.nodes.slice(0, -1).map(({ id }) => id))
      expect(path.edges.map(({ parent }) => parent)).toEqual(path.nodes.slice(1).map(({ id }) => id))
      expect([path.nodes[0]!.id, path.nodes.at(-1)!.id]).toEqual([start, target.id])
      expect(path.edges).toHaveLength(target.depth)
    }),
  )
})

test('there is no path to what the lineage does not hold', () => {
  expect(shortestPath(lineageOf([[], [], [0]]), '2', '1')).toBeUndefined()
  expect(shortestPath(lineageOf([[]]), '0', 'unknown')).toBeUndefined()
})

test('among equally short paths the one whose edges come first is taken', () => {
  const lineage = lineageOf([[], [0], [0], [2, 1]])
  expect(shortestPath(lineage, '3', '0')?.nodes.map(({ id }) => id)).toEqual(['3', '2', '0'])
})

test('a path down to a descendant is found in the lineage of descendants', () => {
  const { edges } = lineageOf([[], [0], [1]])
  const nodes = [0, 1, 2].map((at) => nodeOf(at, at))
  const path = shortestPath({ nodes, edges, truncated: false }, '0', '2')
  expect(path?.nodes.map(({ id }) => id)).toEqual(['0', '1', '2'])
})

test('common ancestors come nearest first by the steps from both, then the younger', () => {
  const one = lineageOf([[], [0], [0], [1, 2]])
  const two = { ...one, nodes: one.nodes.map((node) => ({ ...node, depth: node.id === '0' ? 1 : node.depth })) }
  expect(commonAncestors(one, two).map(({ id }) => id)).toEqual(['3', '2', '1', '0'])
  expect(commonAncestors(one, { nodes: [], edges: [], truncated: false })).toEqual([])
})
