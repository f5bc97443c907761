import type { Database } from './database.ts'

/** Entries there is room for at first; doubled when they are used up. */
const ENTRIES_FIRST = 1 << 14
/** Entries of a chain that are looked at for one band: the newest come first. */
const CHAIN_STEPS_MAX = 64
const NONE = -1

/**
 * Which versions carry a band of a MinHash, in memory: chains of entries by the hash of the band, newest first. A
 * function of the rows of `signatures`, read anew whenever the store is opened. Entries of versions that are no longer
 * heads stay until then: whoever finds one looks at its capsule before believing it.
 */
export class BandIndex {
  #heads = new Int32Array(ENTRIES_FIRST).fill(NONE)
  #next = new Int32Array(ENTRIES_FIRST)
  #tags = new Int32Array(ENTRIES_FIRST)
  #versions = new Float64Array(ENTRIES_FIRST)
  #size = 0

  /** How many entries there are. */
  get size(): number {
    return this.#size
  }

  add(band: number, version: number): void {
    if (this.#size === this.#next.length) this.#grow()
    const tag = tagOf(band)
    const bucket = tag & (this.#heads.length - 1)
    const entry = this.#size++
    this.#tags[entry] = tag
    this.#versions[entry] = version
    this.#next[entry] = this.#heads[bucket]!
    this.#heads[bucket] = entry
  }

  /** The newest versions with the band, at most `limit`. */
  find(band: number, limit: number): number[] {
    const tag = tagOf(band)
    const found: number[] = []
    let entry = this.#heads[tag & (this.#heads.length - 1)]!
    for (let step = 0; entry !== NONE && step < CHAIN_STEPS_MAX && found.length < limit; step++) {
      if (this.#tags[entry] === tag) found.push(this.#versions[entry]!)
      entry = this.#next[entry]!
    }
    return found
  }

  /** Takes back the newest entries, down to a size that the index had before. */
  shrinkTo(size: number): void {
    while (this.#size > size) {
      const entry = --this.#size
      this.#heads[this.#tags[entry]! & (this.#heads.length - 1)] = this.#next[entry]!
    }
  }

  /** Enters the bands of all heads. */
  load(database: Database): void {
    const rows = database.iterateArrays<readonly [version: number, bands: Uint8Array]>(
      'SELECT s.version, s.bands FROM capsules c CROSS JOIN signatures s ON s.version = c.head ORDER BY c.key',
    )
    for (const [version, bands] of rows) for (const band of parseBands(bands)) this.add(band, version)
  }

  #grow(): void {
    const room = this.#next.length * 2
    this.#next = widened(this.#next, new Int32Array(room))
    this.#tags = widened(this.#tags, new Int32Array(room))
    this.#versions = widened(this.#versions, new Float64Array(room))
    this.#heads = new Int32Array(room).fill(NONE)
    // Oldest first, so that each chain ends up newest first again.
    for (let entry = 0; entry < this.#size; entry++) {
      const bucket = this.#tags[entry]! & (room - 1)
      this.#next[entry] = this.#heads[bucket]!
      this.#heads[bucket] = entry
    }
  }
}

function widened<T extends Int32Array | Float64Array>(from: T, into: T): T {
  into.set(from)
  return into
}

/** 32 bits of a band's key, an integer below 2^53. Bands are hashes already; two that fall together cost a comparison. */
function tagOf(band: number): number {
  const high = Math.floor(band / 2 ** 32)
  return Math.imul((band >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) | 0
}

export const bandBytes = (bands: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(bands).buffer)

/** The keys that `bandBytes` wrote. */
function parseBands(bytes: Uint8Array): Float64Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  return new Float64Array(buffer, byteOffset, byteLength / 8)
}
