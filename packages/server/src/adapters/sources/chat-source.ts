import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { CascadeError, messageOf } from '#base'
import type { ImportItem, ImportSource, KnownFiles } from '../../domain/capsules/import/index.ts'
import { openRecordFiles } from './chat-files.ts'
import type { ReaderAnswer, ReaderOrder } from './chat-message.ts'
import { type RecordBatch, type RecordKind, readRecords } from './chat-reader.ts'

/** The source runs as it is; a release has the same file compiled. */
const ENTRY = new URL(`./chat-reader-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
/** The largest conversation as text and as an object, and the batch before it. */
const HEAP_MIB_MAX = 512

/** Less is read here: a thread takes longer to start than that takes to read. */
const INLINE_BYTES_MAX = 512 * 1024

/**
 * Reads conversations and records, on a thread of its own where they are many: parsing one large conversation takes a
 * second.
 *
 * @throws CascadeError SOURCE_UNREADABLE when there is nothing of the kind at the path.
 */
export async function openChatSource(path: string, kind: RecordKind): Promise<ImportSource> {
  await using found = await openRecordFiles(path)
  const bytes = found.files.reduce((sum, file) => sum + file.bytes, 0)
  return new ChatSource(found.root, kind, bytes <= INLINE_BYTES_MAX ? readInline : readOnThread)
}

class ChatSource implements ImportSource {
  readonly kind: RecordKind
  readonly root: string
  readonly #read: Reading
  #estimates = Promise.withResolvers<number | undefined>()

  constructor(root: string, kind: RecordKind, read: Reading) {
    this.root = root
    this.kind = kind
    this.#read = read
  }

  /** Worked out from how far the files were read: looking through them twice would take as long again. */
  async *totals(_known: KnownFiles, signal: AbortSignal): AsyncGenerator<number, void, undefined> {
    const aborted = Promise.withResolvers<undefined>()
    signal.addEventListener('abort', () => aborted.resolve(undefined), { once: true })
    for (;;) {
      const total = await Promise.race([this.#estimates.promise, aborted.promise])
      if (total === undefined) return
      yield total
    }
  }

  async *items(_known: KnownFiles, signal: AbortSignal): AsyncGenerator<ImportItem, void, undefined> {
    let count = 0
    try {
      for await (const { items, bytesRead, bytesTotal } of this.#read({ kind: this.kind, path: this.root }, signal)) {
        count += items.length
        this.#estimate(Math.round((count * bytesTotal) / Math.max(1, bytesRead)))
        yield* items
      }
    } finally {
      this.#estimate(undefined)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#estimate(undefined)
  }

  #estimate(total: number | undefined): void {
    this.#estimates.resolve(total)
    if (total !== undefined) this.#estimates = Promise.withResolvers()
  }
}

type Reading = (order: ReaderOrder, signal: AbortSignal) => AsyncGenerator<RecordBatch, void, undefined>

async function* readInline(
  { kind, path }: ReaderOrder,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch, void, undefined> {
  for await (const batch of readRecords(kind, path)) {
    signal.throwIfAborted()
    yield batch
  }
}

async function* readOnThread(order: ReaderOrder, signal: AbortSignal): AsyncGenerator<RecordBatch, void, undefined> {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MIB_MAX }
  const worker = new Worker(ENTRY, { env: {}, workerData: order, resourceLimits })
  try {
    for (;;) {
      const answer = await ask(worker, order.path, signal)
      if ('problem' in answer) throw new CascadeError('SOURCE_UNREADABLE', answer.problem)
      if ('done' in answer) return
      yield answer.batch
    }
  } finally {
    await worker.terminate()
  }
}

/** @throws CascadeError SOURCE_UNREADABLE when the thread died; the signal's reason when aborted. */
async function ask(worker: Worker, path: string, signal: AbortSignal): Promise<ReaderAnswer> {
  const done = new AbortController()
  const answered = once(worker, 'message', { signal: AbortSignal.any([signal, done.signal]) })
  const died = once(worker, 'exit', { signal: done.signal })
  worker.postMessage('next')
  try {
    const [answer] = await Promise.race([answered, died.then(() => Promise.reject(lost(path)))])
    return answer
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof CascadeError ? error : lost(path, error)
  } finally {
    done.abort()
    await Promise.allSettled([answered, died])
  }
}

const lost = (path: string, cause?: unknown): CascadeError =>
  new CascadeError(
    'SOURCE_UNREADABLE',
    `${path} cannot be read: the thread that reads it ended${cause === undefined ? '' : ` (${messageOf(cause)})`}.`,
    { cause },
  )
