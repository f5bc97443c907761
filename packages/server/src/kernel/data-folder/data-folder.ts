import { chmodSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { CascadeError, messageOf } from '#base'
import type { AcquireFolderLock, FolderLock } from './folder-lock.ts'
import { type FolderOwner, readOwner, removeOwner, writeOwner } from './owner-file.ts'
import { socketPath } from './socket-path.ts'

/** The data folder in the hands of its one owner. */
export class DataFolder implements Disposable {
  readonly directory: string
  /** Where the owner listens; nothing of an earlier owner is left there. */
  readonly socket: string
  readonly #lock: FolderLock

  private constructor(directory: string, lock: FolderLock) {
    this.directory = directory
    this.#lock = lock
    this.socket = socketPath(directory)
    // Safe while the lock is held: whoever listened here before is gone.
    removeOwner(directory)
    if (process.platform !== 'win32') rmSync(this.socket, { force: true })
  }

  /**
   * Makes the folder where it is missing (readable by its user alone) and takes it.
   *
   * @throws CascadeError DATA_FOLDER_IN_USE with the owner's process id and address in `extensions`, UNAVAILABLE when
   * the folder cannot be made or written.
   */
  static open(path: string, acquire: AcquireFolderLock): DataFolder {
    const directory = prepare(path)
    const lock = acquire(directory)
    if (lock.held) return new DataFolder(directory, lock)
    const owner = readOwner(directory)
    const who = owner
      ? `process ${owner.pid} owns ${directory} since ${owner.started_at}`
      : `another process is just opening ${directory}`
    throw new CascadeError('DATA_FOLDER_IN_USE', `One process at a time: ${who}.`, {
      extensions: owner ? { owner } : {},
    })
  }

  /** Tells other commands where the owner answers; call it once the socket listens. */
  announce(startedAt: string, url: string | null): void {
    if (process.platform !== 'win32') chmodSync(this.socket, 0o600)
    writeOwner(this.directory, { pid: process.pid, socket: this.socket, started_at: startedAt, url })
  }

  [Symbol.dispose](): void {
    removeOwner(this.directory)
    this.#lock[Symbol.dispose]()
  }
}

/** Who owns the folder now, as far as its file says. */
export function findOwner(path: string): FolderOwner | undefined {
  try {
    return readOwner(realpathSync(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
}

function prepare(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    return realpathSync(path)
  } catch (error) {
    throw new CascadeError(
      'UNAVAILABLE',
      `The data folder ${path} cannot be made: ${messageOf(error)}. Name another with --data.`,
      { cause: error },
    )
  }
}
