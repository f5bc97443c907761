import type { CliIo, StopSignal } from './cli-io.ts'
import { EXIT } from './exit-code.ts'

/** What a command does at the first Ctrl-C. */
export type InterruptHandler = (signal: StopSignal) => void

/** Ctrl-C and SIGTERM for one command: the first ends it in good order, the second at once. */
export class Interrupts implements Disposable {
  readonly #io: CliIo
  readonly #subscription: Disposable
  readonly #abort = new AbortController()
  #handler: InterruptHandler | undefined
  #count = 0

  constructor(io: CliIo) {
    this.#io = io
    this.#subscription = io.onSignal((signal) => this.#receive(signal))
  }

  /** Aborted when the command is to end and handles no signals itself. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Settles when {@link signal} is aborted. */
  get ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) resolve()
      else this.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** Until the handle is disposed of, the first signal calls the handler and the command goes on to its own end. */
  handle(handler: InterruptHandler): Disposable {
    this.#handler = handler
    return {
      [Symbol.dispose]: () => {
        this.#handler = undefined
      },
    }
  }

  #receive(signal: StopSignal): void {
    this.#count += 1
    if (this.#count > 1) this.#io.exitNow(EXIT.interrupted.code)
    else if (this.#handler !== undefined) this.#handler(signal)
    else this.#abort.abort()
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]()
  }
}
