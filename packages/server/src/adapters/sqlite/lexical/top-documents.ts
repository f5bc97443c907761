/** A document that a search found. */
export interface FoundDocument {
  readonly version: number
  readonly capsule: number
  readonly score: number
}

/**
 * The best documents so far, at most as many as wanted. Scores are compared as 32-bit numbers, so that the order of
 * adding their parts decides nothing; of equal ones the older version is better.
 */
export class TopDocuments {
  readonly #limit: number
  /** A binary heap whose root is the worst. */
  readonly #heap: FoundDocument[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** What a score must not be below to get in; minus infinity while there is room. */
  get threshold(): number {
    return this.#heap.length < this.#limit ? Number.NEGATIVE_INFINITY : Math.fround(this.#heap[0]!.score)
  }

  /** Whether a document of this score, or of less, and this version, or a later one, can get in. */
  admits(score: number, version: number): boolean {
    if (this.#heap.length < this.#limit) return true
    const rounded = Math.fround(score)
    const worst = this.#heap[0]!
    const threshold = Math.fround(worst.score)
    return rounded > threshold || (rounded === threshold && version < worst.version)
  }

  offer(found: FoundDocument): void {
    if (!this.admits(found.score, found.version)) return
    if (this.#heap.length < this.#limit) {
      this.#heap.push(found)
      this.#rise(this.#heap.length - 1)
    } else {
      this.#heap[0] = found
      this.#sink()
    }
  }

  /** Best first. */
  sorted(): FoundDocument[] {
    return this.#heap.toSorted((left, right) => (isWorse(left, right) ? 1 : -1))
  }

  #rise(from: number): void {
    const heap = this.#heap
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isWorse(heap[at]!, heap[parent]!)) return
      swap(heap, at, parent)
      at = parent
    }
  }

  #sink(): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      let worst = at
      if (left < heap.length && isWorse(heap[left]!, heap[worst]!)) worst = left
      if (left + 1 < heap.length && isWorse(heap[left + 1]!, heap[worst]!)) worst = left + 1
      if (worst === at) return
      swap(heap, at, worst)
      at = worst
    }
  }
}

function isWorse(left: FoundDocument, right: FoundDocument): boolean {
  const difference = Math.fround(left.score) - Math.fround(right.score)
  return difference < 0 || (difference === 0 && left.version > right.version)
}

function swap(heap: FoundDocument[], left: number, right: number): void {
  const kept = heap[left]!
  heap[left] = heap[right]!
  heap[right] = kept
}
