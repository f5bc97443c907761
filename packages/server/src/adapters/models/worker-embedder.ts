import { Worker } from 'node:worker_threads'
import { CascadeError, messageOf } from '#base'
import type { Embedder, EmbeddingPurpose } from '../../domain/capsules/embedding/index.ts'
import { BUILTIN_DIMENSIONS, BUILTIN_MODEL, createBuiltinEmbedder } from './builtin-embedder.ts'
import type { EmbedAnswer, EmbedRequest } from './embed-message.ts'

export interface WorkerEmbedderOptions {
  /** Texts that may wait or be worked on at once, over all calls; one call may always bring its own, whatever its size. */
  readonly queuedTextsMax?: number
  /** The thread's module; it answers each `EmbedRequest` with an `EmbedAnswer`. */
  readonly entry?: URL
}

export const QUEUED_TEXTS_MAX = 20_000
/** A call is sent in parts of this many texts, so that calls take turns and a given-up call stops soon. */
const TEXTS_PER_REQUEST = 64
/** One is worked on while the next is on its way. */
const REQUESTS_IN_FLIGHT_MAX = 2
/** A query this short takes less time here than on its way to the thread and back. */
const INLINE_CHARACTERS_MAX = 2048
const HEAP_MIB_MAX = 256

/** The source runs as it is; a release has the same file compiled. */
const ENTRY = new URL(`./builtin-embedder-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * The built-in embedder on a worker thread, so that embedding a batch never holds up the event loop. The thread starts
 * with the first batch and does not keep the process alive while it is idle. When it dies, the calls in flight fail with
 * EMBEDDER_UNAVAILABLE and the next call starts another; so do calls beyond the bound of the queue.
 */
export function openBuiltinEmbedder(options: WorkerEmbedderOptions = {}): Embedder {
  return new WorkerEmbedder(options)
}

interface Part {
  readonly texts: readonly string[]
  readonly resolve: (vectors: Float32Array[]) => void
  readonly reject: (reason: unknown) => void
}

class WorkerEmbedder implements Embedder {
  readonly model = BUILTIN_MODEL
  readonly dimensions = BUILTIN_DIMENSIONS
  readonly #inline = createBuiltinEmbedder()
  readonly #entry: URL
  readonly #queuedTextsMax: number
  readonly #waiting: Part[] = []
  readonly #inFlight = new Map<number, Part>()
  #queuedTexts = 0
  #lastId = 0
  #worker: Worker | undefined
  #disposed = false

  constructor({ entry = ENTRY, queuedTextsMax = QUEUED_TEXTS_MAX }: WorkerEmbedderOptions) {
    this.#entry = entry
    this.#queuedTextsMax = queuedTextsMax
  }

  async embed(texts: readonly string[], purpose: EmbeddingPurpose, signal?: AbortSignal): Promise<Float32Array[]> {
    signal?.throwIfAborted()
    if (this.#disposed) throw unavailable('the embedder is closed')
    const isShortQuery = purpose === 'query' && texts.length === 1 && texts[0]!.length < INLINE_CHARACTERS_MAX
    if (isShortQuery || texts.length === 0) return this.#inline.embed(texts, purpose, signal)
    if (this.#queuedTexts > 0 && this.#queuedTexts + texts.length > this.#queuedTextsMax) {
      throw unavailable(`${this.#queuedTexts} texts are waiting already, at most ${this.#queuedTextsMax} may`)
    }
    this.#queuedTexts += texts.length
    try {
      return await this.#enqueue(texts, signal)
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

  async #enqueue(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    const parts: Part[] = []
    const answers = slices(texts, TEXTS_PER_REQUEST).map((slice) => {
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>()
      parts.push({ texts: slice, resolve, reject })
      return promise
    })
    const giveUp = () => this.#giveUp(parts, signal?.reason)
    signal?.addEventListener('abort', giveUp, { once: true })
    this.#waiting.push(...parts)
    this.#send()
    try {
      return (await Promise.all(answers)).flat()
    } finally {
      signal?.removeEventListener('abort', giveUp)
      // When one part failed, the others of the call are not worth working on.
      this.#giveUp(parts, unavailable('another part of the call failed'))
    }
  }

  /** Sends what waits, as far as the thread may be filled. */
  #send(): void {
    while (this.#waiting.length > 0 && this.#inFlight.size < REQUESTS_IN_FLIGHT_MAX) {
      const part = this.#waiting.shift()!
      const request: EmbedRequest = { id: ++this.#lastId, texts: part.texts }
      this.#inFlight.set(request.id, part)
      this.#worker ??= this.#start()
      this.#worker.ref()
      this.#worker.postMessage(request)
    }
    if (this.#inFlight.size === 0) this.#worker?.unref()
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { env: {}, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX } })
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
    for (const { reject } of lost) reject(unavailable(why))
  }

  #giveUp(parts: readonly Part[], reason: unknown): void {
    const given = new Set(parts)
    for (const part of this.#waiting.splice(0)) if (!given.has(part)) this.#waiting.push(part)
    for (const { reject } of parts) reject(reason)
  }
}

const unavailable = (why: string): CascadeError =>
  new CascadeError('EMBEDDER_UNAVAILABLE', `the built-in embedder cannot answer: ${why}; try again`)

const slices = (texts: readonly string[], size: number): (readonly string[])[] =>
  Array.from({ length: Math.ceil(texts.length / size) }, (_, index) => texts.slice(index * size, (index + 1) * size))
