import { CascadeError } from '#base'

/** A line that is not blank, by its place in the input (from 1); undefined bytes for one that was too long to keep. */
export interface InputLine {
  readonly line: number
  readonly bytes: Uint8Array | undefined
}

export interface LineLimits {
  readonly lineBytesMax: number
  /** How long the input may stand still while somebody waits for it. */
  readonly idleMs: number
}

/** Lines that are read ahead, and so the largest group. */
export const LINES_AHEAD_MAX = 500
const NEWLINE = 0x0a

/**
 * The lines of a stream in groups: whatever has arrived while the group before was being worked on, so that a client who
 * waits for each answer gets it at once, and one who sends without waiting is served in large groups. Reading stops
 * while 500 lines, or as many bytes as one line may have, wait.
 *
 * @throws CascadeError REQUEST_TIMEOUT when nothing comes for too long; what the stream throws when the client is gone.
 */
export async function* lineGroups(
  source: AsyncIterable<Uint8Array>,
  limits: LineLimits,
): AsyncGenerator<readonly InputLine[]> {
  const queue = new LineQueue(limits)
  // Not waited for: where the input stands still it ends only with its connection. It never rejects.
  void queue.fill(source)
  try {
    for (let group = await queue.take(); group; group = await queue.take()) yield group
  } finally {
    queue.stop()
  }
}

class LineQueue {
  readonly #limits: LineLimits
  readonly #splitter: LineSplitter
  #lines: InputLine[] = []
  #bytes = 0
  #state: 'open' | 'ended' | 'stopped' = 'open'
  #failure: unknown
  #changed = Promise.withResolvers<void>()

  constructor(limits: LineLimits) {
    this.#limits = limits
    this.#splitter = new LineSplitter(limits.lineBytesMax)
  }

  /** Reads to the end of the input or until it is stopped. Never rejects: `take` tells of a failure. */
  async fill(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of source) {
        this.#push(this.#splitter.push(chunk))
        while (this.#isFull && this.#state === 'open') await this.#changed.promise
        if (this.#state !== 'open') return
      }
      this.#push(this.#splitter.end())
    } catch (error) {
      this.#failure = error
    }
    if (this.#state === 'open') this.#state = 'ended'
    this.#notify()
  }

  /** The lines that wait, at most 500; waits for one. Undefined at the end of the input. */
  async take(): Promise<readonly InputLine[] | undefined> {
    while (this.#lines.length === 0 && this.#state === 'open') await this.#change()
    if (this.#lines.length === 0 && this.#failure !== undefined) throw this.#failure
    if (this.#lines.length === 0) return undefined
    const group = this.#lines.splice(0, LINES_AHEAD_MAX)
    this.#bytes -= sizeOf(group)
    this.#notify()
    return group
  }

  stop(): void {
    this.#state = 'stopped'
    this.#notify()
  }

  get #isFull(): boolean {
    return this.#lines.length >= LINES_AHEAD_MAX || this.#bytes >= this.#limits.lineBytesMax
  }

  #push(lines: readonly InputLine[]): void {
    if (lines.length === 0) return
    for (const line of lines) this.#lines.push(line)
    this.#bytes += sizeOf(lines)
    this.#notify()
  }

  #notify(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers<void>()
  }

  async #change(): Promise<void> {
    const { idleMs } = this.#limits
    const { promise, reject } = Promise.withResolvers<never>()
    const late = () => reject(new CascadeError('REQUEST_TIMEOUT', `No line came within ${idleMs / 1000} seconds.`))
    const timer = setTimeout(late, idleMs)
    try {
      await Promise.race([this.#changed.promise, promise])
    } finally {
      clearTimeout(timer)
    }
  }
}

const sizeOf = (lines: readonly InputLine[]): number =>
  lines.reduce((sum, { bytes }) => sum + (bytes?.byteLength ?? 0), 0)

/** Cuts chunks into lines. Of a line that is too long nothing is kept but its number. */
class LineSplitter {
  readonly #bytesMax: number
  #parts: Uint8Array[] = []
  #length = 0
  #line = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  push(chunk: Uint8Array): InputLine[] {
    const lines: InputLine[] = []
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at))
      lines.push(...this.end())
      from = at + 1
    }
    this.#keep(chunk.subarray(from))
    return lines
  }

  /** The line that is complete now; none when it is blank. */
  end(): InputLine[] {
    this.#line += 1
    const isTooLong = this.#length > this.#bytesMax
    const bytes = isTooLong ? undefined : Buffer.concat(this.#parts, this.#length)
    this.#parts = []
    this.#length = 0
    return bytes && isBlank(bytes) ? [] : [{ line: this.#line, bytes }]
  }

  #keep(part: Uint8Array): void {
    this.#length += part.byteLength
    if (this.#length > this.#bytesMax) this.#parts = []
    else if (part.byteLength > 0) this.#parts.push(part)
  }
}

/** White space of JSON: space, tab, carriage return. */
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
