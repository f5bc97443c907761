import type { LineageQuery } from '#capsules'
import { findCapsule } from './capsule-rows.ts'
import type { Database } from './database.ts'
import { packEdges } from './lineage-between.ts'
import { KnownLineage } from './lineage-known.ts'
import { packNodes } from './lineage-nodes.ts'
import { walk } from './lineage-reach.ts'
import { type PackedLineage, packWords } from './packed-lineage.ts'

/** Lineages over one connection, which share what was read for one of them. */
export class LineageReader {
  readonly #database: Database
  readonly #known: KnownLineage

  constructor(database: Database) {
    this.#database = database
    this.#known = new KnownLineage(database)
  }

  /** Within a transaction. Undefined when the capsule does not exist. */
  read(id: string, query: LineageQuery): PackedLineage | undefined {
    const row = findCapsule(this.#database, id)
    if (!row) return undefined
    const { memory, state } = this.#known.catchUp()
    const { capsules, byChild, byParent, places, words, wordsTold } = memory
    const start = capsules.slotOf(row.key)
    const reach =
      query.direction === 'ancestors' ? walk(start, byChild, places, query) : walk(start, byParent, places, query)
    capsules.refresh(reach.slots, state)
    const nodes = packNodes(memory, reach)
    // By the child: that side of an edge names all that it has.
    const edges = packEdges(this.#database, memory, reach.slots)
    return {
      nodes,
      edges,
      words: packWords(wordsTold.named.map((word) => words.texts[word]!)),
      truncated: reach.truncated,
    }
  }
}
