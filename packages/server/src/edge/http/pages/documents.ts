import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isErrno, lazy } from '#base'
import type { File } from '../handler.ts'
import { llmsText } from './llms-text.ts'

const INDEX = 'README.md'

/** The pages of the documentation that came with the program. */
export class Documents {
  /** Paths by name (`guides/install.md`), looked for once: what is not among them is not served. */
  readonly #paths: () => Promise<ReadonlyMap<string, string>>

  /** @param folder null where the documentation was removed. */
  constructor(folder: string | null) {
    this.#paths = lazy(() => listPages(folder))
  }

  /** A page as Markdown. */
  async find(name: string): Promise<File | undefined> {
    const bytes = await this.#read(name)
    return bytes && { contentType: 'text/markdown; charset=utf-8', bytes }
  }

  /** What a language model should read first. */
  async findLlmsText(): Promise<File | undefined> {
    const bytes = await this.#read(INDEX)
    return bytes && { contentType: 'text/plain; charset=utf-8', bytes: llmsText(bytes.toString('utf8')) }
  }

  async #read(name: string): Promise<Buffer | undefined> {
    const path = (await this.#paths()).get(name)
    return path === undefined ? undefined : orAbsent(() => readFile(path))
  }
}

async function listPages(folder: string | null): Promise<ReadonlyMap<string, string>> {
  if (folder === null) return new Map()
  const paths = (await orAbsent(() => readdir(folder, { recursive: true, encoding: 'utf8' }))) ?? []
  const pages = paths.filter((path) => path.endsWith('.md'))
  return new Map(pages.map((path) => [path.replaceAll(sep, '/'), join(folder, path)]))
}

/** A program may be taken away, or replaced by its next version, while it runs. */
async function orAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
