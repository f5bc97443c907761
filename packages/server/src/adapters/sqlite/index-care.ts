import type { FinishedWork, PageBatch } from './lexical/index.ts'
import type { LexicalOperations, LexicalWorkerData } from './lexical-worker.ts'
import { lostThread, ThreadLink } from './thread-link.ts'

/** Quiet time after the last work, until nobody is taken to write. */
const IDLE_MS = 2000

export interface IndexCareOptions {
  readonly directory: string
  /** Writes pages of a segment that is not there yet. */
  readonly stage: (pages: PageBatch) => Promise<void>
  /** Puts the segments into place; false when they do not fit there any more. */
  readonly install: (work: FinishedWork) => Promise<boolean>
  readonly onTrouble: (message: string, cause: unknown) => void
}

type Link = ThreadLink<LexicalOperations>

/**
 * Care of the index of words beside everything else: a thread makes segments, the writer puts them into place, a piece
 * at a time. What is lost on the way is work, never truth: the next round begins from what the rows say.
 */
export class IndexCare {
  readonly #options: IndexCareOptions
  #link: Link | undefined
  #running: Promise<void> | undefined
  #isDue = false
  #isClosed = false
  #idle: NodeJS.Timeout | undefined

  constructor(options: IndexCareOptions) {
    this.#options = options
  }

  /** There may be something to do. */
  due(): void {
    if (this.#isClosed) return
    this.#isDue = true
    clearTimeout(this.#idle)
    this.#running ??= this.#run(false)
  }

  /** Resolves when nothing is left to do, also of that which waits for an idle moment. */
  async settle(): Promise<void> {
    await this.#running
    clearTimeout(this.#idle)
    this.#running = this.#run(true)
    await this.#running
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#idle)
    // What it is making is made again by whoever opens the store next.
    await this.#link?.terminate()
    await this.#running
  }

  async #run(isIdle: boolean): Promise<void> {
    try {
      this.#isDue = false
      while (!this.#isClosed && (await this.#doNext(isIdle)));
    } catch (error) {
      if (!this.#isClosed) this.#options.onTrouble('the index of words could not be cared for', error)
    }
    this.#running = undefined
    if (this.#isClosed) return
    if (this.#isDue) this.due()
    else if (isIdle) await this.#endThread()
    else this.#waitForIdle()
  }

  #waitForIdle(): void {
    this.#idle = setTimeout(() => {
      this.#running ??= this.#run(true)
    }, IDLE_MS).unref()
  }

  async #doNext(isIdle: boolean): Promise<boolean> {
    const link = this.#open()
    if (!(await link.call('next', [isIdle]))) return false
    for (let segment = 0, from = 0; ; ) {
      const pages = await link.call('pages', [segment, from])
      if (pages) {
        await this.#options.stage(pages)
        from += pages.bodies.length
      } else if (from > 0) {
        segment++
        from = 0
      } else break
    }
    const work = await link.call('finish', [])
    return work !== undefined && (await this.#options.install(work))
  }

  #open(): Link {
    const data: LexicalWorkerData = { directory: this.#options.directory }
    this.#link ??= new ThreadLink<LexicalOperations>({
      file: 'lexical-worker',
      data,
      orphaned: lostThread('UNAVAILABLE'),
      onLost: () => {
        this.#link = undefined
      },
    })
    return this.#link
  }

  async #endThread(): Promise<void> {
    const link = this.#link
    this.#link = undefined
    await link?.close('close', [])
  }
}
