import type { LineageQuery } from '#capsules'
import { findCapsule } from './capsule-rows.ts'
import type { Database } from './database.ts'
import { edgesBetween } from './lineage-between.ts'
import { BY_CHILD, BY_PARENT, EdgeReader, type EdgeRow } from './lineage-edges.ts'
import { readNodes } from './lineage-nodes.ts'
import { type Reach, walk } from './lineage-reach.ts'
import type { PackedLineage } from './packed-lineage.ts'

/** Undefined when the capsule does not exist. */
export function readLineage(database: Database, id: string, query: LineageQuery): PackedLineage | undefined {
  const start = findCapsule(database, id)
  if (!start) return undefined
  const { reach, edges } = WALKS[query.direction](database, start.key, query)
  const { nodes, heads } = readNodes(database, reach)
  return { nodes, edges: edgesBetween(database, edges, reach, heads), truncated: reach.truncated }
}

interface Walked {
  readonly reach: Reach
  /** By the child, which names all that an edge has; more of them are read when they are asked for. */
  readonly edges: EdgeReader<EdgeRow>
}

const WALKS: Record<LineageQuery['direction'], (database: Database, start: number, query: LineageQuery) => Walked> = {
  ancestors: (database, start, query) => {
    const edges = new EdgeReader<EdgeRow>(database, BY_CHILD, { towards: 'older' })
    return { reach: walk(start, edges, query), edges }
  },
  descendants: (database, start, query) => {
    // One more than are let in: with as many, at least one is left out, and that is all there is to know of it.
    const rowsMax = query.nodesMax + 1
    const children = new EdgeReader<readonly [parent: number, child: number]>(database, BY_PARENT, {
      towards: 'younger',
      rowsMax,
    })
    const reach = walk(start, children, query)
    return { reach, edges: new EdgeReader<EdgeRow>(database, BY_CHILD, { towards: 'younger' }) }
  },
}
