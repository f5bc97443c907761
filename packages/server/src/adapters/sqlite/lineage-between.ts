import type { Database } from './database.ts'
import type { Memory } from './lineage-known.ts'
import { NONE } from './lineage-numbering.ts'
import type { PackedEdges } from './packed-lineage.ts'

/**
 * The edges between the capsules of a walk: one for each child and parent, as the newest version that names it has it.
 *
 * @param slots the capsules, in the order of the walk; their columns are up to date.
 */
export function packEdges(database: Database, memory: Memory, slots: readonly number[]): PackedEdges {
  const packer = new EdgePacker(memory, slots)
  const { byChild, capsules } = memory
  // The order of a walk to the ancestors is from the young to the old, mostly.
  const towards = capsules.keys[slots[0]!]! > capsules.keys[slots.at(-1)!]! ? 'older' : 'younger'
  for (let child = 0; child < slots.length; child++) {
    const first = byChild.find(slots, child, { towards, keys: slots.length - child, deep: false })
    if (first !== NONE) packer.add(child, first)
  }
  return packer.pack((versions) => readVersions(database, versions))
}

/** Puts edges into columns, which cross threads far faster than as many small objects. */
class EdgePacker {
  readonly #memory: Memory
  readonly #slots: readonly number[]
  readonly #children: number[] = []
  readonly #parents: number[] = []
  readonly #ats: number[] = []
  readonly #parentVersions: number[] = []
  readonly #reasons: number[] = []
  /** Keys of the versions that are no heads any more, by the number of their edge. */
  readonly #old = new Map<number, number>()

  constructor(memory: Memory, slots: readonly number[]) {
    this.#memory = memory
    this.#slots = slots
  }

  /** Adds the edges of one child, whose rows lie one after the other. */
  add(child: number, first: number): void {
    const { from, versions } = this.#memory.byChild
    const slot = this.#slots[child]
    let end = first
    while (from[end] === slot) end++
    if (versions[first] === versions[end - 1]) for (let row = first; row < end; row++) this.#push(child, row)
    else for (const row of this.#newestByParent(first, end)) this.#push(child, row)
  }

  #newestByParent(first: number, end: number): Iterable<number> {
    const { to, versions } = this.#memory.byChild
    const newest = new Map<number, number>()
    for (let row = first; row < end; row++) {
      const known = newest.get(to[row]!)
      if (known === undefined || versions[known]! < versions[row]!) newest.set(to[row]!, row)
    }
    return newest.values()
  }

  #push(child: number, row: number): void {
    const { byChild, capsules, places, wordsTold } = this.#memory
    const parent = places.find(byChild.to[row]!)
    if (parent === NONE) return
    const version = byChild.versions[row]!
    if (version !== capsules.heads[this.#slots[child]!]) this.#old.set(this.#children.length, version)
    this.#children.push(child)
    this.#parents.push(parent)
    this.#ats.push(byChild.ats[row]!)
    this.#parentVersions.push(wordsTold.numberOf(byChild.parentVersions[row]!))
    this.#reasons.push(wordsTold.numberOf(byChild.reasons[row]!))
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
      oldVersions: new Map([...this.#old].map(([edge, version]) => [edge, names.get(version)!])),
    }
  }
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
