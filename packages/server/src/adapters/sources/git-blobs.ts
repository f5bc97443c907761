import type { Readable } from 'node:stream'
import type { FileText } from '../../domain/capsules/import/index.ts'
import { tooLarge, toText } from './file-text.ts'
import { type GitProcess, startGit } from './git-process.ts'
import type { GitRepository } from './git-repository.ts'

const UNREADABLE: FileText = { unfit: 'its content is not in the repository' }

/** Contents of blobs from two long-lived processes: one says how large they are, one gives those that are small enough. */
export class GitBlobs implements AsyncDisposable {
  readonly #sizes: GitProcess
  readonly #contents: GitProcess
  readonly #sizeReader: BytesReader
  readonly #contentReader: BytesReader
  readonly #bytesMax: number
  #queue: Promise<unknown> = Promise.resolve()

  constructor({ place }: GitRepository, bytesMax: number, signal: AbortSignal) {
    this.#sizes = startGit(['cat-file', '--batch-check'], place, signal)
    this.#contents = startGit(['cat-file', '--batch'], place, signal)
    this.#sizeReader = new BytesReader(this.#sizes.stdout)
    this.#contentReader = new BytesReader(this.#contents.stdout)
    this.#bytesMax = bytesMax
  }

  /** One after the other: answers come in the order of the questions. */
  read(blob: string): Promise<FileText> {
    const answer = this.#queue.then(() => this.#read(blob))
    this.#queue = Promise.allSettled([answer])
    return answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#sizes[Symbol.asyncDispose](), this.#contents[Symbol.asyncDispose]()])
  }

  async #read(blob: string): Promise<FileText> {
    const size = await this.#ask(this.#sizes, this.#sizeReader, blob)
    if (size === undefined) return UNREADABLE
    if (size > this.#bytesMax) return { unfit: tooLarge(size, this.#bytesMax) }
    const length = await this.#ask(this.#contents, this.#contentReader, blob)
    if (length === undefined) return UNREADABLE
    const bytes = await this.#contentReader.take(length + 1)
    if (!bytes) throw this.#contents.problem('ended before the content did')
    return toText(bytes.subarray(0, length))
  }

  /** Size of the blob; nothing when it is missing or something else. */
  async #ask(git: GitProcess, reader: BytesReader, blob: string): Promise<number | undefined> {
    await git.write(`${blob}\n`)
    const line = await reader.line()
    if (line === undefined) throw git.problem('ended while it was being asked')
    const [, type, size] = line.split(' ')
    return type === 'blob' ? Number(size) : undefined
  }
}

const NEW_LINE = 0x0a

/** Lines and counted bytes from one stream. */
class BytesReader {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: Readable) {
    // The stream carries no encoding, so its chunks are bytes.
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(NEW_LINE)
      if (end >= 0) return (await this.take(end + 1))?.subarray(0, end).toString()
      if (!(await this.#fill())) return undefined
    }
  }

  async take(length: number): Promise<Buffer | undefined> {
    const parts = [this.#rest]
    let size = this.#rest.byteLength
    while (size < length) {
      const { value, done } = await this.#chunks.next()
      if (done) return undefined
      parts.push(value)
      size += value.byteLength
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    this.#rest = all.subarray(length)
    return all.subarray(0, length)
  }

  async #fill(): Promise<boolean> {
    const { value, done } = await this.#chunks.next()
    if (done) return false
    this.#rest = Buffer.concat([this.#rest, value])
    return true
  }
}
