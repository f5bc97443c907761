import { accessSync, chmodSync, constants, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CascadeError, isCascadeError, makeFolder, messageOf } from '#base'
import type { AcquireFolderLock, FolderLock } from './folder-lock.ts'
import { type FolderOwner, readOwner, removeOwner, writeOwner } from './owner-file.ts'
import { socketPath } from './socket-path.ts'

/** The data folder in the hands of its one owner. */
export class DataFolder implements Disposable {
  /** Absolute, without links: one folder has one path, whichever way it was named. */
  readonly directory: string
  /** Where the owner listens; nothing of an earlier owner is left there. */
  readonly socket: string
  readonly #lock: FolderLock
  #given = false

  private constructor(directory: string, socket: string, lock: FolderLock) {
    this.directory = directory
    this.socket = socket
    this.#lock = lock
  }

  /**
   * Makes the folder where it is missing (readable by its user alone, and nothing in it for Git) and takes it.
   *
   * @throws CascadeError DATA_FOLDER_IN_USE with the owner's process id and address in `extensions`, UNAVAILABLE when
   * the folder cannot be made or written.
   */
  static open(path: string, acquire: AcquireFolderLock): DataFolder {
    const directory = prepare(path)
    const lock = acquire(directory)
    if (!lock.held) throw inUse(directory)
    try {
      return new DataFolder(directory, clear(directory), lock)
    } catch (error) {
      lock[Symbol.dispose]()
      throw isCascadeError(error) ? error : unusable(directory, error)
    }
  }

  /** Tells other commands where the owner answers; call it once the socket listens. */
  announce(startedAt: string, url: string | null): void {
    if (process.platform !== 'win32') chmodSync(this.socket, 0o600)
    writeOwner(this.directory, { pid: process.pid, socket: this.socket, started_at: startedAt, url })
  }

  /** Gives the folder back. Doing it twice is doing it once: what is there by then is the successor's. */
  [Symbol.dispose](): void {
    if (this.#given) return
    this.#given = true
    try {
      removeOwner(this.directory)
    } finally {
      this.#lock[Symbol.dispose]()
    }
  }
}

/**
 * Who owns the folder now, as far as its file says.
 *
 * @throws CascadeError UNAVAILABLE when the file is there and cannot be read.
 */
export const findOwner = (path: string): FolderOwner | undefined => readOwner(path)

function prepare(path: string): string {
  try {
    if (makeFolder(path, 0o700)) keepOutOfGit(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return realpathSync(path)
  } catch (error) {
    throw unusable(path, error)
  }
}

/**
 * The folder holds the token and may lie in somebody's repository: nothing of it is ever added there by accident. Only
 * for a folder that was made just now: in one that was there before, Git would lose sight of what is not ours.
 */
const keepOutOfGit = (path: string): void => writeFileSync(join(path, '.gitignore'), '*\n', { mode: 0o600 })

/** Removes what an earlier owner left: whoever holds the lock knows that it is gone. Gives the path of the socket. */
function clear(directory: string): string {
  const socket = socketPath(directory)
  removeOwner(directory)
  if (process.platform !== 'win32') rmSync(socket, { force: true })
  return socket
}

function inUse(directory: string): CascadeError {
  const owner = readOwner(directory)
  const who = owner
    ? `process ${owner.pid} owns ${directory} since ${owner.started_at}`
    : `another process is just opening ${directory}`
  return new CascadeError('DATA_FOLDER_IN_USE', `One process at a time: ${who}.`, {
    extensions: owner ? { owner } : {},
  })
}

const unusable = (path: string, cause: unknown): CascadeError =>
  new CascadeError(
    'UNAVAILABLE',
    `The data folder ${path} cannot be used: ${messageOf(cause)}. Name another with --data.`,
    { cause },
  )
