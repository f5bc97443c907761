import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { CascadeError, messageOf } from '#base'
import { fromErrorFields } from './thread-errors.ts'
import type { Operations, ThreadCall, ThreadMessage } from './thread-protocol.ts'

interface PendingCall {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly onProgress: ((done: number, total: number) => void) | undefined
}

export interface ThreadLinkOptions {
  /** Name of the worker's file beside this one, without its ending. */
  readonly file: string
  /** What the worker finds as its `workerData`. */
  readonly data?: unknown
  /** The worker itself, where somebody has started it already. */
  readonly worker?: Worker
  /** With which error the calls end that a worker leaves behind when it dies. */
  readonly orphaned: (cause: unknown) => CascadeError
  readonly onNotice?: (notice: unknown) => void
  /** Called once, when the worker ended without being told to. */
  readonly onLost: (cause: unknown) => void
}

export interface CallOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Buffers among the arguments that the worker gets itself, not a copy of. */
  readonly transfer?: ArrayBuffer[]
}

/** The main thread's end of one worker: calls with answers in any order. */
export class ThreadLink<Ops extends Operations> {
  readonly #worker: Worker
  readonly #pending = new Map<number, PendingCall>()
  readonly #options: ThreadLinkOptions
  #calls = 0
  #ended = false
  #closing = false
  #failure: unknown

  constructor(options: ThreadLinkOptions) {
    this.#options = options
    this.#worker = options.worker ?? startWorker(options)
    this.#worker.ref()
    this.#worker.on('message', (message: ThreadMessage) => this.#receive(message))
    this.#worker.on('error', (error) => {
      this.#failure = error
    })
    this.#worker.on('exit', () => this.#end())
  }

  /** How many calls wait for their answer. */
  get pending(): number {
    return this.#pending.size
  }

  call<K extends keyof Ops & string>(
    operation: K,
    args: Parameters<Ops[K]>,
    { onProgress, transfer = [] }: CallOptions = {},
  ): Promise<Awaited<ReturnType<Ops[K]>>> {
    if (this.#ended) return Promise.reject(this.#options.orphaned(this.#failure))
    const call = ++this.#calls
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<Ops[K]>>>()
    // The worker answers an operation with what its function returns; both sides are typed by the same `Ops`.
    this.#pending.set(call, { resolve: (value) => resolve(value as Awaited<ReturnType<Ops[K]>>), reject, onProgress })
    try {
      this.#worker.postMessage({ call, operation, args } satisfies ThreadCall, transfer)
    } catch (error) {
      // Nothing was sent, so no answer will come for it.
      this.#pending.delete(call)
      throw error
    }
    return promise
  }

  /** Ends the worker at once, in the middle of whatever it does. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  /** Ends the worker in order: `operation` is its last. */
  async close<K extends keyof Ops & string>(operation: K, args: Parameters<Ops[K]>): Promise<void> {
    if (this.#ended) return
    // Set before the last call: its answer and the exit can arrive in one turn of the event loop.
    this.#closing = true
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()))
    await this.call(operation, args).catch((error: unknown) => {
      this.#failure = error
      return this.#worker.terminate()
    })
    this.#ended = true
    await exited
  }

  #receive(message: ThreadMessage): void {
    if (message.kind === 'notice') {
      this.#options.onNotice?.(message.notice)
      return
    }
    const pending = this.#pending.get(message.call)
    if (message.kind === 'progress') {
      pending?.onProgress?.(message.done, message.total)
      return
    }
    this.#pending.delete(message.call)
    if (message.kind === 'answer') pending?.resolve(message.value)
    else pending?.reject(fromErrorFields(message.error))
  }

  #end(): void {
    const wasEnded = this.#ended || this.#closing
    this.#ended = true
    const orphans = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of orphans) reject(this.#options.orphaned(this.#failure))
    if (!wasEnded) this.#options.onLost(this.#failure ?? new Error('the thread ended'))
  }
}

function startWorker(options: ThreadLinkOptions): Worker {
  // The sources run as they are, and compiled ones bear another ending.
  const url = new URL(`${options.file}${extname(import.meta.url)}`, import.meta.url)
  return new Worker(url, { workerData: options.data, name: options.file })
}

export const lostThread = (code: 'OUTCOME_UNKNOWN' | 'UNAVAILABLE' | 'DEADLINE_EXCEEDED') => (cause: unknown) =>
  new CascadeError(code, cause === undefined ? 'the store’s thread ended' : `the store’s thread: ${messageOf(cause)}`, {
    cause,
  })
