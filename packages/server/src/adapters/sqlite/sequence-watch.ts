import { CascadeError } from '#base'

/** How long a read waits for a sequence that has not come yet. */
export const SEQUENCE_WAIT_MS = 2000

/** The newest sequence as all threads see it, and those who wait for a later one. */
export class SequenceWatch {
  /** Two BigInt64: the newest sequence, stored after each commit, and how often something was erased. */
  readonly shared = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT)
  readonly #head = new BigInt64Array(this.shared)
  readonly #waiting = new Set<() => void>()

  constructor() {
    Atomics.store(this.#head, 0, -1n)
  }

  get head(): number {
    return Number(Atomics.load(this.#head, 0))
  }

  /** Tells those who wait that the log has grown. */
  notify(): void {
    for (const look of this.#waiting) look()
  }

  /** Resolves once the head is at least `sequence`. @throws CascadeError UNAVAILABLE when that does not come. */
  async reached(sequence: number): Promise<void> {
    if (this.head >= sequence) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.head >= sequence) resolve()
    }
    const late = new CascadeError('UNAVAILABLE', `the store has not reached sequence ${sequence}`)
    const timer = setTimeout(() => reject(late), SEQUENCE_WAIT_MS)
    this.#waiting.add(look)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(look)
    }
  }
}
