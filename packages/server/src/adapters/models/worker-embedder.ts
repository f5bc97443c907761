import { Worker } from 'node:worker_threads'
import { CascadeError, messageOf } from '#base'
import type { Embedder, EmbeddingPurpose, Sight } from '../../domain/capsules/embedding/index.ts'
import type { EmbedAnswer, EmbedRequest } from './embed-message.ts'

export interface WorkerEmbedderOptions {
  /** Texts that may wait or be worked on at once, over all calls; one call may always bring its own, whatever its size. */
  readonly queuedTextsMax?: number
  /** The thread's module; it answers each `EmbedRequest` with an `EmbedAnswer`. */
  readonly entry?: URL
}

export const QUEUED_TEXTS_MAX = 20_000
const TEXTS_PER_REQUEST = 64
/** One is worked on while the next is on its way. */
const REQUESTS_IN_FLIGHT_MAX = 2
/** A query this short takes less time here than on its way to the thread and back. */
const INLINE_CHARACTERS_MAX = 2048
const HEAP_MIB_MAX = 256

/** An embedder that computes on a thread of its own. */
export interface WorkerEmbedderParts extends WorkerEmbedderOptions {
  /** For errors: who cannot answer. */
  readonly name: string
  readonly model: string
  readonly dimensions: number
  readonly sees: Sight
  /** The thread's module; it answers each `EmbedRequest` with an `EmbedAnswer`. */
  readonly entry: URL
  /** What the thread is given when it starts. */
  readonly workerData: () => unknown
  /** Answers short queries on the calling thread, where that is quicker than a message. */
  readonly inline?: Embedder
  /** A call is sent in parts of this many texts, so that calls take turns and a given-up call stops soon. */
  readonly textsPerRequest?: number
}

/**
 * An embedder on a worker thread, so that embedding a batch never holds up the event loop. The thread starts with the first
 * batch and does not keep the process alive while it is idle. When it dies, the calls in flight fail with
 * EMBEDDER_UNAVAILABLE and the next call starts another; so do calls beyond the bound of the queue.
 */
export function openWorkerEmbedder(parts: WorkerEmbedderParts): Embedder {
  return new WorkerEmbedder(parts)
}

interface Part {
  readonly texts: readonly string[]
  readonly resolve: (vectors: Float32Array[]) => void
  readonly reject: (reason: unknown) => void
}

class WorkerEmbedder implements Embedder {
  readonly model: string
  readonly dimensions: number
  readonly sees: Sight
  readonly #parts: WorkerEmbedderParts
  readonly #queuedTextsMax: number
  readonly #waiting: Part[] = []
  readonly #inFlight = new Map<number, Part>()
  #queuedTexts = 0
  #lastId = 0
  #worker: Worker | undefined
  #disposed = false

  constructor(parts: WorkerEmbedderParts) {
    this.model = parts.model
    this.dimensions = parts.dimensions
    this.sees = parts.sees
    this.#parts = parts
    this.#queuedTextsMax = parts.queuedTextsMax ?? QUEUED_TEXTS_MAX
  }

  async embed(texts: readonly string[], purpose: EmbeddingPurpose, signal?: AbortSignal): Promise<Float32Array[]> {
    signal?.throwIfAborted()
    if (this.#disposed) throw this.#unavailable('the embedder is closed')
    const isShortQuery = purpose === 'query' && texts.length === 1 && texts[0]!.length < INLINE_CHARACTERS_MAX
    const { inline } = this.#parts
    if (texts.length === 0) return []
    if (isShortQuery && inline !== undefined) return inline.embed(texts, purpose, signal)
    if (this.#queuedTexts > 0 && this.#queuedTexts + texts.length > this.#queuedTextsMax) {
      throw this.#unavailable(`${this.#queuedTexts} texts are waiting already, at most ${this.#queuedTextsMax} may`)
    }
    this.#queuedTexts += texts.length
    try {
      return await this.#enqueue(texts, purpose, signal)
    } finally {
      this.#queuedTexts -= texts.length
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true
    const worker = this.#worker
    this.#lose(worker, 'the embedder is closed')
    await worker?.terminate()
  }

  async #enqueue(
    texts: readonly string[],
    purpose: EmbeddingPurpose,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> {
    const parts: Part[] = []
    const answers = slices(texts, this.#parts.textsPerRequest ?? TEXTS_PER_REQUEST).map((slice) => {
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>()
      parts.push({ texts: slice, resolve, reject })
      return promise
    })
    const giveUp = () => this.#giveUp(parts, signal?.reason)
    signal?.addEventListener('abort', giveUp, { once: true })
    // Somebody waits for the answer to a question; a folder that is being imported can wait for it.
    if (purpose === 'query') this.#waiting.unshift(...parts)
    else this.#waiting.push(...parts)
    this.#send()
    try {
      return (await Promise.all(answers)).flat()
    } finally {
      signal?.removeEventListener('abort', giveUp)
      // When one part failed, the others of the call are not worth working on.
      this.#giveUp(parts, this.#unavailable('another part of the call failed'))
    }
  }

  /** Sends what waits, as far as the thread may be filled. */
  #send(): void {
    while (this.#waiting.length > 0 && this.#inFlight.size < REQUESTS_IN_FLIGHT_MAX) {
      const part = this.#waiting.shift()!
      this.#worker ??= this.#start()
      const request: EmbedRequest = { id: ++this.#lastId, texts: part.texts }
      this.#inFlight.set(request.id, part)
      this.#worker.ref()
      this.#worker.postMessage(request)
    }
    if (this.#inFlight.size === 0) this.#worker?.unref()
  }

  #start(): Worker {
    const { entry, workerData } = this.#parts
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MIB_MAX }
    const worker = new Worker(entry, { env: {}, workerData: workerData(), resourceLimits })
    worker.on('message', ({ id, vectors }: EmbedAnswer) => {
      this.#inFlight.get(id)?.resolve(vectors)
      this.#inFlight.delete(id)
      this.#send()
    })
    worker.on('error', (error) => this.#lose(worker, messageOf(error)))
    worker.on('exit', (code) => this.#lose(worker, `exit code ${code}`))
    return worker
  }

  /** Fails what the thread was working on and what waits for it; what comes later gets a new one. */
  #lose(worker: Worker | undefined, why: string): void {
    if (worker !== this.#worker) return
    this.#worker = undefined
    const lost = [...this.#inFlight.values(), ...this.#waiting.splice(0)]
    this.#inFlight.clear()
    for (const { reject } of lost) reject(this.#unavailable(why))
  }

  #giveUp(parts: readonly Part[], reason: unknown): void {
    const given = new Set(parts)
    for (const part of this.#waiting.splice(0)) if (!given.has(part)) this.#waiting.push(part)
    for (const { reject } of parts) reject(reason)
  }

  #unavailable(why: string): CascadeError {
    return new CascadeError('EMBEDDER_UNAVAILABLE', `${this.#parts.name} cannot answer: ${why}; try again`)
  }
}

const slices = (texts: readonly string[], size: number): (readonly string[])[] =>
  Array.from({ length: Math.ceil(texts.length / size) }, (_, index) => texts.slice(index * size, (index + 1) * size))
