import { CascadeError } from '#base'
import { type SealedEnd, SealedReader, type SealedWriter } from '../../vault/index.ts'

/** A transaction, or several after which the log stood at the same leaf: the last of them. */
export interface Commit {
  /** Frames of the segment up to and with its last one. */
  readonly frames: number
  /** Newest leaf; -1 for none. */
  readonly sequence: number
  /** When that leaf was written, RFC 3339; empty for none. */
  readonly at: string
  /** Pages of the database. */
  readonly pages: number
}

export interface SegmentHead {
  readonly pageBytes: number
  readonly commits: readonly Commit[]
}

/** More commits than a log of any size that is cut in time; what is longer is none of ours. */
export const SEGMENT_HEAD_BYTES_MAX = 256 * 1024 * 1024

/** Begins the content of a segment: which transactions it holds. Each page follows with its number before it. */
export function writeHead(writer: SealedWriter, head: SegmentHead): void {
  const json = Buffer.from(JSON.stringify(head))
  writer.write(uint32(json.length))
  writer.write(json)
}

export function writePage(writer: SealedWriter, page: number, bytes: Uint8Array): void {
  writer.write(uint32(page))
  writer.write(bytes)
}

/** Reads a segment: its head first, then page by page. @throws CascadeError BACKUP_INVALID. */
export class SegmentReader implements Disposable {
  readonly head: SegmentHead
  readonly #reader: SealedReader
  readonly #chunks: Generator<Buffer, SealedEnd>
  #held = Buffer.alloc(0)

  constructor(path: string, findKey: (reader: SealedReader) => Uint8Array) {
    this.#reader = new SealedReader(path)
    try {
      this.#chunks = this.#reader.chunks(findKey(this.#reader))
      this.head = this.#readHead()
    } catch (error) {
      this.#reader[Symbol.dispose]()
      throw error
    }
  }

  /** The first `count` pages, each with its number; valid until the next. */
  *pages(count: number): Generator<{ readonly page: number; readonly bytes: Buffer }> {
    for (let read = 0; read < count; read++) {
      const page = this.#take(4).readUInt32BE()
      yield { page, bytes: this.#take(this.head.pageBytes) }
    }
  }

  /** SHA-256 of the file, hex, once every page was read. @throws CascadeError BACKUP_INVALID when there is more in it. */
  finish(): string {
    const rest = this.#chunks.next()
    if (!rest.done || this.#held.length > 0) throw this.#invalid('it holds more than its transactions')
    return this.#reader.digest()
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]()
  }

  #readHead(): SegmentHead {
    const length = this.#take(4).readUInt32BE()
    if (length > SEGMENT_HEAD_BYTES_MAX) throw this.#invalid('its list of transactions is too long')
    // What is sealed was written by `writeHead`: it was found genuine before it came here.
    return JSON.parse(this.#take(length).toString('utf8')) as SegmentHead
  }

  #take(length: number): Buffer {
    while (this.#held.length < length) {
      const next = this.#chunks.next()
      if (next.done) throw this.#invalid('it ends before its last transaction')
      this.#held = Buffer.concat([this.#held, next.value])
    }
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return taken
  }

  #invalid(why: string): CascadeError {
    return new CascadeError('BACKUP_INVALID', `${this.#reader.path} is not whole: ${why}.`)
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
