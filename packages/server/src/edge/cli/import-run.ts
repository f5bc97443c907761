import { setTimeout as pause } from 'node:timers/promises'
import type { ImportJob, ImportRequest } from '@forge-cascade/contract'
import type { Called } from './api.ts'
import type { Session } from './session.ts'

/** The first look at an import comes soon, as most are small; then they are further apart. */
const LOOK_MS_FIRST = 25
const LOOK_MS_MAX = 250
/** How often an import is begun again after the process that ran it left. */
const RESTARTS_MAX = 5

export type Current = Called<'startImport'> | Called<'getImport'>

export interface ImportWatch {
  /** Called after each look at the import. */
  readonly onProgress: (job: ImportJob) => void
}

/** An import that is followed to its end, over the death of the process that runs it. */
export class ImportRun {
  readonly #session: Session
  readonly #request: ImportRequest
  #restarts = 0
  #cancel: 'no' | 'wanted' | 'told' = 'no'

  constructor(session: Session, request: ImportRequest) {
    this.#session = session
    this.#request = request
  }

  /** Starts it and waits for its end; what comes back is the last answer about it. */
  async follow({ onProgress }: ImportWatch): Promise<Current> {
    let current: Current = await this.#begin()
    for (let ms = LOOK_MS_FIRST; this.#goesOn(current.answer); ms = Math.min(LOOK_MS_MAX, ms * 2)) {
      onProgress(current.answer)
      if (this.#cancel === 'wanted') await this.#tell(current.answer)
      await pause(ms)
      current = await this.#look(current.answer)
    }
    return current
  }

  /** Stops it after the file that is being read; what was read stays. */
  cancel(): void {
    if (this.#cancel === 'no') this.#cancel = 'wanted'
  }

  async #tell({ id }: ImportJob): Promise<void> {
    await this.#session.ask('cancelImport', { params: { id } })
    this.#cancel = 'told'
  }

  #begin(): Promise<Called<'startImport'>> {
    return this.#session.call('startImport', { body: this.#request })
  }

  #look({ id, state }: ImportJob): Promise<Current> {
    if (state === 'running') return this.#session.call('getImport', { params: { id } })
    this.#restarts += 1
    return this.#begin()
  }

  #goesOn({ state }: ImportJob): boolean {
    if (state === 'running') return true
    return state === 'interrupted' && this.#cancel === 'no' && this.#restarts < RESTARTS_MAX
  }
}
