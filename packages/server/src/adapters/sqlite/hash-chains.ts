/** Entries there is room for at first; doubled when they are used up. */
const ENTRIES_FIRST = 1 << 14
const NONE = -1

/**
 * Numbers filed under hashes, in memory: chains of entries by hash, newest first. What is found under a hash may have been
 * filed under another one that falls together with it in 32 bits.
 */
export class HashChains {
  #heads = new Int32Array(ENTRIES_FIRST).fill(NONE)
  #next = new Int32Array(ENTRIES_FIRST)
  #tags = new Int32Array(ENTRIES_FIRST)
  #values = new Float64Array(ENTRIES_FIRST)
  #size = 0

  /** How many entries there are. */
  get size(): number {
    return this.#size
  }

  /** @param hash an integer below 2^53. */
  add(hash: number, value: number): void {
    if (this.#size === this.#next.length) this.#grow()
    const tag = tagOf(hash)
    const bucket = tag & (this.#heads.length - 1)
    const entry = this.#size++
    this.#tags[entry] = tag
    this.#values[entry] = value
    this.#next[entry] = this.#heads[bucket]!
    this.#heads[bucket] = entry
  }

  /** The newest numbers under the hash, at most `limit`, of so many entries of its chain. */
  find(hash: number, limit: number, stepsMax: number): number[] {
    const tag = tagOf(hash)
    const found: number[] = []
    let entry = this.#heads[tag & (this.#heads.length - 1)]!
    for (let step = 0; entry !== NONE && step < stepsMax && found.length < limit; step++) {
      if (this.#tags[entry] === tag) found.push(this.#values[entry]!)
      entry = this.#next[entry]!
    }
    return found
  }

  /** Takes back the newest entries, down to a size that there was before. */
  shrinkTo(size: number): void {
    while (this.#size > size) {
      const entry = --this.#size
      this.#heads[this.#tags[entry]! & (this.#heads.length - 1)] = this.#next[entry]!
    }
  }

  #grow(): void {
    const room = this.#next.length * 2
    this.#next = widened(this.#next, new Int32Array(room))
    this.#tags = widened(this.#tags, new Int32Array(room))
    this.#values = widened(this.#values, new Float64Array(room))
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

/** 32 bits of an integer that is a hash already. */
function tagOf(hash: number): number {
  const high = Math.floor(hash / 2 ** 32)
  return Math.imul((hash >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) | 0
}
