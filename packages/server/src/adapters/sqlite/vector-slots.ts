import type { Database } from './database.ts'
import type { Space } from './spaces.ts'
import type { SlotEffect } from './staged-effects.ts'
import { toVector } from './stored-vector.ts'
import { parseTagKeys } from './tag-keys.ts'
import { type SlotColumns, type SpaceHandle, VectorSpace } from './vector/index.ts'

/** A space as readers get to know it. */
export interface SpaceAnnouncement {
  /** Key of the space's row. */
  readonly key: number
  readonly handle: SpaceHandle
}

interface SlotRow {
  readonly key: number
  readonly space: number
  readonly vector: Uint8Array
  readonly status: number
  readonly effective_trust: number
  readonly type: number
  readonly owner: number
  readonly identity: number | null
  readonly lane: number | null
  readonly fold: number | null
  readonly tags: string | null
}

/**
 * The vectors of all heads in shared memory, a space for each model. The slot of a capsule is its key less one. Nothing
 * here is kept: the rows are the truth, and opening the store fills the slots anew.
 */
export class VectorSlots {
  readonly #spaces = new Map<number, VectorSpace>()
  readonly #announce: (space: SpaceAnnouncement) => void

  /** @param announce tells the readers of a space before anything in it is acknowledged. */
  constructor(announce: (space: SpaceAnnouncement) => void) {
    this.#announce = announce
  }

  /** Fills the slots from the rows; returns how many. */
  load(database: Database): number {
    for (const { key, dimensions } of database.all<Space>('SELECT key, model, dimensions FROM spaces')) {
      this.#open(key, dimensions)
    }
    let count = 0
    for (const row of database.iterate<SlotRow>(
      `SELECT c.key, c.space, e.vector, c.status, c.effective_trust, c.type, c.owner, c.identity, c.lane, c.fold, v.tags
       FROM capsules c CROSS JOIN embeddings e ON e.version = c.head CROSS JOIN versions v ON v.key = c.head
       WHERE c.space IS NOT NULL AND c.indexed = 1 ORDER BY c.key`,
    )) {
      this.#spaces.get(row.space)?.put(row.key - 1, toVector(row.vector), columnsOf(row))
      count++
    }
    return count
  }

  /**
   * Makes the changes of a committed batch visible to searches. A put whose memory is refused leaves the capsule to be
   * found by its words; `doctor` counts it.
   */
  publish(spaces: readonly Space[], effects: readonly SlotEffect[]): void {
    for (const { key, dimensions } of spaces) this.#open(key, dimensions)
    for (const effect of effects) {
      const space = this.#spaces.get(effect.space)
      if (!space) continue
      if (effect.kind === 'put') space.put(effect.capsule - 1, effect.vector, effect.columns)
      else if (effect.kind === 'clear') space.clear(effect.capsule - 1)
      else space.setColumns(effect.capsule - 1, effect.columns)
    }
  }

  /** How many slots are filled, over all spaces. */
  count(): number {
    let count = 0
    for (const space of this.#spaces.values()) count += space.reader.countPassing({})
    return count
  }

  #open(key: number, dimensions: number): void {
    const space = VectorSpace.create(dimensions)
    this.#spaces.set(key, space)
    this.#announce({ key, handle: space.handle() })
  }
}

function columnsOf(row: SlotRow): SlotColumns {
  return {
    trust: row.effective_trust,
    type: row.type,
    status: row.status,
    owner: row.owner,
    identity: row.identity ?? 0,
    lane: row.lane ?? 0,
    fold: row.fold ?? 0,
    tags: parseTagKeys(row.tags),
  }
}
