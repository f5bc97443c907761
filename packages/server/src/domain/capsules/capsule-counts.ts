/** How many of something, and how many bytes of content in all their versions. */
export interface Tally {
  readonly capsules: number
  readonly bytes: number
}

export interface ScopeTally extends Tally {
  readonly identity: string | null
  readonly lane: string | null
  readonly fold: string | null
}

/** What there is, counted in one state. */
export interface CapsuleCounts {
  readonly capsules: number
  readonly chunks: number
  readonly versions: number
  readonly contentBytes: number
  readonly byStatus: Readonly<Record<string, Tally>>
  readonly byType: Readonly<Record<string, Tally>>
  /** By the level of effective trust. */
  readonly byTrustLevel: Readonly<Record<string, Tally>>
  /** By the model of the head's vector; capsules without a vector are in none. */
  readonly byEmbeddingModel: Readonly<Record<string, Tally>>
  /** How many scopes hold capsules. */
  readonly scopes: number
  /** The largest of them, most capsules first, of equal ones the oldest; at most `SCOPES_COUNTED_MAX`. */
  readonly byScope: readonly ScopeTally[]
  /**
   * Depth of a capsule is the number of steps to its farthest origin, along the parents of any of its versions: what it
   * was derived from stays its lineage. The mean is over all capsules but chunks.
   */
  readonly lineage: { readonly derived: number; readonly depthMean: number; readonly depthMax: number }
  /** Every change up to this sequence is counted, and none after it. */
  readonly sequence: number
}

export const SCOPES_COUNTED_MAX = 100

/** One row of what is added up. */
export interface Counted extends Tally {
  readonly name: string | undefined
}

/** Adds up by name; what has no name is left out. */
export function tally(rows: Iterable<Counted>): Record<string, Tally> {
  // A map, because a model may have any name: `__proto__` is no member of an object.
  const sums = new Map<string, Tally>()
  for (const { name, capsules, bytes } of rows) {
    if (name === undefined || capsules === 0) continue
    const before = sums.get(name) ?? { capsules: 0, bytes: 0 }
    sums.set(name, { capsules: before.capsules + capsules, bytes: before.bytes + bytes })
  }
  return Object.fromEntries(sums)
}
