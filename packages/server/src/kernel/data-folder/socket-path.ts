import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CascadeError, sha256Hex } from '#base'

/** What fits into `sun_path` of a unix socket address everywhere (macOS: 104 bytes with the final zero). */
export const PATH_BYTES_MAX = 100
const FILE = 'socket'

export interface SocketPathOptions {
  readonly platform?: NodeJS.Platform
  /** Where temporary files lie. */
  readonly temporary?: string
}

/**
 * Where the owner of a folder listens for its clients: inside the folder, or, where that path is too long for a socket,
 * in a private folder among the temporary files, which is made. On Windows it is a named pipe.
 *
 * @param directory absolute and real: one folder has one path.
 * @throws CascadeError UNAVAILABLE when the private folder is not the user's alone, or its path is too long as well.
 */
export function socketPath(
  directory: string,
  { platform = process.platform, temporary = tmpdir() }: SocketPathOptions = {},
): string {
  const key = sha256Hex(directory).slice(0, 16)
  if (platform === 'win32') return `\\\\.\\pipe\\cascade-${key}`
  const inside = join(directory, FILE)
  if (fits(inside)) return inside
  const folder = join(temporary, `cascade-${process.getuid?.() ?? 0}-${key}`)
  if (!fits(join(folder, FILE))) throw unusable(directory, `${folder} is too long as well; set TMPDIR to a short path`)
  if (!lstatSync(folder, { throwIfNoEntry: false })) mkdirSync(folder, { mode: 0o700 })
  if (!isPrivate(folder)) throw unusable(directory, `${folder} is not a folder of this user alone; remove it`)
  return join(folder, FILE)
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= PATH_BYTES_MAX

/**
 * Anyone may make a folder or a link of this name among the temporary files, and would own the socket in it. Once it is
 * ours the sticky bit of the folder above keeps it so.
 */
function isPrivate(folder: string): boolean {
  const found = lstatSync(folder)
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
}

const unusable = (directory: string, why: string): CascadeError =>
  new CascadeError('UNAVAILABLE', `The path ${directory} is too long for a socket, and ${why}.`)
