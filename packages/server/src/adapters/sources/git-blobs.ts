import { DOCUMENT_BYTES_MAX, type DocumentFormat, type FileText } from '../../domain/capsules/import/index.ts'
import { toContent, tooLarge } from './file-text.ts'
import { GitObjects } from './git-objects.ts'
import type { GitRepository } from './git-repository.ts'

const UNREAD: Readonly<Record<'missing' | 'damaged', FileText>> = {
  missing: { missing: 'its content is not in the repository' },
  damaged: { missing: 'its content in the repository is damaged' },
}

/** Contents of files. */
export class GitBlobs implements AsyncDisposable {
  readonly #objects: GitObjects
  readonly #bytesMax: number

  constructor(repository: GitRepository, bytesMax: number, signal: AbortSignal) {
    this.#objects = new GitObjects(repository, { type: 'blob', bytesMax }, signal)
    this.#bytesMax = bytesMax
  }

  async read(blob: string, format?: DocumentFormat): Promise<FileText> {
    const bytesMax = format === undefined ? this.#bytesMax : DOCUMENT_BYTES_MAX
    const found = await this.#objects.read(blob, bytesMax)
    if (found.kind === 'bytes') return toContent(found.bytes, format)
    return found.kind === 'too-large' ? { unfit: tooLarge(found.size, bytesMax) } : UNREAD[found.kind]
  }

  /** True when the content is in the repository, as far as that can be said without reading it. */
  holds(blob: string): Promise<boolean> {
    return this.#objects.holds(blob)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#objects[Symbol.asyncDispose]()
  }
}
