import type { Database } from './database.ts'
import { BY_CHILD, BY_PARENT, EdgeReader, type EdgeRow, NONE } from './lineage-edges.ts'

/** Rows kept on each side, before the memory starts anew: about 10 MB. */
const ROWS_MAX = 65_536
/** Keys of which something is remembered on each side, be it that they have no rows: about as much memory again. */
const KEYS_MAX = 131_072
/** Versions that may have come since the last lineage, before looking through them costs more than starting anew. */
const NEW_VERSIONS_MAX = 500

interface Sides {
  readonly byChild: EdgeReader<EdgeRow>
  readonly byParent: EdgeReader<readonly [parent: number, child: number]>
}

/**
 * Edges that were read, kept from one lineage to the next. A row of `edges` comes with its version and is neither changed
 * nor removed after that, as little as a row of `versions`, whose keys grow: the versions that are newer than the newest
 * one seen name all capsules that may have edges which are not known here.
 */
export class KnownEdges {
  readonly #database: Database
  readonly #keysMax: number
  #sides: Sides
  #newest = NONE

  constructor(database: Database, { keysMax = KEYS_MAX }: { readonly keysMax?: number } = {}) {
    this.#database = database
    this.#keysMax = keysMax
    this.#sides = openSides(database)
  }

  /** Both sides as the open transaction sees them. */
  catchUp(): Sides {
    const newest = this.#newestVersion()
    if (this.#isPastSaving(newest)) this.#sides = openSides(this.#database)
    else if (newest !== this.#newest) this.#forgetSince(this.#newest)
    this.#newest = newest
    this.#sides.byChild.begin()
    this.#sides.byParent.begin()
    return this.#sides
  }

  #isPastSaving(newest: number): boolean {
    const { byChild, byParent } = this.#sides
    const isFull =
      Math.max(byChild.rows.length, byParent.rows.length) > ROWS_MAX ||
      Math.max(byChild.keys, byParent.keys) > this.#keysMax
    // A newest version older than the one seen would be another file under the same name.
    return isFull || newest < this.#newest || newest - this.#newest > NEW_VERSIONS_MAX
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
    this.#sides.byChild.forget(changed)
    this.#sides.byParent.forget(parents)
  }
}

const openSides = (database: Database): Sides => ({
  byChild: new EdgeReader(database, BY_CHILD),
  byParent: new EdgeReader(database, BY_PARENT),
})
