import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import { CascadeError, sha256Hex, unreadable } from '#base'
import type { ImportSource, KnownFiles, SourceLine, SourceText } from '../../domain/capsules/import/index.ts'
import { byteLines } from './byte-lines.ts'
import { filePieces } from './file-pieces.ts'
import { decode } from './file-text.ts'

/** A capsule of 1 MiB with every character escaped, its metadata and the largest vector fit in. */
export const LINE_BYTES_MAX = 8 * 1024 * 1024

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

  #lines(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    return byteLines(this.#pieces(signal), this.#lineBytesMax)
  }

  async *#pieces(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of filePieces(this.#handle)) {
      signal.throwIfAborted()
      yield piece
    }
  }
}

function toContent(bytes: Uint8Array, bytesMax: number): SourceText {
  if (bytes.byteLength > bytesMax) return { unfit: `it has more than ${bytesMax} bytes` }
  const text = decode(bytes)
  return text === undefined ? { unfit: 'it is not UTF-8 text' } : { text }
}
