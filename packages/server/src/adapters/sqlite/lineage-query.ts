import type { LineageQuery } from '#capsules'
import { findCapsule } from './capsule-rows.ts'
import type { Database } from './database.ts'
import { edgesBetween } from './lineage-between.ts'
import { KnownEdges } from './lineage-known.ts'
import { readNodes } from './lineage-nodes.ts'
import { walk } from './lineage-reach.ts'
import type { PackedLineage } from './packed-lineage.ts'

/** Lineages over one connection, which share the edges that were read for one of them. */
export class LineageReader {
  readonly #database: Database
  readonly #known: KnownEdges

  constructor(database: Database) {
    this.#database = database
    this.#known = new KnownEdges(database)
  }

  /** Within a transaction. Undefined when the capsule does not exist. */
  read(id: string, query: LineageQuery): PackedLineage | undefined {
    const start = findCapsule(this.#database, id)
    if (!start) return undefined
    const { byChild, byParent } = this.#known.catchUp()
    const reach = walk(start.key, query.direction === 'ancestors' ? byChild : byParent, query)
    const { nodes, heads } = readNodes(this.#database, reach)
    // By the child: that side of an edge names all that it has.
    return { nodes, edges: edgesBetween(this.#database, byChild, reach, heads), truncated: reach.truncated }
  }
}
