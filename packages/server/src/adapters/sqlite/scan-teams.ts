import { BroadcastChannel } from 'node:worker_threads'
import type { ScanJob, ScanTeam, VectorReader } from './vector/index.ts'

interface ScanCall {
  /** Key of the space. */
  readonly space: number
  readonly job: ScanJob
}

/** Readers of one store that help each other through long scans: each reader has one, in its thread. */
export class ScanTeams {
  readonly #channel: BroadcastChannel
  readonly #busy: Int32Array
  readonly #reader: number
  readonly #vectors: ReadonlyMap<number, VectorReader>

  /**
   * @param name of the store, among all that this process has open.
   * @param busy one word a reader, shared by all: 1 while it is at work.
   */
  constructor(name: string, busy: Int32Array, reader: number, vectors: ReadonlyMap<number, VectorReader>) {
    this.#busy = busy
    this.#reader = reader
    this.#vectors = vectors
    Atomics.store(busy, reader, 0)
    this.#channel = new BroadcastChannel(name)
    // Only readers of this store know the name.
    this.#channel.onmessage = (event) => this.#help((event as { readonly data: ScanCall }).data)
    // A thread that waits for nothing else may end.
    this.#channel.unref()
  }

  /** Those who may help with scans of the space. */
  of(space: number): ScanTeam {
    return {
      hasIdle: () => this.#busy.some((_, reader) => reader !== this.#reader && Atomics.load(this.#busy, reader) === 0),
      call: (job) => this.#channel.postMessage({ space, job } satisfies ScanCall),
    }
  }

  /** Does work that nobody else should interrupt with a call for help. */
  occupied<T>(work: () => T): T {
    Atomics.store(this.#busy, this.#reader, 1)
    try {
      return work()
    } finally {
      Atomics.store(this.#busy, this.#reader, 0)
    }
  }

  close(): void {
    this.#channel.close()
  }

  #help({ space, job }: ScanCall): void {
    this.occupied(() => this.#vectors.get(space)?.help(job))
  }
}
