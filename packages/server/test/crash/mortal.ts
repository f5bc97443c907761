import { setTimeout as pause } from 'node:timers/promises'
import type { DocumentConverter } from '../../src/domain/capsules/import/index.ts'
import type { Store } from '../../src/domain/store.ts'
import { withAppend } from '../../src/platform/store/testing/with-append.ts'
import type { Death } from './import-legs.ts'

/** Ends this process when each of its imports has come to where it is to be cut off, or to its end. */
export class Reaper {
  #awaited: number
  #parked = 0
  readonly #afterMs: number
  readonly #all = Promise.withResolvers<void>()

  /** @param afterMs how long what is under way goes on. */
  constructor(imports: number, afterMs: number) {
    this.#awaited = imports
    this.#afterMs = afterMs
  }

  /** Fulfils when all are there; shortly afterwards the process ends. */
  async park(): Promise<void> {
    this.#parked++
    this.end()
    await this.#all.promise
  }

  /** An import has ended, or is parked. */
  end(): void {
    if (--this.#awaited > 0 || this.#parked === 0) return
    this.#all.resolve()
    void pause(this.#afterMs).then(() => process.kill(process.pid, 'SIGKILL'))
  }
}

/** Counts what one import does, and holds it where it is to be cut off. */
export class Mortal {
  readonly #death: Death | undefined
  readonly #reaper: Reaper
  readonly #counts = { write: 0, conversion: 0 }

  constructor(reaper: Reaper, death: Death | undefined) {
    this.#reaper = reaper
    this.#death = death
  }

  get writes(): number {
    return this.#counts.write
  }

  get conversions(): number {
    return this.#counts.conversion
  }

  /** The same store; each `append` is a step. */
  store(store: Store): Store {
    return withAppend(store, async (commands) => {
      await this.#step('write')
      return store.append(commands)
    })
  }

  /** The same converter; each document is a step. */
  converter(converter: DocumentConverter): DocumentConverter {
    return {
      convert: async (request, signal) => {
        await this.#step('conversion')
        return converter.convert(request, signal)
      },
      [Symbol.asyncDispose]: () => converter[Symbol.asyncDispose](),
    }
  }

  async #step(at: Death['at']): Promise<void> {
    const number = ++this.#counts[at]
    if (this.#death?.at !== at || this.#death.number !== number) return
    await this.#reaper.park()
    if (!this.#death.isWithin) await new Promise<never>(() => undefined)
  }
}
