import { LINEAGE_LIMITS } from '@forge-cascade/contract/vocabulary'
import type { Database } from './database.ts'
import type { KnownCapsules } from './lineage-capsules.ts'
import { NONE } from './lineage-numbering.ts'

/** An edge from the one end to the other, both as keys; what else the row holds is the side's own. */
export type Row = readonly [from: number, to: number, ...rest: unknown[]]
/** A key without edges still has a row when several are read at once: it says that there are none. */
type FoundRow = Row | readonly [from: number, to: null, ...rest: unknown[]]

/** One end of the edges, from which the other is looked up. */
interface EdgeSide {
  readonly from: 'child' | 'parent'
  readonly to: 'child' | 'parent'
  readonly select: 'SELECT' | 'SELECT DISTINCT'
  /** Columns from the second on: the first is the key of `from`. */
  readonly columns: string
  /** Columns within the rows of one key, in the order of their index. */
  readonly order: readonly string[]
  /** Rows of one key that are enough, where not all are needed. */
  readonly rowsMax?: number
}

/** The table is in this order, so that all of a row comes without another look. */
export const BY_CHILD: EdgeSide = {
  from: 'child',
  to: 'parent',
  select: 'SELECT',
  columns: 'e.parent, e.version, e.parent_version, e.reason, e.at',
  order: ['version', 'position'],
}
/** The index holds both ends; a child that names its parent in several versions is one row. */
export const BY_PARENT: EdgeSide = {
  from: 'parent',
  to: 'child',
  select: 'SELECT DISTINCT',
  columns: 'e.child',
  order: ['child'],
  // One more than any lineage lets in: with as many, at least one is left out, and that is all there is to know of it.
  rowsMax: LINEAGE_LIMITS.nodesMax + 1,
}

/** Where the next keys lie, as seen from the ones before. */
export type Towards = 'older' | 'younger'

export interface ReadAhead {
  readonly towards: Towards
  /** About how many more keys will be asked for. */
  readonly keys: number
  /** Whether keys may be read that only the rows of others name. */
  readonly deep: boolean
}

/** Of these slots nothing is known by themselves; perhaps a stretch says that they have no edges. */
const UNASKED = -2
/** These have new rows since theirs were read. */
const FORGOTTEN = -3
/** Keys of a queue that are looked up in one statement, at most. */
const SEEDS_MAX = 1024
/** Keys or rows read ahead in one statement, at most. */
const AHEAD_MAX = 2048
/** Capsules that came into being together lie together: from one in so many on, reading all between them is faster. */
const DENSE = 4
/** From how few keys nothing is concluded. */
const SAMPLE_MIN = 16
/** A limit of SQLite that is none. */
const UNBOUNDED = -1
const KEY_MAX = Number.MAX_SAFE_INTEGER

/**
 * Rows of edges by the key at one end, read many at a time: a statement of its own for each step would cost ten times
 * what the step costs. Where keys lie close together a stretch of the table is read as it lies, elsewhere the walk goes
 * ahead inside the statement. What is read in vain is bounded by what was asked for.
 */
export class EdgeReader<R extends Row> {
  /** The ends of all rows read, as slots; the rows of one slot lie one after the other. */
  readonly from: number[] = []
  readonly to: number[] = []
  readonly #database: Database
  readonly #capsules: KnownCapsules
  readonly #side: EdgeSide
  readonly #keepRest: ((row: R) => void) | undefined
  /** The first row of each slot, or why there is none. */
  readonly #first: number[] = []
  /** Stretches of keys of which all rows are known: above the one, up to and with the other. */
  #stretches: readonly { readonly above: number; readonly upTo: number }[] = []
  #isDense = false
  /** Slots asked for since the last stretch was read, and how many keys it had. */
  #asked = 0
  #stretched = 0

  /** @param keepRest is handed each row that is kept; the type of the rows states the columns of the side. */
  constructor(database: Database, capsules: KnownCapsules, side: EdgeSide, keepRest?: (row: R) => void) {
    this.#database = database
    this.#capsules = capsules
    this.#side = side
    this.#keepRest = keepRest
  }

  /** The rows of these keys are read anew when they are asked for. */
  forget(keys: Iterable<number>): void {
    for (const key of keys) this.#setFirst(this.#capsules.slotOf(key), FORGOTTEN)
  }

  /** What one walk has seen of how close its keys lie says nothing of the next one. */
  begin(): void {
    this.#isDense = false
    this.#asked = 0
    this.#stretched = 0
  }

