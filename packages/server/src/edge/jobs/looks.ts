import { type Every, systemEvery } from './every.ts'

/** Looks again and again whether there is something to do: never twice at once, and no more once it is disposed of. */
export class Looks implements AsyncDisposable {
  readonly #look: (signal: AbortSignal) => Promise<void>
  readonly #stop = new AbortController()
  readonly #ticks: Disposable
  #running: Promise<void> | undefined

  /** @param look never rejects; its signal aborts when it is to end. */
  constructor(look: (signal: AbortSignal) => Promise<void>, ms: number, every: Every = systemEvery) {
    this.#look = look
    this.#ticks = every(() => this.#tick(), ms)
  }

  /** Looks out of turn, or waits for the look that is under way. */
  async now(): Promise<void> {
    await (this.#running ?? this.#tick())
  }

  /** Begins nothing any more, and waits for what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ticks[Symbol.dispose]()
    this.#stop.abort()
    await this.#running
  }

  async #tick(): Promise<void> {
    if (this.#stop.signal.aborted || this.#running) return
    this.#running = this.#look(this.#stop.signal).finally(() => {
      this.#running = undefined
    })
    await this.#running
  }
}
