import type { Readable } from 'node:stream'
import type { CascadeError } from '#base'
import type { FileText } from '../../domain/capsules/import/index.ts'
import { tooLarge, toText } from './file-text.ts'
import { type GitProcess, startGit } from './git-process.ts'
import type { GitRepository } from './git-repository.ts'

const MISSING: FileText = { missing: 'its content is not in the repository' }
const DAMAGED: FileText = { missing: 'its content in the repository is damaged' }

/** So many damaged contents are stepped over. */
const DAMAGED_MAX = 1000

/** Contents of blobs from two long-lived processes: one says how large they are, one gives those that are small enough. */
export class GitBlobs implements AsyncDisposable {
  readonly #start: (option: string) => BlobPipe
  readonly #sizes: BlobPipe
  readonly #bytesMax: number
  readonly #signal: AbortSignal
  #contents: BlobPipe
  #damaged = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor({ place }: GitRepository, bytesMax: number, signal: AbortSignal) {
    this.#start = (option) => new BlobPipe(startGit(['cat-file', option], place, signal))
    this.#sizes = this.#start('--batch-check')
    this.#contents = this.#start('--batch')
    this.#bytesMax = bytesMax
    this.#signal = signal
  }

  read(blob: string): Promise<FileText> {
    return this.#inTurn(() => this.#read(blob))
  }

  /** True when the content is in the repository, as far as that can be said without reading it. */
  holds(blob: string): Promise<boolean> {
    return this.#inTurn(async () => (await this.#size(blob)) !== undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#sizes[Symbol.asyncDispose](), this.#contents[Symbol.asyncDispose]()])
  }

  /** One after the other: answers come in the order of the questions. */
  #inTurn<T>(question: () => Promise<T>): Promise<T> {
    const answer = this.#queue.then(question)
    this.#queue = Promise.allSettled([answer])
    return answer
  }

  async #size(blob: string): Promise<number | undefined> {
    const size = await this.#sizes.ask(blob)
    if (size === 'ended') throw this.#sizes.problem()
    return size
  }

  async #read(blob: string): Promise<FileText> {
    const size = await this.#size(blob)
    if (size === undefined) return MISSING
    if (size > this.#bytesMax) return { unfit: tooLarge(size, this.#bytesMax) }
    const bytes = await this.#contents.content(blob)
    return bytes === 'ended' ? this.#restart() : bytes ? toText(bytes) : MISSING
  }

  /** Reading a damaged object ends the process. */
  async #restart(): Promise<FileText> {
    this.#signal.throwIfAborted()
    if (++this.#damaged > DAMAGED_MAX) throw this.#contents.problem()
    await this.#contents[Symbol.asyncDispose]()
    this.#contents = this.#start('--batch')
    return DAMAGED
  }
}

/** `git cat-file`, asked for one blob at a time. */
class BlobPipe implements AsyncDisposable {
  readonly #git: GitProcess
  readonly #reader: BytesReader

  constructor(git: GitProcess) {
    this.#git = git
    this.#reader = new BytesReader(git.stdout)
  }

  /** Size of the blob; nothing when it is missing or something else. */
  async ask(blob: string): Promise<number | 'ended' | undefined> {
    await this.#git.write(`${blob}\n`)
    const line = await this.#reader.line()
    if (line === undefined) return 'ended'
    const [, type, size] = line.split(' ')
    return type === 'blob' ? Number(size) : undefined
  }

  /** Bytes of the blob; nothing as above. Only with `--batch`. */
  async content(blob: string): Promise<Uint8Array | 'ended' | undefined> {
    const length = await this.ask(blob)
    if (typeof length !== 'number') return length
    return (await this.#reader.take(length + 1))?.subarray(0, length) ?? 'ended'
  }

  problem(): CascadeError {
    return this.#git.problem('ended while it was being asked')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#git[Symbol.asyncDispose]()
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