  /** The first row of the slot at `at` in the queue; `NONE` when it has no edges. */
  find(queue: readonly number[], at: number, ahead: ReadAhead): number {
    const slot = queue[at]!
    this.#asked++
    if (!this.#isKnown(slot)) this.#read(queue, at, ahead)
    return Math.max(NONE, this.#firstOf(slot))
  }

  #firstOf = (slot: number): number => (slot < this.#first.length ? this.#first[slot]! : UNASKED)

  #setFirst(slot: number, first: number): void {
    while (this.#first.length <= slot) this.#first.push(UNASKED)
    this.#first[slot] = first
  }

  #isKnown(slot: number): boolean {
    const first = this.#firstOf(slot)
    if (first !== UNASKED) return first !== FORGOTTEN
    const key = this.#capsules.keys[slot]!
    return this.#stretches.some(({ above, upTo }) => above < key && key <= upTo)
  }

  #read(queue: readonly number[], at: number, ahead: ReadAhead): void {
    if (this.#stretched > 0) this.#isDense = (this.#asked + SAMPLE_MIN) * DENSE >= this.#stretched
    this.#asked = 0
    this.#stretched = 0
    const keys = Math.min(ahead.keys, AHEAD_MAX)
    const unknown = this.#unknownFrom(queue, at)
    if (this.#isDense && keys > SAMPLE_MIN)
      this.#readStretch(this.#behind(unknown, keys, ahead.towards), keys, ahead.towards)
    if (!this.#isKnown(queue[at]!)) this.#readWalk(unknown, ahead.deep ? keys : 0)
  }

  /** Keys, the first one that of the slot at `at`. */
  #unknownFrom(queue: readonly number[], at: number): number[] {
    const unknown = []
    for (const slot of queue.slice(at, at + SEEDS_MAX))
      if (!this.#isKnown(slot)) unknown.push(this.#capsules.keys[slot]!)
    return unknown
  }

  /** The one of the keys from which a stretch has to begin so that it holds the first one and those around it. */
  #behind(keys: readonly number[], rows: number, towards: Towards): number {
    const first = keys[0]!
    const near = keys.filter((key) => Math.abs(key - first) * DENSE < rows)
    return towards === 'older' ? Math.max(...near) : Math.min(...near)
  }

  /** The keys and, as far as `keys` goes, those that they lead to. */
  #readWalk(seeds: readonly number[], keys: number): void {
    const { from, to, columns } = this.#side
    const rowsMax = this.#side.rowsMax ?? UNBOUNDED
    // UNION keeps a set, and its rows come first in, first out: what the limit keeps is what is nearest.
    const found = this.#database.allArrays<FoundRow>(
      `WITH RECURSIVE walk (key) AS (SELECT value FROM json_each(?)
         UNION SELECT e.${to} FROM walk CROSS JOIN edges e ON e.${from} = walk.key LIMIT ?)
       SELECT walk.key, ${columns} FROM walk LEFT JOIN edges e ON e.${from} = walk.key LIMIT ?`,
      `[${seeds.join(',')}]`,
      Math.max(seeds.length, keys),
      rowsMax,
    )
    const { count, span } = this.#keep(found.length === rowsMax ? this.#completed(found) : found)
    this.#isDense = count >= SAMPLE_MIN && span <= count * DENSE
  }

  /** Rows that were cut at the limit, without those of the key at the cut, unless there is no other. */
  #completed(cut: readonly FoundRow[]): readonly FoundRow[] {
    const key = cut.at(-1)?.[0] ?? NONE
    const complete = cut.filter(([from]) => from !== key)
    if (complete.length > 0) return complete
    const { select, from, columns } = this.#side
    const sql = `${select} e.${from}, ${columns} FROM edges e WHERE e.${from} = ? LIMIT ?`
    return this.#database.allArrays<FoundRow>(sql, key, this.#side.rowsMax ?? UNBOUNDED)
  }

  /** Rows as they lie, from the key on towards where the next ones are. */
  #readStretch(key: number, rowsMax: number, towards: Towards): void {
    const { select, from, columns, order } = this.#side
    const isUp = towards === 'younger'
    const [low, high] = isUp ? [key - 1, this.#gapEnd(key)] : [this.#gapStart(key), key]
    const sorted = [from, ...order].map((column) => `e.${column} ${isUp ? 'ASC' : 'DESC'}`).join(', ')
    const found = this.#database.allArrays<FoundRow>(
      `${select} e.${from}, ${columns} FROM edges e WHERE e.${from} > ? AND e.${from} <= ? ORDER BY ${sorted} LIMIT ?`,
      low,
      high,
      rowsMax,
    )
    const cutAt = found.length === rowsMax ? found.at(-1)?.[0] : undefined
    if (cutAt === key) return
    // The key at the cut may have more rows than were read.
    const complete = found.filter(([at]) => at !== cutAt)
    this.#stretched = this.#keep(isUp ? complete : complete.reverse()).count
    this.#addStretch(isUp ? low : (cutAt ?? low), isUp && cutAt !== undefined ? cutAt - 1 : high)
  }

  /** Where the keys end that lie below this one, side by side, and of which nothing is known. */
  #gapStart(key: number): number {
    return Math.max(NONE, ...this.#stretches.map(({ upTo }) => upTo).filter((upTo) => upTo < key))
  }

  #gapEnd(key: number): number {
    return Math.min(KEY_MAX, ...this.#stretches.map(({ above }) => above).filter((above) => above >= key))
  }

  /** Stretches that touch become one: there are never many to look through. */
  #addStretch(above: number, upTo: number): void {
    const touching = this.#stretches.filter((other) => other.above <= upTo && above <= other.upTo)
    const apart = this.#stretches.filter((other) => !touching.includes(other))
    const merged = {
      above: Math.min(above, ...touching.map((other) => other.above)),
      upTo: Math.max(upTo, ...touching.map((other) => other.upTo)),
    }
    this.#stretches = [merged, ...apart]
  }

  /** Adds the rows of keys that were not known; says how many keys there were and how many lie between the outermost. */
  #keep(found: readonly FoundRow[]): { readonly count: number; readonly span: number } {
    let [count, low, high, last, slot, isNew] = [0, KEY_MAX, NONE, NONE, NONE, false]
    for (const row of found) {
      const key = row[0]
      if (key !== last) {
        last = key
        count++
        low = Math.min(low, key)
        high = Math.max(high, key)
        slot = this.#capsules.slotOf(key)
        isNew = !this.#isKnown(slot)
        if (isNew) this.#setFirst(slot, row[1] === null ? NONE : this.to.length)
      }
      // A row that is no sign of absence has the columns of the side, which the maker of this reader has named.
      if (isNew && row[1] !== null) this.#add(slot, row as R)
    }
    return { count, span: high - low + 1 }
  }

  #add(slot: number, row: R): void {
    this.from.push(slot)
    this.to.push(this.#capsules.slotOf(row[1]))
    this.#keepRest?.(row)
  }
}
