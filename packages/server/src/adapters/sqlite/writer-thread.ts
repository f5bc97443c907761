import type { Worker } from 'node:worker_threads'
import { CascadeError, type Clock } from '#base'
import type { StoredCheckpoint } from '#ledger'
import type { Command } from '#store'
import type { VectorIndexState } from './doctor.ts'
import type { FinishedWork, PageBatch } from './lexical/index.ts'
import { packCommands } from './packed-commands.ts'
import { type PackedOutcome, unpackOutcomes } from './packed-outcomes.ts'
import type { ScrubStep } from './scrub.ts'
import type { CutState } from './shipping/shipping-folder.ts'
import { toErrorFields } from './thread-errors.ts'
import { lostThread, ThreadLink } from './thread-link.ts'
import type { SpaceAnnouncement } from './vector-slots.ts'
import type { WrittenOutcome } from './write-batch.ts'
import type { WriterData, WriterNotice, WriterOperations } from './writer-operations.ts'

export interface WriterThreadOptions {
  readonly data: WriterData
  readonly clock: Clock
  /** The thread, where somebody has started it already. */
  readonly ahead: Worker | undefined
  readonly onSpace: (space: SpaceAnnouncement) => void
  readonly onTrouble: (message: string) => void
  /** Told when there is enough for a segment of the index of words. */
  readonly onWords: () => void
  readonly onUpgrade: (backup: string) => void
  /** Told when the thread ended by itself; it is started again. */
  readonly onLost: (cause: unknown) => void
}

interface Sent {
  /** The commands less those that no thread can be handed, which must not sink their neighbours. */
  readonly sent: readonly Command[]
  readonly answer: Promise<readonly PackedOutcome[]>
}

/**
 * The one thread that writes. When it dies, what it was doing ends with OUTCOME_UNKNOWN and another takes its place: the
 * file tells it what was committed.
 */
export class WriterThread {
  readonly #options: WriterThreadOptions
  #link: ThreadLink<WriterOperations>
  #opened: Promise<void>
  #loaded: Promise<void>
  #closed = false

  constructor(options: WriterThreadOptions) {
    this.#options = options
    this.#link = this.#start(options.ahead)
    this.#opened = this.#link.call('open', [options.data])
    this.#loaded = this.#load()
  }

  /** Resolves when the file is open, and rows can be read. @throws CascadeError why it is not. */
  async opened(): Promise<void> {
    await this.#opened
  }

  /** Resolves when the vectors are in memory too. @throws CascadeError why they are not. */
  async ready(): Promise<void> {
    await this.#loaded
  }

  /** Carries the commands out in one transaction, and what is given to it later after them. */
  async write(commands: readonly Command[], now: number): Promise<readonly WrittenOutcome[]> {
    await this.#loaded
    const { sent, answer } = this.#send(commands, now)
    const outcomes = unpackOutcomes(await answer, sent)
    if (sent === commands) return outcomes
    const isSent = new Set(sent)
    let next = 0
    return commands.map((command) => (isSent.has(command) ? outcomes[next++]! : NO_JSON))
  }

  // Nothing is awaited before the second try: what is written next may rest on these commands, and must come after them.
  #send(commands: readonly Command[], now: number): Sent {
    try {
      return { sent: commands, answer: this.#call(commands, now) }
    } catch (error) {
      if (!isUnclonable(error)) throw error
      const sent = commands.filter(isClonable)
      return { sent, answer: this.#call(sent, now) }
    }
  }

  #call(commands: readonly Command[], now: number): Sent['answer'] {
    const packed = packCommands(commands)
    return this.#link.call('write', [packed, now], { transfer: [packed.bytes] })
  }

  async stagePages(pages: PageBatch): Promise<void> {
    await this.#loaded
    await this.#link.call('stagePages', [pages])
  }

  async installWork(work: FinishedWork): Promise<boolean> {
    await this.#loaded
    return this.#link.call('installWork', [work])
  }

  async rebuildWords(): Promise<number> {
    await this.#loaded
    return this.#link.call('rebuildWords', [])
  }

