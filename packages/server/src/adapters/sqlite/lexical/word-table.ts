/** Places for words; half as many words are remembered, so that most are found where they are looked for first. */
const SLOT_BITS = 17
const SLOTS = 1 << SLOT_BITS
const WORDS_MAX = SLOTS / 2
/** All that is known of words, in numbers of 32 bits. When it is full, all are forgotten, and those in use come back first. */
const NUMBERS_MAX = 1 << 19
/** A longer word is seldom met twice. */
const WORD_LENGTH_MAX = 64
/** Places where a word is looked for: words chosen to fall together are worked out each time, and hold up nobody. */
const STEPS_MAX = 16
/** Before the letters of an entry stand its hash, its length, how many numbers are known, and these. */
const HEAD = 3

/** Stands for a word that is not in the table. */
export const UNKNOWN = 0

/**
 * Numbers that are known of words, found by the letters of a word where it stands in a text: nothing is cut out and
 * nothing allocated, and what is read of a word lies side by side. A map by strings takes several times as long, and every
 * word of every text that is written comes by here.
 */
export class WordTable {
  /** Where the entry of a word begins; 0 for none. */
  readonly #slots = new Uint32Array(SLOTS)
  readonly #entries = new Int32Array(NUMBERS_MAX)
  #end = 1
  #words = 0

  /** The entry of the word that stands in `text` from `start` to `end`, and has this hash; else `UNKNOWN`. */
  find(text: string, start: number, end: number, hash: number): number {
    for (let step = 0; step < STEPS_MAX; step++) {
      const entry = this.#slots[slotOf(hash, step)]!
      if (entry === UNKNOWN) return UNKNOWN
      if (this.#entries[entry] === hash && this.#isSpelled(entry, text, start, end)) return entry
    }
    return UNKNOWN
  }

  /** How many numbers are known of a word. */
  count(entry: number): number {
    return this.#entries[entry + 2]!
  }

  number(entry: number, at: number): number {
    return this.#entries[entry + HEAD + at]!
  }

  /** Remembers numbers of 32 bits for a word that is unknown. */
  add(text: string, start: number, end: number, hash: number, numbers: readonly number[]): void {
    const length = end - start
    if (length > WORD_LENGTH_MAX) return
    const size = HEAD + numbers.length + Math.ceil(length / 2)
    if (this.#words === WORDS_MAX || this.#end + size > NUMBERS_MAX) this.clear()
    for (let step = 0; step < STEPS_MAX; step++) {
      const slot = slotOf(hash, step)
      if (this.#slots[slot] !== UNKNOWN) continue
      this.#slots[slot] = this.#end
      this.#entries.set([hash, length, numbers.length, ...numbers], this.#end)
      const letters = this.#end + HEAD + numbers.length
      for (let at = 0; at < length; at += 2) this.#entries[letters + at / 2] = twoUnits(text, start + at, end)
      this.#end += size
      this.#words++
      return
    }
  }

  clear(): void {
    this.#slots.fill(UNKNOWN)
    this.#end = 1
    this.#words = 0
  }

  #isSpelled(entry: number, text: string, start: number, end: number): boolean {
    if (this.#entries[entry + 1] !== end - start) return false
    let letters = entry + HEAD + this.#entries[entry + 2]!
    for (let at = start; at < end; at += 2) if (this.#entries[letters++] !== twoUnits(text, at, end)) return false
    return true
  }
}

/** The uppermost bits of the product, to which all bits of the hash have come. */
const slotOf = (hash: number, step: number): number =>
  ((Math.imul(hash, 0x9e3779b1) >>> (32 - SLOT_BITS)) + step) & (SLOTS - 1)

const twoUnits = (text: string, at: number, end: number): number =>
  text.charCodeAt(at) | (at + 1 < end ? text.charCodeAt(at + 1) << 16 : 0)
