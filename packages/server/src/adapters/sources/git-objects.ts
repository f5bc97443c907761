import type { Readable } from 'node:stream'
import type { CascadeError } from '#base'
import { type GitProcess, startGit } from './git-process.ts'
import type { GitRepository } from './git-repository.ts'

/** Bytes of an object, or why there are none: it is missing (or something else), damaged, or larger than is read. */
export type ObjectBytes =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' | 'damaged' }
  | { readonly kind: 'too-large'; readonly size: number }

export interface GitObjectsOptions {
  readonly type: 'blob' | 'tree'
  readonly bytesMax: number
  readonly damagedMax?: number
}

/** So many damaged objects are stepped over. */
export const DAMAGED_MAX = 1000

/** Objects of one type from two long-lived processes: one says how large they are, one gives those small enough. */
export class GitObjects implements AsyncDisposable {
  readonly #start: (option: string) => ObjectPipe
  readonly #sizes: ObjectPipe
  readonly #bytesMax: number
  readonly #damagedMax: number
  readonly #signal: AbortSignal
  #contents: ObjectPipe
  #damaged = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor(
    { place }: GitRepository,
    { type, bytesMax, damagedMax = DAMAGED_MAX }: GitObjectsOptions,
    signal: AbortSignal,
  ) {
    this.#start = (option) => new ObjectPipe(startGit(['cat-file', option], place, signal), type)
    this.#sizes = this.#start('--batch-check')
    this.#contents = this.#start('--batch')
    this.#bytesMax = bytesMax
    this.#damagedMax = damagedMax
    this.#signal = signal
  }

  /** @param bytesMax where it is another limit than that of all. */
  read(id: string, bytesMax = this.#bytesMax): Promise<ObjectBytes> {
    return this.#inTurn(() => this.#read(id, bytesMax))
  }

  /** True when the object is in the repository, as far as that can be said without reading it. */
  holds(id: string): Promise<boolean> {
    return this.#inTurn(async () => (await this.#size(id)) !== undefined)
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

  async #size(id: string): Promise<number | undefined> {
    const size = await this.#sizes.ask(id)
    if (size === 'ended') throw this.#sizes.problem()
    return size
  }

  async #read(id: string, bytesMax: number): Promise<ObjectBytes> {
    const size = await this.#size(id)
    if (size === undefined) return { kind: 'missing' }
    if (size > bytesMax) return { kind: 'too-large', size }
    const bytes = await this.#contents.content(id)
    if (bytes === 'ended') return this.#restart()
    return bytes ? { kind: 'bytes', bytes } : { kind: 'missing' }
  }

  /** Reading a damaged object ends the process. */
  async #restart(): Promise<ObjectBytes> {
    this.#signal.throwIfAborted()
    if (++this.#damaged > this.#damagedMax) throw this.#contents.problem()
    await this.#contents[Symbol.asyncDispose]()
    this.#contents = this.#start('--batch')
    return { kind: 'damaged' }
  }
}

/** `git cat-file`, asked for one object at a time. */
class ObjectPipe implements AsyncDisposable {
  readonly #git: GitProcess
  readonly #type: string
  readonly #reader: BytesReader

  constructor(git: GitProcess, type: string) {
    this.#git = git
    this.#type = type
    this.#reader = new BytesReader(git.stdout)
  }

  /** Size of the object; nothing when it is missing or of another type. */
  async ask(id: string): Promise<number | 'ended' | undefined> {
    await this.#git.write(`${id}\n`)
    const line = await this.#reader.line()
    if (line === undefined) return 'ended'
    const [, type, size] = line.split(' ')
    return type === this.#type ? Number(size) : undefined
  }

  /** Bytes of the object; nothing as above. Only with `--batch`. */
  async content(id: string): Promise<Uint8Array | 'ended' | undefined> {
    const length = await this.ask(id)
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