  /** Adds leaves to the tree of the log until it has more than `newest`; its size. @throws CascadeError DATA_CORRUPT. */
  async growTree(newest: number): Promise<number> {
    await this.#loaded
    for (let before = -1; ; ) {
      const size = await this.#link.call('growTree', [])
      if (size > newest) return size
      if (size === before) throw new CascadeError('DATA_CORRUPT', `entry ${size} of the log is missing`)
      before = size
    }
  }

  async regrowTree(): Promise<void> {
    await this.#loaded
    await this.#link.call('regrowTree', [])
  }

  async keepCheckpoint(checkpoint: StoredCheckpoint, after?: number): Promise<void> {
    await this.#loaded
    await this.#link.call('keepCheckpoint', [checkpoint, after])
  }

  async scrub(from: number): Promise<ScrubStep> {
    await this.#loaded
    return this.#link.call('scrub', [from, this.#options.clock()])
  }

  async indexState(): Promise<VectorIndexState> {
    await this.#loaded
    return this.#link.call('indexState', [])
  }

  /** How far the log was cut into segments, once all that was committed is; undefined when there is no chain. */
  async cut(): Promise<CutState | undefined> {
    await this.#loaded
    return this.#link.call('cut', [this.#options.clock()])
  }

  /** Begins a chain at the end of the log; undefined where nothing is shipped. */
  async beginChain(): Promise<CutState | undefined> {
    await this.#loaded
    return this.#link.call('beginChain', [])
  }

  /** Begins a generation of the chain; undefined where there is none. */
  async beginGeneration(): Promise<CutState | undefined> {
    await this.#loaded
    return this.#link.call('beginGeneration', [this.#options.clock()])
  }

  /** Ends the thread in the middle of what it does, as a crash would. */
  async crash(): Promise<void> {
    await this.#link.terminate()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#link.close('close', [this.#options.clock()])
  }

  #load(): Promise<void> {
    const loaded = this.#opened.then(() => this.#link.call('load', []))
    // Whoever needs them is told what went wrong; nobody may be waiting now, which must not end the process.
    void Promise.allSettled([loaded])
    return loaded
  }

  #start(ahead?: Worker): ThreadLink<WriterOperations> {
    return new ThreadLink<WriterOperations>({
      file: 'writer-worker',
      // One that has ended is not taken: why it ended is heard from the one that is started in its place.
      ...(ahead && ahead.threadId > 0 && { worker: ahead }),
      orphaned: lostThread('OUTCOME_UNKNOWN'),
      // The writer's worker sends notices of this type only.
      onNotice: (notice) => this.#notice(notice as WriterNotice),
      onLost: (cause) => this.#restart(cause),
    })
  }

  #notice(notice: WriterNotice): void {
    if (notice.kind === 'space') this.#options.onSpace(notice.space)
    else if (notice.kind === 'words') this.#options.onWords()
    else if (notice.kind === 'upgraded') this.#options.onUpgrade(notice.backup)
    else this.#options.onTrouble(notice.message)
  }

  #restart(cause: unknown): void {
    if (this.#closed) return
    this.#options.onLost(cause)
    this.#link = this.#start()
    this.#opened = this.#link.call('open', [this.#options.data]).catch((error: unknown) => {
      throw new CascadeError('UNAVAILABLE', 'the store could not be opened again', { cause: error })
    })
    // Whoever writes next is told; nobody may be waiting now.
    this.#opened.catch(this.#options.onLost)
    this.#loaded = this.#load()
  }
}

const NO_JSON: WrittenOutcome = {
  ok: false,
  error: toErrorFields(new CascadeError('UNPROCESSABLE', 'a command holds a value that is not JSON')),
}

/** Thrown by postMessage, before anything is sent. */
const isUnclonable = (error: unknown): boolean => error instanceof DOMException && error.name === 'DataCloneError'

function isClonable(command: Command): boolean {
  try {
    structuredClone(command)
    return true
  } catch (error) {
    if (!isUnclonable(error)) throw error
    return false
  }
}
