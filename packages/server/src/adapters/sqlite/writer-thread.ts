import { CascadeError } from '#base'
import type { Command } from '#store'
import type { VectorIndexState } from './doctor.ts'
import { packCommands } from './packed-commands.ts'
import { unpackOutcomes } from './packed-outcomes.ts'
import { lostThread, ThreadLink } from './thread-link.ts'
import type { SpaceAnnouncement } from './vector-slots.ts'
import type { WrittenOutcome } from './write-batch.ts'
import type { WriterData, WriterNotice, WriterOperations } from './writer-operations.ts'

export interface WriterThreadOptions {
  readonly data: WriterData
  readonly onSpace: (space: SpaceAnnouncement) => void
  readonly onTrouble: (message: string) => void
  readonly onUpgrade: (backup: string) => void
  /** Told when the thread ended by itself; it is started again. */
  readonly onLost: (cause: unknown) => void
}

/**
 * The one thread that writes. When it dies, what it was doing ends with OUTCOME_UNKNOWN and another takes its place: the
 * file tells it what was committed.
 */
export class WriterThread {
  readonly #options: WriterThreadOptions
  #link: ThreadLink<WriterOperations>
  #opened: Promise<unknown>
  #closed = false

  constructor(options: WriterThreadOptions) {
    this.#options = options
    this.#link = this.#start()
    this.#opened = this.#link.call('open', [])
  }

  /** Resolves when the file is open and the vectors are in memory. @throws CascadeError why it is not. */
  async ready(): Promise<void> {
    await this.#opened
  }

  async write(commands: readonly Command[], now: number): Promise<readonly WrittenOutcome[]> {
    await this.#opened
    const packed = packCommands(commands)
    const outcomes = await this.#link.call('write', [packed, now], { transfer: [packed.bytes] })
    return unpackOutcomes(outcomes, commands)
  }

  async indexState(): Promise<VectorIndexState> {
    await this.#opened
    return this.#link.call('indexState', [])
  }

  /** Ends the thread in the middle of what it does, as a crash would. */
  async crash(): Promise<void> {
    await this.#link.terminate()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#link.close('close', [])
  }

  #start(): ThreadLink<WriterOperations> {
    return new ThreadLink<WriterOperations>({
      file: 'writer-worker',
      data: this.#options.data,
      orphaned: lostThread('OUTCOME_UNKNOWN'),
      // The writer's worker sends notices of this type only.
      onNotice: (notice) => this.#notice(notice as WriterNotice),
      onLost: (cause) => this.#restart(cause),
    })
  }

  #notice(notice: WriterNotice): void {
    if (notice.kind === 'space') this.#options.onSpace(notice.space)
    else if (notice.kind === 'upgraded') this.#options.onUpgrade(notice.backup)
    else this.#options.onTrouble(notice.message)
  }

  #restart(cause: unknown): void {
    if (this.#closed) return
    this.#options.onLost(cause)
    this.#link = this.#start()
    this.#opened = this.#link.call('open', []).catch((error: unknown) => {
      throw new CascadeError('UNAVAILABLE', 'the store could not be opened again', { cause: error })
    })
    // Whoever writes next is told; nobody may be waiting now.
    this.#opened.catch(this.#options.onLost)
  }
}
