import type { Database } from './database.ts'
import { KnownCapsules } from './lineage-capsules.ts'
import { BY_CHILD, BY_PARENT, EdgeReader } from './lineage-edges.ts'
import { NONE, Numbering } from './lineage-numbering.ts'
import { Words } from './lineage-words.ts'

/** What is kept from one lineage to the next, before the memory starts anew: about 30 MB a reader. */
const KNOWN_LIMITS = {
  /** Rows of edges on each side. */
  rowsMax: 65_536,
  /** Capsules of which something is remembered, be it that they have no edges. */
  capsulesMax: 131_072,
  /** UTF-16 units of titles, reasons and versions. */
  charsMax: 4 * 1024 * 1024,
  /** Versions that may have come since the last lineage: looking through more costs more than starting anew. */
  newVersionsMax: 500,
} as const

/** An edge by its child, as the row has it; child, parent and version are keys. */
type ChildRow = readonly [
  child: number,
  parent: number,
  version: number,
  parentVersion: string,
  reason: string,
  at: number,
]

/** The edges by their children, with columns for what else they hold. */
class ChildEdges extends EdgeReader<ChildRow> {
  /** Keys of the versions that name the parents. */
  readonly versions: number[] = []
  /** Numbers of words. */
  readonly parentVersions: number[] = []
  readonly reasons: number[] = []
  readonly ats: number[] = []

  constructor(database: Database, capsules: KnownCapsules, words: Words) {
    super(database, capsules, BY_CHILD, ([, , version, parentVersion, reason, at]) => {
      this.versions.push(version)
      this.parentVersions.push(words.numberOf(parentVersion))
      this.reasons.push(words.numberOf(reason))
      this.ats.push(at)
    })
  }
}

/** What lineages have in common. */
export interface Memory {
  readonly words: Words
  readonly capsules: KnownCapsules
  readonly byChild: ChildEdges
  readonly byParent: EdgeReader<readonly [parent: number, child: number]>
  /** Of the slots and the words of the lineage that is under way. */
  readonly places: Numbering
  readonly wordsTold: Numbering
}

/**
 * What was read for one lineage, kept for the next. A row of `edges` comes with its version and is neither changed nor
 * removed after that, as little as a row of `versions`, whose keys grow: the versions that are newer than the newest one
 * seen name all capsules that may have edges which are not known here. Capsules change, and are compared with their rows.
 */
export class KnownLineage {
  readonly #database: Database
  readonly #limits: Readonly<Record<keyof typeof KNOWN_LIMITS, number>>
  #memory: Memory
  #newest = NONE
  #state = NONE

  constructor(database: Database, limits: Partial<Readonly<Record<keyof typeof KNOWN_LIMITS, number>>> = {}) {
    this.#database = database
    this.#limits = { ...KNOWN_LIMITS, ...limits }
    this.#memory = openMemory(database)
  }

  /** What holds in the open transaction, and the number of the state that it sees. */
  catchUp(): { readonly memory: Memory; readonly state: number } {
    const state = this.#currentState()
    if (state !== this.#state) this.#learn()
    if (this.#isFull()) this.#memory = openMemory(this.#database)
    this.#state = state
    const { byChild, byParent, places, wordsTold } = this.#memory
    for (const side of [byChild, byParent]) side.begin()
    for (const numbering of [places, wordsTold]) numbering.clear()
    return { memory: this.#memory, state }
  }

  /** Both parts only grow: the one with what other connections commit, the other with what this one writes. */
  #currentState(): number {
    const others = this.#database.get<{ data_version: number }>('PRAGMA data_version')
    const own = this.#database.get<{ changes: number }>('SELECT total_changes() AS changes')
    return (others?.data_version ?? 0) + (own?.changes ?? 0)
  }

  #learn(): void {
    const newest = this.#newestVersion()
    // A newest version older than the one seen would be another file under the same name.
    const isOther = newest < this.#newest || newest - this.#newest > this.#limits.newVersionsMax
    if (isOther) this.#memory = openMemory(this.#database)
    else if (newest !== this.#newest) this.#forgetSince(this.#newest)
    this.#newest = newest
  }

  #isFull(): boolean {
    const { words, capsules, byChild, byParent } = this.#memory
    const { rowsMax, capsulesMax, charsMax } = this.#limits
    const rows = Math.max(byChild.to.length, byParent.to.length)
    return rows > rowsMax || capsules.size > capsulesMax || words.chars > charsMax
  }

  #newestVersion(): number {
    return this.#database.get<{ key: number | null }>('SELECT max(key) AS key FROM versions')?.key ?? NONE
  }

  #forgetSince(version: number): void {
    const changed = this.#database
      .all<{ capsule: number }>('SELECT capsule FROM versions WHERE key > ?', version)
      .map(({ capsule }) => capsule)
    const parents = this.#database
      .all<{ parent: number }>(
        'SELECT e.parent FROM json_each(?) wanted CROSS JOIN edges e ON e.child = wanted.value WHERE e.version > ?',
        `[${changed.join(',')}]`,
        version,
      )
      .map(({ parent }) => parent)
    this.#memory.byChild.forget(changed)
    this.#memory.byParent.forget(parents)
  }
}

function openMemory(database: Database): Memory {
  const words = new Words()
  const capsules = new KnownCapsules(database, words)
  return {
    words,
    capsules,
    byChild: new ChildEdges(database, capsules, words),
    byParent: new EdgeReader(database, capsules, BY_PARENT),
    places: new Numbering(),
    wordsTold: new Numbering(),
  }
}
