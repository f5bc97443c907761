import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import { CascadeError, sha256Hex } from '#base'
import type { ImportSource, KnownFiles, SourceLine, SourceText } from '../../domain/capsules/import/index.ts'
import { decode } from './file-text.ts'
import { unreadable } from './unreadable.ts'

/** A capsule of 1 MiB with every character escaped, its metadata and the largest vector fit in. */
export const LINE_BYTES_MAX = 8 * 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const NEW_LINE = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Reads a file in which each line is the body of `POST /v2/capsules`. Blank lines mean nothing. */
export async function openNdjsonSource(path: string, { lineBytesMax = LINE_BYTES_MAX } = {}): Promise<ImportSource> {
  try {
    const root = await realpath(path)
    const handle = await open(root, constants.O_RDONLY | constants.O_NONBLOCK)
    if ((await handle.stat()).isFile()) return new NdjsonSource(root, handle, lineBytesMax)
    await handle.close()
  } catch (error) {
    throw unreadable(path, error)
  }
  throw new CascadeError('SOURCE_UNREADABLE', `${path} is no file of lines.`)
}

class NdjsonSource implements ImportSource {
  readonly kind = 'ndjson'
  readonly root: string
  readonly #handle: FileHandle
  readonly #lineBytesMax: number

  constructor(root: string, handle: FileHandle, lineBytesMax: number) {
    this.root = root
    this.#handle = handle
    this.#lineBytesMax = lineBytesMax
  }

  async *totals(_known: KnownFiles, signal: AbortSignal): AsyncGenerator<number, void, undefined> {
    let lines = 0
    for await (const line of this.#lines(signal)) if (line.length > 0) lines++
    yield lines
  }

  async *items(_known: KnownFiles, signal: AbortSignal): AsyncGenerator<SourceLine, void, undefined> {
    const name = basename(this.root)
    let number = 0
    for await (const bytes of this.#lines(signal)) {
      number++
      if (bytes.length === 0) continue
      const content = toContent(bytes, this.#lineBytesMax)
      const digest =
        'text' in content ? sha256Hex(bytes) : sha256Hex(`${number}:${bytes.byteLength}:${sha256Hex(bytes)}`)
      yield { kind: 'line', path: `${name}:${number}`, digest, content }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }

  /** Lines without their end; of one that is too long, one byte more than allowed. */
  async *#lines(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    let rest: Uint8Array = new Uint8Array()
    let position = 0
    for (;;) {
      signal.throwIfAborted()
      const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position)
      if (bytesRead === 0) break
      position += bytesRead
      let [start, bytes] = [0, buffer.subarray(0, bytesRead)]
      for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, start)) {
        yield trimEnd(this.#bounded(rest, bytes.subarray(start, end)))
        ;[rest, start] = [new Uint8Array(), end + 1]
      }
      rest = this.#bounded(rest, bytes.subarray(start))
    }
    if (rest.length > 0) yield trimEnd(rest)
  }

  #bounded(rest: Uint8Array, more: Uint8Array): Uint8Array {
    if (rest.byteLength > this.#lineBytesMax) return rest
    return Buffer.concat([rest, more]).subarray(0, this.#lineBytesMax + 1)
  }
}

const trimEnd = (line: Uint8Array): Uint8Array => (line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line)

function toContent(bytes: Uint8Array, bytesMax: number): SourceText {
  if (bytes.byteLength > bytesMax) return { unfit: `it has more than ${bytesMax} bytes` }
  const text = decode(bytes)
  return text === undefined ? { unfit: 'it is not UTF-8 text' } : { text }
}
