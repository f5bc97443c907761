import { type Every, systemEvery } from './every.ts'

/** The signal of the emergency as it is now. */
export type Halt = () => AbortSignal

/** Looks again and again whether there is something to do: never twice at once, and no more once it is disposed of. */
export class Looks implements AsyncDisposable {
  readonly #look: (signal: AbortSignal) => Promise<void>
  readonly #halt: Halt | undefined
  readonly #stop = new AbortController()
  readonly #ticks: Disposable
  #running: Promise<void> | undefined

  /**
   * @param look never rejects; its signal aborts when it is to end.
   * @param halt the signal of whoever may stop all work: while it is aborted nothing begins.
   */
  constructor(look: (signal: AbortSignal) => Promise<void>, ms: number, every: Every = systemEvery, halt?: Halt) {
    this.#look = look
    this.#halt = halt
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
    const halt = this.#halt?.()
    if (this.#stop.signal.aborted || halt?.aborted || this.#running) return
    const signal = halt ? AbortSignal.any([this.#stop.signal, halt]) : this.#stop.signal
    this.#running = this.#look(signal).finally(() => {
      this.#running = undefined
    })
    await this.#running
  }
}
