import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ExportEnd, ExportFile, ExportLine, ExportStart } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, makeFolder, sha256Hex } from '#base'
import {
  EXPORT_README,
  EXPORT_UNFINISHED,
  type ExportPart,
  FolderLayout,
  MANIFEST_FILE,
  README_FILE,
  toManifestText,
  UNFINISHED_FILE,
} from '#capsules'
import { unwritable } from './unwritable.ts'

/** What was written. */
export interface WrittenExport {
  readonly start: ExportStart
  readonly end: ExportEnd
  readonly files: number
  readonly bytes: number
}

/** Characters of a list that wait to be written together. */
const PIECE_CHARS = 256 * 1024
const FOLDER_MODE = 0o700
/** `wx`: whatever came to lie there meanwhile, a link above all, is not written to. */
const NEW_FILE = { flag: 'wx', mode: 0o600 } as const

/**
 * Writes the lines of an export into a new or empty folder, for its user alone. Nothing is made before the first line has
 * come. The manifest is written last; until it is there, a file says that the export has not come to its end.
 *
 * @throws CascadeError UNPROCESSABLE where the folder holds something or cannot be written; STORAGE_FULL; NO_SERVER where
 * the lines end before their end.
 */
export async function writeExportFolder(folder: string, lines: AsyncIterable<ExportLine>): Promise<WrittenExport> {
  await using writer = new FolderWriter(folder)
  try {
    return await writer.write(lines)
  } catch (error) {
    throw isCascadeError(error) ? error : unwritable(folder, error)
  }
}

async function openEmptyFolder(folder: string): Promise<void> {
  try {
    makeFolder(folder, FOLDER_MODE)
    const found = await readdir(folder)
    if (found.length > 0) throw new CascadeError('UNPROCESSABLE', `${folder} ${occupied(found)}.`)
    await writeFile(join(folder, UNFINISHED_FILE), EXPORT_UNFINISHED, NEW_FILE)
  } catch (error) {
    throw isCascadeError(error) ? error : unwritable(folder, error)
  }
}

const occupied = (found: readonly string[]): string =>
  found.includes(UNFINISHED_FILE)
    ? 'holds an export that did not come to its end, or is still being written; remove it, or name another folder'
    : 'is not empty; name a folder that does not exist yet'

class FolderWriter implements AsyncDisposable {
  readonly #folder: string
  readonly #layout = new FolderLayout()
  readonly #made = new Set<string>()
  readonly #lists = new Map<string, ListFile>()
  readonly #files: ExportFile[] = []
  #bytes = 0
  #isOpen = false

  constructor(folder: string) {
    this.#folder = folder
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const list of this.#lists.values()) await list[Symbol.asyncDispose]()
  }

  async write(lines: AsyncIterable<ExportLine>): Promise<WrittenExport> {
    let [start, end]: [ExportStart | undefined, ExportEnd | undefined] = [undefined, undefined]
    for await (const line of lines) {
      if (!this.#isOpen) await this.#open()
      if (line.kind === 'export') start = line
      else if (line.kind === 'end') end = line
      else for (const part of this.#layout.parts(line)) await this.#part(part)
    }
    if (!start || !end) throw new CascadeError('NO_SERVER', 'The export broke off before its end; run it again.')
    return this.#finish(start, end)
  }

  async #open(): Promise<void> {
    await openEmptyFolder(this.#folder)
    this.#isOpen = true
  }

  async #part(part: ExportPart): Promise<void> {
    if ('list' in part) return (await this.#list(part.list)).add(`${JSON.stringify(part.line)}\n`)
    return this.#file(part.file, part.text, part.id)
  }

  async #file(path: string, text: string, id?: string): Promise<void> {
    const parent = dirname(path)
    if (!this.#made.has(parent)) await mkdir(join(this.#folder, parent), { recursive: true, mode: FOLDER_MODE })
    this.#made.add(parent)
    const bytes = Buffer.from(text)
    await writeFile(join(this.#folder, path), bytes, NEW_FILE)
    this.#note({ path, sha256: sha256Hex(bytes), bytes: bytes.byteLength, ...(id === undefined ? {} : { id }) })
  }

  async #list(name: string): Promise<ListFile> {
    const known = this.#lists.get(name)
    if (known) return known
    const list = new ListFile(name, await open(join(this.#folder, name), NEW_FILE.flag, NEW_FILE.mode))
    this.#lists.set(name, list)
    return list
  }

  #note(file: ExportFile): void {
    this.#files.push(file)
    this.#bytes += file.bytes
  }

  async #finish(start: ExportStart, end: ExportEnd): Promise<WrittenExport> {
    await this.#file(README_FILE, EXPORT_README)
    for (const list of this.#lists.values()) this.#note(await list.end())
    const text = toManifestText(start, end, this.#files)
    await writeFile(join(this.#folder, MANIFEST_FILE), text, NEW_FILE)
    await rm(join(this.#folder, UNFINISHED_FILE))
    return { start, end, files: this.#files.length + 1, bytes: this.#bytes + Buffer.byteLength(text) }
  }
}

/** A file that grows line by line. */
class ListFile implements AsyncDisposable {
  readonly #name: string
  readonly #handle: FileHandle
  readonly #hash: Hash = createHash('sha256')
  #waiting = ''
  #bytes = 0

  constructor(name: string, handle: FileHandle) {
    this.#name = name
    this.#handle = handle
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }

  async add(line: string): Promise<void> {
    this.#waiting += line
    if (this.#waiting.length >= PIECE_CHARS) await this.#flush()
  }

  async end(): Promise<ExportFile> {
    await this.#flush()
    return { path: this.#name, sha256: this.#hash.digest('hex'), bytes: this.#bytes }
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#waiting)
    this.#waiting = ''
    this.#hash.update(bytes)
    this.#bytes += bytes.byteLength
    await this.#handle.writeFile(bytes)
  }
}
