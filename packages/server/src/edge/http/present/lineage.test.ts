import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LineageEdge, LineageNode } from '#capsules'
import { toJson } from '../in-slices.ts'
import { presentEdge, presentLineage, presentNode } from './lineage.ts'

// Few values that come again and again, as in a lineage, and among them those that must be escaped.
const text = fc.constantFrom('1.0.0', '1.1.0', '', '"', '\\', '\u2028', '\u0000\n', '\ud800', '😀 “ä”')
const at = fc.constantFrom(0, -1, 1_700_000_000_000, 1_700_000_000_001, 1_700_000_001_000, 8.64e15)
const score = fc.constantFrom(0, 60, 100)

const node: fc.Arbitrary<LineageNode> = fc.record({
  id: fc.uuid(),
  version: text,
  title: fc.option(text),
  status: fc.constantFrom('ACTIVE', 'ARCHIVED', 'QUARANTINED', 'ERASED'),
  trust: score,
  effectiveTrust: score,
  createdAt: at,
  depth: fc.nat(),
})
const edge: fc.Arbitrary<LineageEdge> = fc.record({
  child: fc.uuid(),
  childVersion: text,
  parent: fc.uuid(),
  parentVersion: text,
  reason: text,
  at,
  current: fc.boolean(),
})

test('a lineage is written as its nodes and edges would be one by one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(node), fc.array(edge), fc.boolean(), async (nodes, edges, truncated) => {
      const json = Buffer.from(await toJson(presentLineage({ nodes, edges, truncated }))).toString()
      expect(json).toBe(JSON.stringify({ nodes: nodes.map(presentNode), edges: edges.map(presentEdge), truncated }))
    }),
  )
})
