import type { ErrorCode } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, messageOf } from '#base'
import { type EventFeed, type EventFilter, type EventPosition, type EventReader, formatPosition } from '#events'

export const STREAM_LIMITS = {
  perSubjectMax: 10,
  /** Of a person with its agents. */
  perPersonMax: 50,
  inAllMax: 500,
  /** Events read at once for one stream. */
  batchMax: 200,
  /** Characters of a stream that its reader has not taken yet; then it waits. */
  waitingMax: 256 * 1024,
} as const

const BATCH = { limit: STREAM_LIMITS.batchMax, bytes: STREAM_LIMITS.waitingMax }

export interface StreamTimes {
  /** How often it is looked whether there is something new. */
  readonly lookMs: number
  /** How often it is asked whether the reader still may. */
  readonly checkMs: number
  /** A comment after this long. */
  readonly heartbeatMs: number
  /** A reader that takes nothing for so long is too slow. */
  readonly slowMs: number
}

const TIMES: StreamTimes = { lookMs: 50, checkMs: 400, heartbeatMs: 15_000, slowMs: 30_000 }

export interface EventStreamsOptions {
  readonly feed: EventFeed
  /** Aborted when the instance stops. */
  readonly stopping: AbortSignal
  readonly times?: Partial<StreamTimes>
}

/** Says who reads now, as the credential and the gate have it at that moment. @throws CascadeError where nobody may any more. */
export type CheckReader = () => Promise<EventReader>

export interface StreamRequest {
  readonly subject: string
  /** The person behind it, or itself. */
  readonly person: string
  readonly check: CheckReader
  readonly filter: EventFilter
  readonly after: EventPosition
  /** Aborts when the client is gone, or an emergency is turned on. */
  readonly signal: AbortSignal
}

/** The streams of events that are open: bounded in number, in what waits for a slow reader, and in how long a right lasts. */
export class EventStreams {
  readonly #options: EventStreamsOptions
  readonly #times: StreamTimes
  /** Of each subject, and of each person with its agents. */
  readonly #open = new Map<string, number>()
  #size = 0

  constructor(options: EventStreamsOptions) {
    this.#options = options
    this.#times = { ...TIMES, ...options.times }
  }

  get feed(): EventFeed {
    return this.#options.feed
  }

  /** How many are open. */
  get size(): number {
    return this.#size
  }

  /** @throws CascadeError RATE_LIMITED where the subject, or all together, have too many open. */
  open(request: StreamRequest): ReadableStream<Uint8Array> {
    const slot = this.#enter(request)
    const pulled = new Signal()
    const gone = new AbortController()
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const sink = new Sink(controller, pulled)
          const signal = AbortSignal.any([request.signal, this.#options.stopping, gone.signal])
          void this.#run(request, sink, signal).finally(() => slot[Symbol.dispose]())
        },
        pull: () => pulled.raise(),
        cancel: () => gone.abort(new CascadeError('OUTCOME_UNKNOWN', 'The reader is gone.')),
      },
      { highWaterMark: STREAM_LIMITS.waitingMax, size: (chunk) => chunk?.byteLength ?? 0 },
    )
  }

  #enter({ subject, person }: StreamRequest): Disposable {
    const keys = [`of ${subject}`, `behind ${person}`]
    const [own = 0, behind = 0] = keys.map((key) => this.#open.get(key) ?? 0)
    const { perSubjectMax, perPersonMax, inAllMax } = STREAM_LIMITS
    const full = [
      own >= perSubjectMax && `${own} streams of yours`,
      behind >= perPersonMax && `${behind} streams of one person and its agents`,
      this.#size >= inAllMax && 'As many streams as there may be',
    ].find((found) => found !== false)
    if (full !== undefined)
      throw new CascadeError('RATE_LIMITED', `${full} are open: end one, or come again later.`, { retryAfterS: 5 })
    this.#count(keys, 1)
    return { [Symbol.dispose]: () => this.#count(keys, -1) }
  }

  #count(keys: readonly string[], by: 1 | -1): void {
    this.#size += by
    for (const key of keys) {
      const left = (this.#open.get(key) ?? 0) + by
      if (left > 0) this.#open.set(key, left)
      else this.#open.delete(key)
    }
  }

  /** It never rejects: what goes wrong is the last thing the reader is told. */
  async #run(request: StreamRequest, sink: Sink, signal: AbortSignal): Promise<void> {
    let at = request.after
    try {
      sink.write('retry: 1000\n: open\n\n')
      await this.#follow(request, sink, signal, (position) => {
        at = position
      })
    } catch (error) {
      sink.end(error, at)
    }
  }

  async #follow(
    { check, filter, after }: StreamRequest,
    sink: Sink,
    signal: AbortSignal,
    moved: (position: EventPosition) => void,
  ): Promise<never> {
    const { feed } = this.#options
    const { lookMs, checkMs, heartbeatMs, slowMs } = this.#times
    let [at, reader] = [after, await check()]
    let [checkedAt, saidAt] = [performance.now(), performance.now()]
    for (;;) {
      signal.throwIfAborted()
      if (performance.now() - checkedAt >= checkMs) {
        reader = await check()
        checkedAt = performance.now()
      }
      if (sink.isFull) {
        if (performance.now() - sink.fullSince >= slowMs) throw tooSlow(slowMs)
        await sink.roomWithin(Math.min(lookMs, slowMs), signal)
        continue
      }
      if (performance.now() - saidAt >= heartbeatMs) {
        sink.write(`: still here\nid: ${positionOf(at) ?? ''}\n\n`)
        saidAt = performance.now()
      }
      if (at.index === undefined && feed.head() <= at.sequence) {
        await pause(lookMs, signal)
        continue
      }
      const { items, next } = await feed.read(reader, filter, at, BATCH)
      // A right that ended while it was read counts already.
      signal.throwIfAborted()
      for (const { position, event } of items) sink.write(`id: ${position}\ndata: ${JSON.stringify(event)}\n\n`)
      if (items.length > 0) saidAt = performance.now()
      at = next
      moved(at)
    }
  }
}

