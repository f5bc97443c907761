import { isCascadeError, messageOf } from '#base'
import type { Emergency, EmergencyCall } from '#governance'
import type { KernelLog } from '#lifecycle'
import type { Grant } from '#store'
import type { Every } from './every.ts'
import { Looks } from './looks.ts'

export interface EmergencyWatchOptions {
  readonly emergency: Emergency
  /** The file that turns it on. */
  readonly file: { readonly isThere: () => boolean; readonly reason: () => string }
  /** To write it down with; asked once for each time that it is turned on. */
  readonly grant: () => Grant<'emergency.raise'>
  readonly newId: () => string
  readonly log: KernelLog
  readonly every?: Every
}

/** How often it looks whether the file lies there: it is to be seen within a second. */
export const LOOK_MS = 250

/** Turns the emergency on where the file for it lies in the data folder. */
export class EmergencyWatch implements AsyncDisposable {
  readonly #options: EmergencyWatchOptions
  readonly #looks: Looks
  #wasThere = false
  /** What it was tried to be written down with. */
  #call: EmergencyCall<'emergency.raise'> | undefined

  constructor(options: EmergencyWatchOptions) {
    this.#options = options
    this.#looks = new Looks(() => this.#look(), LOOK_MS, options.every)
  }

  /** Looks out of turn. */
  async now(): Promise<void> {
    await this.#looks.now()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looks[Symbol.asyncDispose]()
  }

  async #look(): Promise<void> {
    const { emergency, file, log } = this.#options
    const isThere = file.isThere()
    const isNew = isThere && !this.#wasThere
    this.#wasThere = isThere
    if (!isThere || (emergency.active() && !isNew)) return
    const isFirst = !emergency.active()
    if (isFirst) log.warn('the file EMERGENCY turns the emergency on')
    try {
      await emergency.raiseByFile(() => this.#callOnce(), file.reason())
      this.#call = undefined
    } catch (error) {
      // It is on all the same; the next look writes it down, unless nobody lets it: that is said once.
      this.#wasThere = isCascadeError(error) && REFUSED.has(error.code)
      if (isFirst) log.error('the emergency is on, and could not be written down', { reason: messageOf(error) })
    }
  }

  /** The same for each try to write it down: one decision, and one command. */
  #callOnce(): EmergencyCall<'emergency.raise'> {
    const { grant, newId } = this.#options
    this.#call ??= { grant: grant(), command: { id: newId().replaceAll('-', '') } }
    return this.#call
  }
}

const REFUSED: ReadonlySet<string> = new Set(['FORBIDDEN', 'APPROVAL_REQUIRED'])
