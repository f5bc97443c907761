import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ExportLine } from '@forge-cascade/contract'
import { CascadeError, isCascadeError } from '#base'
import { PROV_PREFIXES, PROV_SECTIONS, type ProvSection, ProvStatements } from '#capsules'
import { unwritable } from './unwritable.ts'

const PIECE_CHARS = 256 * 1024

/**
 * Writes an export as one PROV-JSON document into a new file that its user alone reads. Its members are collected in a
 * file each, so that memory does not grow with the store.
 *
 * @returns the number of statements.
 * @throws CascadeError UNPROCESSABLE where the file is there already or cannot be written; STORAGE_FULL; NO_SERVER where
 * the lines end before their end.
 */
export async function writeProvFile(path: string, lines: AsyncIterable<ExportLine>): Promise<number> {
  try {
    await using target = await open(path, 'wx', 0o600)
    return await writeInto(target, path, lines)
  } catch (error) {
    throw isCascadeError(error) ? error : unwritable(path, error)
  }
}

/** Half a document is no JSON, and would stand in the way of the next one. */
async function writeInto(target: FileHandle, path: string, lines: AsyncIterable<ExportLine>): Promise<number> {
  try {
    await using sections = await Sections.open(path)
    const count = await sections.collect(lines)
    await sections.join(target)
    return count
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** The members of the document while they grow. */
class Sections implements AsyncDisposable {
  readonly #folder: string
  readonly #handles: ReadonlyMap<ProvSection, FileHandle>
  readonly #waiting = new Map<ProvSection, string>()

  private constructor(folder: string, handles: ReadonlyMap<ProvSection, FileHandle>) {
    this.#folder = folder
    this.#handles = handles
  }

  /** Beside the target, where there is room for what it will hold. */
  static async open(target: string): Promise<Sections> {
    const folder = await mkdtemp(join(dirname(target), '.prov-'))
    const handles = new Map<ProvSection, FileHandle>()
    for (const section of PROV_SECTIONS) handles.set(section, await open(join(folder, section), 'w+'))
    return new Sections(folder, handles)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const handle of this.#handles.values()) await handle.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async collect(lines: AsyncIterable<ExportLine>): Promise<number> {
    const statements = new ProvStatements()
    let [count, isWhole] = [0, false]
    for await (const line of lines) {
      isWhole ||= line.kind === 'end'
      for (const { section, key, value } of statements.of(line)) {
        await this.#add(section, `,\n    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
        count += 1
      }
    }
    if (!isWhole) throw new CascadeError('NO_SERVER', 'The export broke off before its end; run it again.')
    return count
  }

  async #add(section: ProvSection, text: string): Promise<void> {
    const waiting = (this.#waiting.get(section) ?? '') + text
    this.#waiting.set(section, waiting.length < PIECE_CHARS ? waiting : '')
    if (waiting.length >= PIECE_CHARS) await this.#handles.get(section)?.writeFile(waiting)
  }

  async join(target: FileHandle): Promise<void> {
    await target.writeFile(`{\n  "prefix": ${JSON.stringify(PROV_PREFIXES)}`)
    for (const [section, handle] of this.#handles) {
      await handle.writeFile(this.#waiting.get(section) ?? '')
      if ((await stat(join(this.#folder, section))).size === 0) continue
      await target.writeFile(`,\n  "${section}": {`)
      // The first member has a comma before it, which no reader of JSON takes.
      for await (const piece of handle.createReadStream({ start: 1, autoClose: false })) await target.writeFile(piece)
      await target.writeFile('\n  }')
    }
    await target.writeFile('\n}\n')
  }
}
