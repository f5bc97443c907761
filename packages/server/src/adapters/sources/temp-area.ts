import { mkdtempSync, rmdirSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { CascadeError, fileTrouble, isErrno } from '#base'

/** A folder for a while; gone with its content when disposed. */
export interface TempFolder extends AsyncDisposable {
  readonly path: string
}

/** `<what for>-<process id>-<six characters of chance>`. */
const NAME = /^(?:git|test)-([1-9]\d{0,9})-[A-Za-z0-9]{6}$/
/** Folders that one sweep looks at; what is left is for the next one. */
const SWEPT_MAX = 1000

/**
 * Where folders for a while lie. A process that is ended without warning leaves its own behind; whoever needs one next
 * removes those whose process is gone, and nothing else: not what has another name, nor what is no folder.
 *
 * One area for each directory in a process: what this process made through another one counts as left behind.
 */
export class TempArea {
  readonly #directory: string
  readonly #mine = new Set<string>()
  readonly #purpose: 'git' | 'test'
  #users = 0

  /** @param directory need not be there; it is made when it is needed and removed when nothing is in it any more. */
  constructor(directory: string, purpose: 'git' | 'test' = 'git') {
    this.#directory = directory
    this.#purpose = purpose
  }

  /** @throws CascadeError UNAVAILABLE when no folder can be made here. */
  async open(): Promise<TempFolder> {
    this.#users++
    try {
      const path = await this.#make()
      return { path, [Symbol.asyncDispose]: () => this.#close(path) }
    } catch (error) {
      this.#leave()
      throw new CascadeError('UNAVAILABLE', `${this.#directory} cannot be used: ${fileTrouble(error)}.`, {
        cause: error,
      })
    }
  }

  async #make(): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    await this.#sweep()
    // No await between the making and the entry: no sweep of ours sees it without.
    const path = mkdtempSync(join(this.#directory, `${this.#purpose}-${process.pid}-`))
    this.#mine.add(basename(path))
    return path
  }

  async #close(path: string): Promise<void> {
    if (!this.#mine.has(basename(path))) return
    await rm(path, { recursive: true, force: true })
    this.#mine.delete(basename(path))
    this.#leave()
  }

  async #sweep(): Promise<void> {
    const entries = await readdir(this.#directory, { withFileTypes: true })
    const left = entries.filter((entry) => entry.isDirectory() && this.#isLeftBehind(entry.name)).slice(0, SWEPT_MAX)
    // What cannot be removed now takes some space and nothing else; the next sweep tries again.
    await Promise.allSettled(left.map(({ name }) => rm(join(this.#directory, name), { recursive: true, force: true })))
  }

  // A container gives every start the same process id: what bears ours and is not ours is of an earlier life.
  #isLeftBehind(name: string): boolean {
    const pid = Number(NAME.exec(name)?.[1] ?? 0)
    return pid > 0 && !this.#mine.has(name) && (pid === process.pid || !isAlive(pid))
  }

  // No await between the count and the removal: nobody who makes the directory comes between them.
  #leave(): void {
    if (--this.#users > 0) return
    try {
      rmdirSync(this.#directory)
    } catch (error) {
      // It holds something that is not ours to remove, or was never made.
      if (!isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS')) throw error
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of somebody else is alive, too.
    return !isErrno(error, 'ESRCH')
  }
}
