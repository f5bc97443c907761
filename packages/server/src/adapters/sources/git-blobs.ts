import type { FileText } from '../../domain/capsules/import/index.ts'
import { tooLarge, toText } from './file-text.ts'
import { GitObjects } from './git-objects.ts'
import type { GitRepository } from './git-repository.ts'

const UNREAD: Readonly<Record<'missing' | 'damaged', FileText>> = {
  missing: { missing: 'its content is not in the repository' },
  damaged: { missing: 'its content in the repository is damaged' },
}

/** Texts of files. */
export class GitBlobs implements AsyncDisposable {
  readonly #objects: GitObjects
  readonly #bytesMax: number

  constructor(repository: GitRepository, bytesMax: number, signal: AbortSignal) {
    this.#objects = new GitObjects(repository, { type: 'blob', bytesMax }, signal)
    this.#bytesMax = bytesMax
  }

  async read(blob: string): Promise<FileText> {
    const found = await this.#objects.read(blob)
    if (found.kind === 'bytes') return toText(found.bytes)
    return found.kind === 'too-large' ? { unfit: tooLarge(found.size, this.#bytesMax) } : UNREAD[found.kind]
  }

  /** True when the content is in the repository, as far as that can be said without reading it. */
  holds(blob: string): Promise<boolean> {
    return this.#objects.holds(blob)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#objects[Symbol.asyncDispose]()
  }
}
