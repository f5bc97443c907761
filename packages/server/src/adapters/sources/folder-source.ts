import { lstat, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { CascadeError, isErrno, sha256Hex, unreadable } from '#base'
import {
  DOCUMENT_BYTES_MAX,
  type ImportItem,
  type ImportSource,
  type KnownFiles,
  type PresentFile,
} from '../../domain/capsules/import/index.ts'
import type { FileSelection } from './file-selection.ts'
import { toContent, tooLarge } from './file-text.ts'
import { type FoundFile, walkFolder } from './folder-walk.ts'
import { readRegularFile } from './read-regular-file.ts'

export interface FolderSourceOptions {
  readonly selection: FileSelection
  readonly fileBytesMax?: number
  readonly kind?: 'folder' | 'obsidian'
}

export const FILE_BYTES_MAX = 1024 * 1024
/** Stands in a name for bytes that are no UTF-8, by which the file is not found again. */
const UNDECODED = '\ufffd'
const NOT_UTF8 = 'its name is not UTF-8; give it another'

/** Reads the text files and documents below a folder, in the order of their paths. */
export async function openFolderSource(path: string, options: FolderSourceOptions): Promise<ImportSource> {
  const root = await realpath(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  if (!(await lstat(root)).isDirectory()) throw new CascadeError('SOURCE_UNREADABLE', `${path} is no folder.`)
  return new FolderSource(root, options)
}

class FolderSource implements ImportSource {
  readonly kind: 'folder' | 'obsidian'
  readonly root: string
  readonly #selection: FileSelection
  readonly #fileBytesMax: number

  constructor(root: string, { selection, fileBytesMax = FILE_BYTES_MAX, kind = 'folder' }: FolderSourceOptions) {
    this.kind = kind
    this.root = root
    this.#selection = selection
    this.#fileBytesMax = fileBytesMax
  }

  async *totals(_known: KnownFiles, signal: AbortSignal): AsyncGenerator<number, void, undefined> {
    let files = 0
    for await (const _ of walkFolder(this.root, this.#selection, signal)) files++
    yield files
  }

  async *items(known: KnownFiles, signal: AbortSignal): AsyncGenerator<ImportItem, void, undefined> {
    const met = new Set<string>()
    for await (const found of walkFolder(this.root, this.#selection, signal)) {
      met.add(found.path)
      yield 'reason' in found
        ? { kind: 'skipped', path: found.path, reason: found.reason }
        : await this.#read(found, known)
    }
    // An empty folder is one whose disk is not mounted, rather than one that everything was deleted from.
    if (met.size === 0) return
    for (const path of [...known.paths()]) {
      signal.throwIfAborted()
      if (!met.has(path) && (await this.#isGone(path))) yield { kind: 'deleted', path }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Holds nothing between two files.
  }

  async #read({ path, kind }: Extract<FoundFile, { kind: unknown }>, known: KnownFiles): Promise<ImportItem> {
    const { type, structure, format } = kind
    const bytesMax = format === undefined ? this.#fileBytesMax : DOCUMENT_BYTES_MAX
    const read = await readRegularFile(join(this.root, path), this.root, bytesMax)
    if ('reason' in read) return { kind: 'skipped', path, reason: path.includes(UNDECODED) ? NOT_UTF8 : read.reason }
    const { bytes, size, modifiedAt } = read
    // Of a file that is too large nothing but its size is known; that stands for its bytes.
    const digest = bytes ? sha256Hex(bytes) : `${size} bytes`
    const previousPath = bytes && known.digestAt(path) === undefined ? await this.#findMoved(digest, known) : undefined
    return {
      kind: 'present',
      path,
      type,
      structure,
      digest,
      at: modifiedAt,
      ...(previousPath === undefined ? {} : { previousPath }),
      read: async () => (bytes ? toContent(bytes, format) : { unfit: tooLarge(size, bytesMax) }),
    } satisfies PresentFile
  }

  /** The same bytes were at a path that is no more: the file was moved. */
  async #findMoved(digest: string, known: KnownFiles): Promise<string | undefined> {
    for (const path of known.pathsWith(digest)) {
      if (known.digestAt(path) === digest && (await this.#isGone(path))) return path
    }
    return undefined
  }

  /**
   * Only what the file system says is not there counts as gone: neither what cannot be looked at now, nor anything when
   * the root itself is away.
   */
  async #isGone(path: string): Promise<boolean> {
    const state = await stateOf(join(this.root, path))
    return state === 'absent' && (await stateOf(this.root)) === 'present'
  }
}

async function stateOf(path: string): Promise<'present' | 'absent' | 'unknown'> {
  try {
    await lstat(path)
    return 'present'
  } catch (error) {
    return isErrno(error, 'ENOENT', 'ENOTDIR') ? 'absent' : 'unknown'
  }
}
