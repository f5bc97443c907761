import { createHash, createSecretKey } from 'node:crypto'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { unreadable } from '#base'
import { openChunk, SEALED_CHUNK_BYTES_MAX } from './sealed-chunk.ts'
import { decodeHeader, encodeHeader, HEADER_BYTES_MAX, MAGIC, notSealed, type SealedHeader } from './sealed-header.ts'
import type { SealedEnd } from './sealed-writer.ts'

/** Reads a sealed file from its beginning. Nothing of a chunk is given out before all of it was found to be genuine. */
export class SealedReader implements Disposable {
  readonly path: string
  readonly header: SealedHeader
  readonly #handle: number
  readonly #file = createHash('sha256')
  #at = 0

  /** @throws CascadeError SOURCE_UNREADABLE, BACKUP_INVALID for what is no sealed file. */
  constructor(path: string) {
    this.path = path
    this.#handle = openForReading(path)
    try {
      this.header = this.#readHeader()
    } catch (error) {
      closeSync(this.#handle)
      throw error
    }
  }

  /**
   * What was sealed, chunk by chunk; each is valid until the next. The last one is checked against length and digest.
   *
   * @throws CascadeError BACKUP_INVALID where the file was cut, altered, or sealed with another key.
   */
  *chunks(key: Uint8Array): Generator<Buffer, SealedEnd> {
    const secret = createSecretKey(key)
    const header = encodeHeader(this.header)
    const plain = createHash('sha256')
    for (let number = 0, bytes = 0; ; number++) {
      const sealed = this.#readChunk()
      // The last chunk is the one before the end of the file; it says so in its nonce, so that none can be cut off.
      const isLast = this.#isAtEnd()
      const chunk = this.#open(secret, header, { number, isLast }, sealed)
      if (isLast) return checkEnd(this.path, chunk, { bytes, sha256: plain.digest('hex') })
      plain.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }

  /** SHA-256 of the file up to where it was read, hex; of all of it after the last chunk. Ends the reading. */
  digest(): string {
    return this.#file.digest('hex')
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle)
  }

  #readHeader(): SealedHeader {
    const head = this.#read(MAGIC.length + 4, 'it does not begin as a sealed file does')
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw notSealed(this.path, 'it does not begin as one does')
    const length = head.readUInt32BE(MAGIC.length)
    if (length > HEADER_BYTES_MAX) throw notSealed(this.path, 'its header is too long')
    return decodeHeader(this.#read(length, 'its header was cut'), this.path)
  }

  #readChunk(): Buffer {
    const length = this.#read(4, 'it was cut').readUInt32BE()
    if (length > SEALED_CHUNK_BYTES_MAX) throw notSealed(this.path, 'one of its parts is longer than any is')
    return this.#read(length, 'it was cut')
  }

  #open(...[key, header, place, sealed]: Parameters<typeof openChunk>): Buffer {
    try {
      return openChunk(key, header, place, sealed)
    } catch {
      // node:crypto says no more than that it is not genuine, and there is no more to know.
      throw notSealed(this.path, `part ${place.number + 1} was altered or cut, or sealed with another key`)
    }
  }

  #isAtEnd(): boolean {
    return readSync(this.#handle, Buffer.alloc(1), 0, 1, this.#at) === 0
  }

  #read(length: number, otherwise: string): Buffer {
    const bytes = Buffer.alloc(length)
    for (let filled = 0; filled < length; ) {
      const read = readSync(this.#handle, bytes, filled, length - filled, this.#at)
      if (read === 0) throw notSealed(this.path, otherwise)
      filled += read
      this.#at += read
    }
    this.#file.update(bytes)
    return bytes
  }
}

/** Reads the header alone. @throws CascadeError SOURCE_UNREADABLE, BACKUP_INVALID. */
export function readHeader(path: string): SealedHeader {
  using reader = new SealedReader(path)
  return reader.header
}

/** Opens a sealed file into a plain one, which is its user's alone. @throws CascadeError BACKUP_INVALID. */
export function unsealFile(reader: SealedReader, key: Uint8Array, to: string): SealedEnd {
  const target = openSync(to, 'w', 0o600)
  try {
    const chunks = reader.chunks(key)
    for (;;) {
      const next = chunks.next()
      if (next.done) return next.value
      for (let at = 0; at < next.value.length; ) at += writeSync(target, next.value, at)
    }
  } finally {
    closeSync(target)
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw unreadable(path, error)
  }
}

function checkEnd(path: string, chunk: Buffer, found: SealedEnd): SealedEnd {
  if (chunk.toString('utf8') === JSON.stringify(found)) return found
  throw notSealed(path, 'its parts are not those that were sealed')
}
