/** A set of slots, one bit each, counted. Made by a filter, so that searches by words and by meaning share it. */
export class SlotBitmap {
  /** Slot `s` is bit `s & 31` of word `s >>> 5`. */
  readonly words: Uint32Array
  readonly count: number

  /** @param count how many bits of `words` are set. */
  constructor(words: Uint32Array, count: number) {
    this.words = words
    this.count = count
  }

  /** The set of these slots, in any order; repeated ones count once. */
  static of(slots: Uint32Array): SlotBitmap {
    let end = 0
    for (const slot of slots) end = Math.max(end, slot + 1)
    const words = new Uint32Array(Math.ceil(end / 32))
    let count = 0
    for (const slot of slots) {
      const bit = 1 << (slot & 31)
      if ((words[slot >>> 5]! & bit) === 0) count++
      words[slot >>> 5]! |= bit
    }
    return new SlotBitmap(words, count)
  }

  /** What is in at least one of the sets. */
  static inAny(sets: readonly SlotBitmap[]): SlotBitmap {
    const words = new Uint32Array(Math.max(0, ...sets.map((set) => set.words.length)))
    for (const set of sets) for (const [index, word] of set.words.entries()) words[index]! |= word
    return new SlotBitmap(words, countBits(words))
  }

  /** What is in all of the sets, of which there is one at least. */
  static inAll(sets: readonly SlotBitmap[]): SlotBitmap {
    const words = new Uint32Array(Math.min(...sets.map((set) => set.words.length)))
    for (const index of words.keys()) words[index] = sets.reduce((word, set) => word & set.words[index]!, ~0)
    return new SlotBitmap(words, countBits(words))
  }

  has(slot: number): boolean {
    return ((this.words[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0
  }

  /** Calls `visit` for every slot of the set, in ascending order. */
  forEach(visit: (slot: number) => void): void {
    this.words.forEach((word, index) => {
      forEachBit(word, (bit) => visit(index * 32 + bit))
    })
  }
}

/** Calls `visit` with the number of each bit that is set, from 0 for the lowest. */
export function forEachBit(word: number, visit: (bit: number) => void): void {
  for (let rest = word; rest !== 0; rest &= rest - 1) visit(31 - Math.clz32(rest & -rest))
}

function countBits(words: Uint32Array): number {
  let count = 0
  for (const word of words) for (let rest = word; rest !== 0; rest &= rest - 1) count++
  return count
}
