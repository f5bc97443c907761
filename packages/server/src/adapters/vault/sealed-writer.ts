import { createHash, createSecretKey } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './durable.ts'
import { CHUNK_BYTES_MAX, sealChunk } from './sealed-chunk.ts'
import { encodeHeader, type SealedHeader } from './sealed-header.ts'

/** What the last chunk of a file says of all before it. */
export interface SealedEnd {
  /** Bytes that were sealed. */
  readonly bytes: number
  /** SHA-256 of them, hex. */
  readonly sha256: string
}

export interface SealedFile extends SealedEnd {
  readonly path: string
  /** Bytes of the file itself. */
  readonly fileBytes: number
  /** SHA-256 of the file itself, hex. */
  readonly digest: string
}

/**
 * Writes a sealed file: header, chunks, and a last chunk with length and digest of what was sealed. It appears under its
 * name when it is complete and on the disk. Synchronous: lives in worker threads and in commands.
 */
export class SealedWriter implements Disposable {
  readonly #path: string
  readonly #key: ReturnType<typeof createSecretKey>
  readonly #header: Buffer
  readonly #plain = createHash('sha256')
  readonly #written = createHash('sha256')
  readonly #held = Buffer.allocUnsafe(CHUNK_BYTES_MAX)
  #handle: number | undefined
  #fill = 0
  #chunks = 0
  #bytes = 0
  #fileBytes = 0

  /** @throws the system's error when the file cannot be made. */
  constructor(path: string, header: SealedHeader, key: Uint8Array) {
    this.#path = path
    this.#key = createSecretKey(key)
    this.#header = encodeHeader(header)
    rmSync(this.#partial, { force: true })
    this.#handle = openSync(this.#partial, 'wx', 0o600)
    this.#put(this.#header)
  }

  write(bytes: Uint8Array): void {
    this.#plain.update(bytes)
    this.#bytes += bytes.length
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, CHUNK_BYTES_MAX - this.#fill)
      this.#held.set(bytes.subarray(at, at + taken), this.#fill)
      this.#fill += taken
      at += taken
      if (this.#fill === CHUNK_BYTES_MAX) this.#flush()
    }
  }

  /** Ends the file and brings it to the disk under its name. */
  end(): SealedFile {
    if (this.#fill > 0) this.#flush()
    const end: SealedEnd = { bytes: this.#bytes, sha256: this.#plain.digest('hex') }
    this.#putChunk(Buffer.from(JSON.stringify(end)), true)
    const handle = this.#handle ?? -1
    fsyncSync(handle)
    closeSync(handle)
    this.#handle = undefined
    renameSync(this.#partial, this.#path)
    syncFolder(dirname(this.#path))
    return { path: this.#path, ...end, fileBytes: this.#fileBytes, digest: this.#written.digest('hex') }
  }

  /** Leaves nothing behind when it did not end. On a full disk half a file is the last thing that is needed. */
  [Symbol.dispose](): void {
    if (this.#handle === undefined) return
    closeSync(this.#handle)
    this.#handle = undefined
    if (existsSync(this.#partial)) rmSync(this.#partial)
  }

  get #partial(): string {
    return `${this.#path}.partial`
  }

  #flush(): void {
    this.#putChunk(this.#held.subarray(0, this.#fill), false)
    this.#fill = 0
  }

  #putChunk(plain: Uint8Array, isLast: boolean): void {
    const sealed = sealChunk(this.#key, this.#header, { number: this.#chunks++, isLast }, plain)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(sealed.length)
    this.#put(length)
    this.#put(sealed)
  }

  #put(bytes: Uint8Array): void {
    this.#written.update(bytes)
    this.#fileBytes += bytes.length
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle ?? -1, bytes, at)
  }
}

/** Seals a whole file. @throws the system's error; nothing appears under the name then. */
export function sealFile(
  from: string,
  to: string,
  sealed: { readonly header: SealedHeader; readonly key: Uint8Array },
  onProgress: (bytes: number) => void = () => undefined,
): SealedFile {
  const source = openSync(from, 'r')
  try {
    using writer = new SealedWriter(to, sealed.header, sealed.key)
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES_MAX)
    for (let done = 0; ; ) {
      const read = readSync(source, buffer, 0, buffer.length, null)
      if (read === 0) return writer.end()
      writer.write(buffer.subarray(0, read))
      done += read
      onProgress(done)
    }
  } finally {
    closeSync(source)
  }
}
