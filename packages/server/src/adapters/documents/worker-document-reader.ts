import { Worker } from 'node:worker_threads'
import { CascadeError, messageOf } from '#base'
import {
  type DocumentReader,
  type DocumentRequest,
  type DocumentText,
  readDocument,
} from '../../domain/capsules/import/index.ts'
import type { ReadAnswer, ReadRequest } from './document-message.ts'

export interface DocumentReaderOptions {
  /** The thread's module; it answers each `ReadRequest` with a `ReadAnswer`. */
  readonly entry?: URL
}

/** A shorter text is read here, in a few milliseconds: sending it to the thread and back would take as long. */
const INLINE_CHARACTERS_MAX = 16_384
/** The tree of blocks of a megabyte of Markdown takes a tenth of this. */
const HEAP_MIB_MAX = 512

/** The source runs as it is; a release has the same file compiled. */
const ENTRY = new URL(`./document-reader-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/**
 * Reads long documents on a thread of their own, one after the other. The thread starts with the first of them and does
 * not keep the process alive while it is idle; when it dies, the documents it was asked for are UNPROCESSABLE and the
 * next one gets another thread.
 */
export function openDocumentReader(options: DocumentReaderOptions = {}): DocumentReader {
  return new WorkerDocumentReader(options)
}

interface Waiting {
  readonly path: string
  readonly resolve: (text: DocumentText) => void
  readonly reject: (reason: CascadeError) => void
}

class WorkerDocumentReader implements DocumentReader {
  readonly #entry: URL
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #worker: Worker | undefined
  #closed = false

  constructor({ entry = ENTRY }: DocumentReaderOptions) {
    this.#entry = entry
  }

  // Imports ask for one document at a time, so the queue is as long as there are imports.
  async read(document: DocumentRequest): Promise<DocumentText> {
    if (this.#closed) throw closed()
    if (document.text.length <= INLINE_CHARACTERS_MAX) return readDocument(document)
    const { promise, resolve, reject } = Promise.withResolvers<DocumentText>()
    const request: ReadRequest = { id: ++this.#lastId, document }
    this.#waiting.set(request.id, { path: document.path, resolve, reject })
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#worker.postMessage(request)
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const worker = this.#worker
    this.#lose(worker, closed)
    await worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { env: {}, resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX } })
    worker.on('message', (answer: ReadAnswer) => this.#answer(answer))
    worker.on('error', (error) => this.#lose(worker, (path) => unreadable(path, messageOf(error))))
    worker.on('exit', (code) => this.#lose(worker, (path) => unreadable(path, `exit code ${code}`)))
    return worker
  }

  #answer(answer: ReadAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    if ('text' in answer) waiting?.resolve(answer.text)
    else waiting?.reject(unreadable(waiting.path, answer.problem))
  }

  /** Fails what the thread was asked for; what comes later gets a new one. */
  #lose(worker: Worker | undefined, reason: (path: string) => CascadeError): void {
    if (worker !== this.#worker) return
    this.#worker = undefined
    const lost = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { path, reject } of lost) reject(reason(path))
  }
}

const unreadable = (path: string, why: string): CascadeError =>
  new CascadeError('UNPROCESSABLE', `The text of ${path} could not be cut into parts: ${why}.`)

const closed = (): CascadeError => new CascadeError('UNAVAILABLE', 'No document is read any more: imports are closed.')
