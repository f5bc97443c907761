import { messageOf } from '#base'
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

/** Rows that are read at once: enough to be quick, few enough that their vectors are memory for a moment only. */
const ROWS_AT_ONCE = 128
/** Lists of tags that are remembered while the rows are read. */
const TAG_LISTS_MAX = 10_000

type SlotRow = readonly [
  capsule: number,
  space: number,
  vector: Uint8Array,
  status: number,
  trust: number,
  type: number,
  owner: number,
  identity: number | null,
  lane: number | null,
  fold: number | null,
  tags: string | null,
]

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
    const tagKeys = rememberTagKeys()
    for (let rows = readSlots(database, 0); rows.length > 0; rows = readSlots(database, rows.at(-1)![0])) {
      for (const row of rows) this.#spaces.get(row[1])?.put(row[0] - 1, toVector(row[2]), columnsOf(row, tagKeys))
      count += rows.length
    }
    return count
  }

  /**
   * Makes the changes of a committed batch visible to searches. What was committed stays committed whatever happens here:
   * a slot whose memory is refused leaves its capsule to be found by words, `doctor` counts it, and the next start tries
   * again.
   *
   * @returns what went wrong, if anything did.
   */
  publish(spaces: readonly Space[], effects: readonly SlotEffect[]): string | undefined {
    let trouble: string | undefined
    const attempt = (work: () => void): void => {
      try {
        work()
      } catch (error) {
        trouble ??= messageOf(error)
      }
    }
    for (const { key, dimensions } of spaces) attempt(() => this.#open(key, dimensions))
    for (const effect of effects) attempt(() => this.#apply(effect))
    return trouble
  }

  /** How many slots are filled, over all spaces. */
  count(): number {
    let count = 0
    for (const space of this.#spaces.values()) count += space.reader.countPassing({})
    return count
  }

  #apply(effect: SlotEffect): void {
    const space = this.#spaces.get(effect.space)
    if (effect.kind === 'put') space?.put(effect.capsule - 1, effect.vector, effect.columns)
    else if (effect.kind === 'clear') space?.clear(effect.capsule - 1)
    else space?.setColumns(effect.capsule - 1, effect.columns)
  }

  #open(key: number, dimensions: number): void {
    const space = VectorSpace.create(dimensions)
    this.#spaces.set(key, space)
    this.#announce({ key, handle: space.handle() })
  }
}

/** The next rows in the order of keys; none after the last. */
const readSlots = (database: Database, afterKey: number): SlotRow[] =>
  database.allArrays<SlotRow>(
    `SELECT c.key, c.space, e.vector, c.status, c.effective_trust, c.type, c.owner, c.identity, c.lane, c.fold, c.tags
     FROM capsules c CROSS JOIN embeddings e ON e.version = c.head
     WHERE c.space IS NOT NULL AND c.indexed = 1 AND c.key > ? ORDER BY c.key LIMIT ${ROWS_AT_ONCE}`,
    afterKey,
  )

/** Many capsules bear the same tags: each list is parsed once. */
function rememberTagKeys(): typeof parseTagKeys {
  const known = new Map<string | null, number[]>()
  return (text) => {
    const keys = known.get(text) ?? parseTagKeys(text)
    if (known.size < TAG_LISTS_MAX) known.set(text, keys)
    return keys
  }
}

const columnsOf = (
  [, , , status, trust, type, owner, identity, lane, fold, tags]: SlotRow,
  tagKeys: typeof parseTagKeys,
): SlotColumns => ({
  trust,
  type,
  status,
  owner,
  identity: identity ?? 0,
  lane: lane ?? 0,
  fold: fold ?? 0,
  tags: tagKeys(tags),
})
