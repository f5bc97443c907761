import { existsSync } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isObjectName, type ObjectRange, type ObjectStore } from '#archive'
import { CascadeError, fileTrouble, isErrno, makeFolder } from '#base'
import { syncFolder } from '../vault/index.ts'
import { assertName, assertSize } from './check-object.ts'

/** Behind the name of a file that is still being written; nothing that ends so is an object. */
const PARTIAL = '~'

/** Objects as files of a folder that its user alone reads. */
export class FolderObjects implements ObjectStore {
  readonly place: string
  readonly #mayMake: boolean

  /** @param mayMake whether the folder is made when it is missing: one that may be a mount that is away is not. */
  constructor(directory: string, mayMake: boolean) {
    this.place = directory
    this.#mayMake = mayMake
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    assertName(name)
    assertSize(name, bytes)
    await this.#reach(async () => {
      if (this.#mayMake) makeFolder(this.place, 0o700)
      const path = join(this.place, name)
      await writeThrough(`${path}${PARTIAL}`, bytes)
      await rename(`${path}${PARTIAL}`, path)
      syncFolder(this.place)
    })
  }

  async get(name: string, range?: ObjectRange): Promise<Uint8Array | undefined> {
    assertName(name)
    return this.#reach(async () => {
      const handle = await this.#open(name)
      if (!handle) return undefined
      try {
        return range ? await readRange(handle, range) : await handle.readFile()
      } finally {
        await handle.close()
      }
    })
  }

  async delete(name: string): Promise<void> {
    assertName(name)
    await this.#reach(async () => {
      const path = join(this.place, name)
      if (!existsSync(path)) return this.#requireFolder()
      await rm(path)
      syncFolder(this.place)
    })
  }

  async list(): Promise<readonly string[]> {
    if (this.#mayMake && !existsSync(this.place)) return []
    const names = await this.#reach(() => readdir(this.place))
    return names.filter(isObjectName).toSorted()
  }

  async #open(name: string): Promise<FileHandle | undefined> {
    try {
      return await open(join(this.place, name), 'r')
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
      this.#requireFolder()
      return undefined
    }
  }

  /** What is not in a folder that is away may well be there. */
  #requireFolder(): void {
    if (!this.#mayMake && !existsSync(this.place))
      throw new CascadeError(
        'UNAVAILABLE',
        `The folder ${this.place} is not there; it is not made, for it may not be mounted.`,
      )
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof CascadeError) throw error
      const code = isErrno(error, 'ENOSPC', 'EDQUOT') ? 'STORAGE_FULL' : 'UNAVAILABLE'
      throw new CascadeError(code, `The archives in ${this.place} cannot be reached: ${fileTrouble(error)}.`, {
        cause: error,
      })
    }
  }
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readRange(handle: FileHandle, { offset, bytes }: ObjectRange): Promise<Uint8Array> {
  const { size } = await handle.stat()
  const wanted = Buffer.alloc(Math.max(0, Math.min(bytes, size - offset)))
  for (let at = 0; at < wanted.length; ) {
    const { bytesRead } = await handle.read(wanted, at, wanted.length - at, offset + at)
    if (bytesRead === 0) return wanted.subarray(0, at)
    at += bytesRead
  }
  return wanted
}
