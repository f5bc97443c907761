import { messageOf } from '#base'
import type { RoutingDesk } from '#governance'
import type { KernelLog } from '#lifecycle'
import type { Grant } from '#store'
import type { Every } from './every.ts'
import { type Halt, Looks } from './looks.ts'

export interface RoutingWatchOptions {
  readonly desk: Pick<RoutingDesk, 'look' | 'findings'>
  /** To write down with that the file was changed by hand. */
  readonly grant: () => Grant<'routing.apply'>
  /** Measures how far the answers of the providers have drifted; asks nobody where there are no rules. */
  readonly measure: (signal: AbortSignal) => Promise<void>
  readonly log: KernelLog
  readonly every?: Every
  readonly halt?: Halt
}

/** How often it looks whether the file has changed. */
export const LOOK_MS = 2000
/** Looks between two measurements: five minutes. */
export const LOOKS_PER_MEASUREMENT = 150

/** Goes by the file of routing rules as it changes, and has the providers measured now and then. */
export class RoutingWatch implements AsyncDisposable {
  readonly #options: RoutingWatchOptions
  readonly #looks: Looks
  #count = 0
  #told = ''

  constructor(options: RoutingWatchOptions) {
    this.#options = options
    this.#looks = new Looks((signal) => this.#look(signal), LOOK_MS, options.every, options.halt)
  }

  /** Looks at the file alone. True where it was read anew. */
  async look(): Promise<boolean> {
    const { desk, grant, log } = this.#options
    try {
      const isNew = await desk.look(grant)
      this.#tell()
      return isNew
    } catch (error) {
      // Looked at again in two seconds; one that lasts is said once.
      const reason = messageOf(error)
      this.#say(reason, () => log.error('the routing rules could not be looked at', { reason }))
      return false
    }
  }

  /** Looks out of turn. */
  async now(): Promise<void> {
    await this.#looks.now()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    const isNew = await this.look()
    if (!isNew && this.#count++ % LOOKS_PER_MEASUREMENT !== 0) return
    try {
      await this.#options.measure(signal)
    } catch (error) {
      if (!signal.aborted) this.#options.log.warn('providers could not be measured', { reason: messageOf(error) })
    }
  }

  #tell(): void {
    const errors = this.#options.desk.findings.filter(({ severity }) => severity === 'error')
    const told = errors.map(({ line, message }) => `line ${line}: ${message}`).join(' ')
    this.#say(told, () =>
      this.#options.log.warn('the routing rules are not sound; what was sound last counts', { reason: told }),
    )
  }

  #say(what: string, say: () => void): void {
    if (what !== this.#told && what !== '') say()
    this.#told = what
  }
}
