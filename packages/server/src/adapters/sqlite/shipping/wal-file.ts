import { closeSync, openSync, readSync } from 'node:fs'

/** Of the log, and of each frame in it. @see https://www.sqlite.org/fileformat2.html#walformat */
const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** What a header begins with, but for its last bit, which tells the order of bytes of its checksums. */
const MAGIC = 0x377f0682
/** Frames read at a time: about 1 MiB. */
const FRAMES_PER_READ = 128

/** One page as one transaction left it. */
export interface Frame {
  /** From 1, in the order of the log. */
  readonly number: number
  readonly page: number
  /** Pages of the database after the transaction that this frame ends; 0 for every other frame. */
  readonly pagesAfter: number
  /** Valid until the next frame is read. */
  readonly bytes: Buffer
}

/**
 * The write-ahead log as a file. Only frames up to a number that SQLite names are read, so that checksums need not be:
 * those are the frames that it takes for committed itself.
 */
export class WalFile implements Disposable {
  /** Changes whenever the log begins anew; empty for a log without a header, such as one of zeros. */
  readonly salts: string
  readonly #handle: number
  readonly #pageBytes: number

  /** @throws the system's error when the file cannot be read. */
  constructor(path: string, pageBytes: number) {
    this.#handle = openSync(path, 'r')
    this.#pageBytes = pageBytes
    const header = Buffer.alloc(HEADER_BYTES)
    const read = readSync(this.#handle, header, 0, HEADER_BYTES, 0)
    const isBegun = read === HEADER_BYTES && (header.readUInt32BE(0) & ~1) === MAGIC
    this.salts = isBegun ? header.toString('hex', 16, 24) : ''
  }

  /**
   * The frames after `from` up to and with `to`, in order.
   *
   * @throws RangeError for one that does not belong to this log: somebody else has written to it.
   */
  *frames(from: number, to: number): Generator<Frame> {
    const size = FRAME_HEADER_BYTES + this.#pageBytes
    const buffer = Buffer.allocUnsafe(size * FRAMES_PER_READ)
    for (let done = from; done < to; ) {
      const wanted = Math.min(FRAMES_PER_READ, to - done)
      const read = readSync(this.#handle, buffer, 0, wanted * size, HEADER_BYTES + done * size)
      if (read < wanted * size) throw new RangeError(`the log ends before frame ${to}`)
      for (let at = 0; at < wanted; at++) yield this.#frame(buffer.subarray(at * size, (at + 1) * size), ++done)
    }
  }

  /** The page that a frame holds. */
  pageAt(frame: number): Buffer {
    const page = Buffer.alloc(this.#pageBytes)
    const offset = HEADER_BYTES + (frame - 1) * (FRAME_HEADER_BYTES + this.#pageBytes) + FRAME_HEADER_BYTES
    readSync(this.#handle, page, 0, this.#pageBytes, offset)
    return page
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle)
  }

  #frame(bytes: Buffer, number: number): Frame {
    if (bytes.toString('hex', 8, 16) !== this.salts) throw new RangeError(`frame ${number} is of another log`)
    return {
      number,
      page: bytes.readUInt32BE(0),
      pagesAfter: bytes.readUInt32BE(4),
      bytes: bytes.subarray(FRAME_HEADER_BYTES),
    }
  }
}
