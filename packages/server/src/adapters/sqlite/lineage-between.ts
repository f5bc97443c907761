import type { Database } from './database.ts'
import { type EdgeReader, type EdgeRow, NONE } from './lineage-edges.ts'
import type { Reach } from './lineage-reach.ts'
import type { PackedEdges } from './packed-lineage.ts'

/**
 * The edges between the capsules of a walk: one for each child and parent, as the newest version that names it has it.
 *
 * @param heads keys of the capsules' head versions, in the order of the walk.
 */
export function edgesBetween(
  database: Database,
  edges: EdgeReader<EdgeRow>,
  reach: Reach,
  heads: readonly number[],
): PackedEdges {
  const packer = new EdgePacker(reach.places, heads)
  const { keys } = reach
  // The order of a walk to the ancestors is from the young to the old, mostly.
  const towards = keys[0]! > keys.at(-1)! ? 'older' : 'younger'
  for (let child = 0; child < keys.length; child++) {
    const first = edges.find(keys, child, { towards, keys: keys.length - child, deep: false })
    if (first !== NONE) packer.add(child, edges.rows, first)
  }
  return packer.pack((versions) => readVersions(database, versions))
}

/** Puts edges into columns, which cross threads far faster than as many small objects. */
class EdgePacker {
  readonly #places: ReadonlyMap<number, number>
  readonly #heads: readonly number[]
  readonly #children: number[] = []
  readonly #parents: number[] = []
  readonly #ats: number[] = []
  readonly #parentVersions: number[] = []
  readonly #reasons: number[] = []
  readonly #words = new Map<string, number>()
  /** Keys of the versions that are no heads any more, by the number of their edge. */
  readonly #old = new Map<number, number>()

  constructor(places: ReadonlyMap<number, number>, heads: readonly number[]) {
    this.#places = places
    this.#heads = heads
  }

  /** Adds the edges of one child, whose rows lie one after the other, older versions first. */
  add(child: number, rows: readonly EdgeRow[], first: number): void {
    const key = rows[first]![0]
    let end = first
    while (rows[end]?.[0] === key) end++
    if (rows[first]![2] === rows[end - 1]![2]) for (let at = first; at < end; at++) this.#push(child, rows[at]!)
    else for (const row of newestByParent(rows.slice(first, end))) this.#push(child, row)
  }

  #push(child: number, [, parent, version, parentVersion, reason, at]: EdgeRow): void {
    const place = this.#places.get(parent)
    if (place === undefined) return
    if (version !== this.#heads[child]) this.#old.set(this.#children.length, version)
    this.#children.push(child)
    this.#parents.push(place)
    this.#ats.push(at)
    this.#parentVersions.push(this.#wordOf(parentVersion))
    this.#reasons.push(this.#wordOf(reason))
  }

  #wordOf(text: string): number {
    const known = this.#words.get(text)
    if (known !== undefined) return known
    this.#words.set(text, this.#words.size)
    return this.#words.size - 1
  }

  /** @param nameVersions the names of versions by their keys. */
  pack(nameVersions: (keys: readonly number[]) => ReadonlyMap<number, string>): PackedEdges {
    const names = this.#old.size === 0 ? new Map<number, string>() : nameVersions([...new Set(this.#old.values())])
    return {
      children: new Uint32Array(this.#children),
      parents: new Uint32Array(this.#parents),
      ats: new Float64Array(this.#ats),
      parentVersions: new Uint32Array(this.#parentVersions),
      reasons: new Uint32Array(this.#reasons),
      words: [...this.#words.keys()],
      oldVersions: new Map([...this.#old].map(([edge, version]) => [edge, names.get(version)!])),
    }
  }
}

function newestByParent(rows: readonly EdgeRow[]): Iterable<EdgeRow> {
  const newest = new Map<number, EdgeRow>()
  for (const row of rows) {
    const known = newest.get(row[1])
    if (!known || known[2] < row[2]) newest.set(row[1], row)
  }
  return newest.values()
}

const readVersions = (database: Database, keys: readonly number[]): ReadonlyMap<number, string> =>
  new Map(
    database
      .all<{ key: number; version: string }>(
        'SELECT v.key, v.version FROM json_each(?) wanted CROSS JOIN versions v ON v.key = wanted.value',
        JSON.stringify(keys),
      )
      .map(({ key, version }) => [key, version]),
  )
