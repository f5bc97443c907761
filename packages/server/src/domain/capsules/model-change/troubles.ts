import type { CascadeError, Clock } from '#base'

/** Waits between two tries: the first, doubled each time, up to the last. */
const FIRST_WAIT_MS = 1000
const LAST_WAIT_MS = 5 * 60_000

/** What time does not mend: it is tried again when somebody says so, or after a restart. */
const LASTING: ReadonlySet<string> = new Set(['EMBEDDING_MISMATCH', 'CONFLICT'])

/** What holds work up, and until when. */
export class Troubles {
  readonly #clock: Clock
  #problem: string | null = null
  #retryAt: number | null = null
  #inARow = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** True when work may go on. */
  isOver(): boolean {
    if (this.#problem === null) return true
    return this.#retryAt !== null && this.#clock() >= this.#retryAt
  }

  note({ code, detail, retryAfterS = 0 }: CascadeError): void {
    const waitMs = Math.max(retryAfterS * 1000, Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#inARow, 20)))
    this.#inARow++
    this.#problem = detail
    this.#retryAt = LASTING.has(code) ? null : this.#clock() + waitMs
  }

  succeeded(): void {
    this.forget()
    this.#inARow = 0
  }

  /** @returns true when a problem was forgotten, false when there was nothing to forget. */
  forget(): boolean {
    const had = this.#problem !== null
    this.#problem = null
    this.#retryAt = null
    return had
  }

  current(): { readonly problem: string | null; readonly retryAt: number | null } {
    return { problem: this.#problem, retryAt: this.#retryAt }
  }
}
