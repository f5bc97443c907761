import { CascadeError } from '#base'
import type { Database } from './database.ts'
import { NONE } from './lineage-numbering.ts'
import { type CapsuleRows, readCapsules, readStandings } from './lineage-rows.ts'
import type { Words } from './lineage-words.ts'

/** No state of the file. */
const NEVER = -1

/**
 * Capsules that lineages met: a slot each, numbered from 0, and columns of what a lineage tells of them. The id and the
 * time of a capsule never change, and what its head says changes with the head or the status: these and the trust are
 * compared with the rows before anything is told in another state of the file.
 */
export class KnownCapsules {
  readonly keys: number[] = []
  readonly ids: string[] = []
  readonly createdAts: number[] = []
  /** Keys of the head versions; `NONE` before the row was read. */
  readonly heads: number[] = []
  /** As rows have them. */
  readonly standings: number[] = []
  /** Numbers of words. */
  readonly versions: number[] = []
  readonly titles: number[] = []
  readonly #database: Database
  readonly #words: Words
  readonly #slots = new Map<number, number>()
  /** The state of the file in which the row was seen last. */
  readonly #seen: number[] = []

  constructor(database: Database, words: Words) {
    this.#database = database
    this.#words = words
  }

  get size(): number {
    return this.keys.length
  }

  slotOf(key: number): number {
    const known = this.#slots.get(key)
    if (known !== undefined) return known
    this.#slots.set(key, this.keys.length)
    this.ids.push('')
    this.createdAts.push(0)
    this.heads.push(NONE)
    this.standings.push(0)
    this.versions.push(0)
    this.titles.push(0)
    this.#seen.push(NEVER)
    return this.keys.push(key) - 1
  }

  /**
   * Brings the columns of these slots to what the open transaction sees.
   *
   * @param state names what it sees: another number whenever something was written.
   * @throws CascadeError DATA_CORRUPT when one of them is not there.
   */
  refresh(slots: readonly number[], state: number): void {
    const isStale = (slot: number) => this.#seen[slot] !== state
    const stale = slots.filter(isStale)
    this.#compare(
      stale.filter((slot) => this.heads[slot] !== NONE),
      state,
    )
    this.#read(stale.filter(isStale), state)
    if (stale.some(isStale)) {
      throw new CascadeError('DATA_CORRUPT', 'an edge of the lineage leads to a capsule that is not there')
    }
  }

  /** What is as it was needs no reading. */
  #compare(slots: readonly number[], state: number): void {
    if (slots.length === 0) return
    const { keys, heads, standings } = readStandings(this.#database, this.#keysOf(slots))
    for (const [at, key] of keys.entries()) {
      const slot = this.#slots.get(key)
      if (slot === undefined) continue
      if (this.heads[slot] === heads[at] && this.standings[slot] === standings[at]) this.#seen[slot] = state
    }
  }

  #read(slots: readonly number[], state: number): void {
    if (slots.length === 0) return
    const rows = readCapsules(this.#database, this.#keysOf(slots))
    for (const [at, key] of rows.keys.entries()) {
      const slot = this.#slots.get(key)
      if (slot === undefined || this.#seen[slot] === state) continue
      this.#fill(slot, rows, at)
      this.#seen[slot] = state
    }
  }

  #fill(slot: number, rows: CapsuleRows, at: number): void {
    this.ids[slot] = rows.ids[at]!
    this.createdAts[slot] = rows.createdAts[at]!
    this.heads[slot] = rows.heads[at]!
    this.standings[slot] = rows.standings[at]!
    this.versions[slot] = this.#words.numberOf(rows.versions[at]!)
    this.titles[slot] = this.#words.numberOf(rows.titles[at]!)
  }

  #keysOf = (slots: readonly number[]): number[] => slots.map((slot) => this.keys[slot]!)
}
