import { randomUUID } from 'node:crypto'
import { CascadeError } from '#base'
import type { ReaderData, ReaderOperations } from './reader-worker.ts'
import { lostThread, ThreadLink } from './thread-link.ts'
import type { SpaceAnnouncement } from './vector-slots.ts'

/** Reads that may wait, over all readers: beyond it a read is refused with UNAVAILABLE. */
export const WAITING_MAX = 4096
/** After this the other readers start: until then the first questions have the processor to themselves. */
const REST_AFTER_MS = 300
/** A read that takes longer is ended with its thread: a statement of SQLite cannot be told to stop. */
export const READ_DEADLINE_MS = 30_000

export interface ReaderPoolOptions {
  readonly size: number
  readonly data: Omit<ReaderData, 'reader' | 'spaces' | 'team'>
  readonly onLost: (cause: unknown) => void
  readonly deadlineMs?: number
}

type Link = ThreadLink<ReaderOperations>

/** Threads that read, each with its own connection; a call goes to the one with the fewest before it. */
export class ReaderPool {
  readonly #options: ReaderPoolOptions
  readonly #spaces = new Map<number, SpaceAnnouncement>()
  readonly #links: Link[] = []
  readonly #team: ReaderData['team']
  #closed = false
  #rest: NodeJS.Timeout | undefined

  constructor(options: ReaderPoolOptions) {
    this.#options = options
    const busy = new SharedArrayBuffer(options.size * Int32Array.BYTES_PER_ELEMENT)
    this.#team = { name: `readers ${randomUUID()}`, busy }
  }

  /** Starts the first reader: it loads its code while the writer opens the file. */
  start(): void {
    this.#links[0] = this.#open(0)
  }

  /** Starts the others in a moment: a program that asks a few questions and ends does with the first. */
  opened(): void {
    this.#rest = setTimeout(() => this.#startRest(), REST_AFTER_MS).unref()
  }

  /** Tells all readers, present and to come, of a space. What is asked after this finds it. */
  announce(space: SpaceAnnouncement): void {
    if (space.handle) this.#spaces.set(space.key, space)
    else this.#spaces.delete(space.key)
    if (this.#closed) return
    for (const link of this.#links) link.call('attach', [space]).catch(this.#options.onLost)
  }

  async read<K extends keyof ReaderOperations>(
    operation: K,
    ...args: Parameters<ReaderOperations[K]>
  ): Promise<Awaited<ReturnType<ReaderOperations[K]>>> {
    const link = this.#leastBusy()
    let isLate = false
    const deadline = setTimeout(() => {
      isLate = true
      void link.terminate()
    }, this.#options.deadlineMs ?? READ_DEADLINE_MS)
    try {
      return await link.call(operation, args)
    } catch (error) {
      throw isLate ? lostThread('DEADLINE_EXCEEDED')(error) : error
    } finally {
      clearTimeout(deadline)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#rest)
    await Promise.all(this.#links.map((link) => link.close('close', [])))
  }

  #leastBusy(): Link {
    const link = this.#links.reduce((best, next) => (next.pending < best.pending ? next : best), this.#links[0]!)
    if (this.#closed || !link) throw new CascadeError('UNAVAILABLE', 'the store is closed')
    if (link.pending * this.#options.size < WAITING_MAX) return link
    throw new CascadeError('UNAVAILABLE', `${WAITING_MAX} reads are waiting already`)
  }

  #startRest(): void {
    if (this.#closed) return
    for (let reader = this.#links.length; reader < this.#options.size; reader++)
      this.#links[reader] = this.#open(reader)
  }

  #open(reader: number): Link {
    const data: ReaderData = { ...this.#options.data, reader, spaces: [...this.#spaces.values()], team: this.#team }
    return new ThreadLink<ReaderOperations>({
      file: 'reader-worker',
      data,
      orphaned: lostThread('UNAVAILABLE'),
      onLost: (cause) => {
        this.#options.onLost(cause)
        if (!this.#closed) this.#links[reader] = this.#open(reader)
      },
    })
  }
}
