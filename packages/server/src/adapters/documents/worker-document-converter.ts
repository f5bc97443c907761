import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { CascadeError, isErrno, messageOf } from '#base'
import type { ConversionRequest, DocumentConverter, SourceText } from '../../domain/capsules/import/index.ts'
import type { ConversionAnswer, ConversionQuestion } from './conversion-message.ts'

export interface DocumentConverterOptions {
  /** The thread's module; it answers each `ConversionQuestion` with a `ConversionAnswer`. */
  readonly entry?: URL
  readonly limits?: Partial<ConverterLimits>
}

export interface ConverterLimits {
  /** For one document, on the clock of the wall. */
  readonly timeoutMs: number
  /** JavaScript objects of the thread. */
  readonly heapMibMax: number
  /** What the whole process may grow by during one document: inflated bytes are no objects. */
  readonly growthMibMax: number
  /** After this long without a document the thread ends. */
  readonly idleMs: number
}

export const CONVERTER_LIMITS: ConverterLimits = {
  timeoutMs: 60_000,
  heapMibMax: 512,
  growthMibMax: 1024,
  idleMs: 10_000,
}
/** How often memory is looked at: at the speed of inflating, a tenth of the limit. */
const LOOK_MS = 100
const MIB = 1024 * 1024

/** The source runs as it is; a release has the same file compiled. */
const ENTRY = new URL(`./document-converter-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * Converts documents on a thread of their own, one after the other. It starts with the first of them, ends when none comes
 * any more, and is ended when a document takes too much time or memory; the next one gets another thread.
 */
export function openDocumentConverter(options: DocumentConverterOptions = {}): DocumentConverter {
  return new WorkerDocumentConverter(options)
}

class WorkerDocumentConverter implements DocumentConverter {
  readonly #entry: URL
  readonly #limits: ConverterLimits
  /** Fulfils when the document before is done. Imports ask for one at a time, so as many wait as there are imports. */
  #turn: Promise<unknown> = Promise.resolve()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  readonly #closing = new AbortController()

  constructor({ entry = ENTRY, limits = {} }: DocumentConverterOptions) {
    this.#entry = entry
    this.#limits = { ...CONVERTER_LIMITS, ...limits }
  }

  convert(request: ConversionRequest, signal: AbortSignal): Promise<SourceText> {
    const converted = this.#turn.then(() => this.#convert(request, signal))
    this.#turn = Promise.allSettled([converted])
    return converted
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#turn
    await this.#end()
  }

  async #convert({ path, bytes, format }: ConversionRequest, signal: AbortSignal): Promise<SourceText> {
    if (this.#closing.signal.aborted) throw closed()
    signal.throwIfAborted()
    try {
      const answer = await this.#ask({ bytes: new Uint8Array(bytes), format }, signal)
      if ('content' in answer) return answer.content
      throw failed(path, answer.problem)
    } catch (error) {
      signal.throwIfAborted()
      if (this.#closing.signal.aborted) throw closed()
      throw error instanceof CascadeError ? error : failed(path, this.#reasonFor(error))
    }
  }

  async #ask(
    question: ConversionQuestion & { bytes: Uint8Array<ArrayBuffer> },
    signal: AbortSignal,
  ): Promise<ConversionAnswer> {
    clearTimeout(this.#idle)
    this.#worker ??= this.#start()
    const worker = this.#worker
    const guard = new Guard(worker, this.#limits)
    try {
      worker.ref()
      const stop = AbortSignal.any([signal, this.#closing.signal, guard.signal])
      const answered = once(worker, 'message', { signal: stop })
      worker.postMessage(question, [question.bytes.buffer])
      // The thread's module answers with nothing else.
      const [answer] = (await answered) as [ConversionAnswer]
      this.#rest(worker)
      return answer
    } catch (error) {
      await this.#end()
      // A thread that dies says why before it ends.
      throw error instanceof Error && error.name === 'AbortError' ? (guard.signal.reason ?? error) : error
    } finally {
      guard.release()
    }
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: this.#limits.heapMibMax },
    })
    // A thread that dies while nobody asks it for anything is replaced by the next question.
    worker.on('error', () => this.#forget(worker))
    worker.on('exit', () => this.#forget(worker))
    return worker
  }

  #rest(worker: Worker): void {
    worker.unref()
    this.#idle = setTimeout(() => void this.#end(), this.#limits.idleMs).unref()
  }

  #forget(worker: Worker): void {
    if (worker === this.#worker) this.#worker = undefined
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #reasonFor(error: unknown): string {
    const isMemory = isErrno(error, 'ERR_WORKER_OUT_OF_MEMORY')
    return isMemory ? tooMuch(this.#limits.heapMibMax) : messageOf(error)
  }
}

/** Aborts its signal, with the reason, when a thread takes too long or too much, or ends by itself. */
class Guard {
  readonly #stop = new AbortController()
  readonly #timers: readonly NodeJS.Timeout[]
  readonly #release: () => void

  constructor(worker: Worker, { timeoutMs, growthMibMax }: ConverterLimits) {
    const stop = (reason: string): void => this.#stop.abort(new Error(reason))
    const before = process.memoryUsage.rss()
    const look = (): void => {
      if (process.memoryUsage.rss() - before > growthMibMax * MIB) stop(tooMuch(growthMibMax))
    }
    const exited = (code: number): void => stop(`its thread ended with code ${code}`)
    worker.once('exit', exited)
    this.#release = () => worker.off('exit', exited)
    this.#timers = [setTimeout(() => stop(`it takes more than ${timeoutMs} ms`), timeoutMs), setInterval(look, LOOK_MS)]
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  release(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#release()
  }
}

const tooMuch = (mib: number): string => `it takes more than ${mib} MiB of memory`

const failed = (path: string, why: string): CascadeError =>
  new CascadeError('UNPROCESSABLE', `${path} could not be converted: ${why}.`)

const closed = (): CascadeError =>
  new CascadeError('UNAVAILABLE', 'No document is converted any more: imports are closed.')
