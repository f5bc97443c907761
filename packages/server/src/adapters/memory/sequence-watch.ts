import { CascadeError } from '#base'

/** How long a read waits for a sequence that has not come yet. */
export const SEQUENCE_WAIT_MS = 1000

/** Lets readers wait until the log has reached a sequence. */
export class SequenceWatch {
  readonly #head: () => number
  readonly #waiting = new Set<() => void>()

  constructor(head: () => number) {
    this.#head = head
  }

  /** Tells those who wait that the log has grown. */
  notify(): void {
    for (const look of this.#waiting) look()
  }

  /** The newest sequence, once it is at least `sequence`. @throws CascadeError UNAVAILABLE when that does not come. */
  async reached(sequence: number): Promise<number> {
    if (this.#head() < sequence) await this.#wait(sequence)
    return this.#head()
  }

  async #wait(sequence: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (this.#head() >= sequence) resolve()
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