/** Null before the first record: there is nothing behind which to go on. */
const positionOf = (at: EventPosition): string | null => (at.sequence < 0 ? null : formatPosition(at))

const tooSlow = (slowMs: number): CascadeError =>
  new CascadeError('DEADLINE_EXCEEDED', `The reader took nothing for ${slowMs / 1000} s; come again from where it was.`)

/** Resolves after a while, or when the signal is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}

/** Resolves those who wait when it is raised. */
class Signal {
  #waiting = Promise.withResolvers<void>()

  raise(): void {
    this.#waiting.resolve()
    this.#waiting = Promise.withResolvers()
  }

  next(): Promise<void> {
    return this.#waiting.promise
  }
}

/** What a reader has not taken yet, and since when it has taken nothing although there is something. */
class Sink {
  fullSince = 0
  readonly #controller: ReadableStreamDefaultController<Uint8Array>
  readonly #pulled: Signal
  #isOver = false

  constructor(controller: ReadableStreamDefaultController<Uint8Array>, pulled: Signal) {
    this.#controller = controller
    this.#pulled = pulled
  }

  get isFull(): boolean {
    return (this.#controller.desiredSize ?? 0) <= 0
  }

  write(text: string): void {
    this.#controller.enqueue(Buffer.from(text))
    if (this.isFull) this.fullSince = performance.now()
  }

  /** Resolves when there is room, the time is over or the signal is aborted. */
  async roomWithin(ms: number, signal: AbortSignal): Promise<void> {
    await Promise.race([this.#pulled.next(), pause(ms, signal)])
  }

  /** The last words: why it is over, and from where to go on. A reader that is gone hears nothing. */
  end(error: unknown, at: EventPosition): void {
    if (this.#isOver) return
    this.#isOver = true
    const { code, detail }: { code: ErrorCode; detail: string } = isCascadeError(error)
      ? { code: error.code, detail: error.message }
      : { code: 'INTERNAL', detail: 'The stream broke off.' }
    try {
      const after = positionOf(at)
      this.#controller.enqueue(Buffer.from(`event: end\ndata: ${JSON.stringify({ code, detail, after })}\n\n`))
      this.#controller.close()
    } catch (cause) {
      // A stream that its reader has cancelled takes nothing more; whatever else it is breaks the stream off.
      if (!(cause instanceof TypeError)) this.#controller.error(new Error(messageOf(cause)))
    }
  }
}
