import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { fileTrouble } from '#base'

/** `bytes` is absent for a file above the limit. Times in milliseconds since 1970. */
export type ReadFile =
  | { readonly bytes: Uint8Array | undefined; readonly size: number; readonly modifiedAt: number }
  | { readonly reason: string }

/** Never waits for a writer of a pipe, and never follows a link that was put there after the folder was listed. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW

/** A file that is being written is tried again this often, each time from its beginning. */
const ATTEMPTS = 3

/** Reads a regular file inside `root` as it is at one moment. */
export async function readRegularFile(path: string, root: string, bytesMax: number): Promise<ReadFile> {
  try {
    // The folders on the way may have become links since the walk; what is opened is what was resolved.
    const real = await realpath(path)
    if (!isInside(real, root)) return { reason: 'it leads out of the folder' }
    const handle = await open(real, FLAGS)
    try {
      return await readWhole(handle, bytesMax)
    } finally {
      await handle.close()
    }
  } catch (error) {
    return { reason: `it cannot be read: ${fileTrouble(error)}` }
  }
}

export const isInside = (real: string, root: string): boolean =>
  real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)

async function readWhole(handle: FileHandle, bytesMax: number): Promise<ReadFile> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await handle.stat()
    if (!before.isFile()) return { reason: 'it is no regular file' }
    if (before.size > bytesMax) return { bytes: undefined, size: before.size, modifiedAt: before.mtimeMs }
    const bytes = await readBytes(handle, bytesMax)
    const after = await handle.stat()
    if (bytes.byteLength === after.size && before.mtimeMs === after.mtimeMs)
      return { bytes, size: after.size, modifiedAt: after.mtimeMs }
  }
  return { reason: 'it is being written to; import again when it is at rest' }
}

/** At most one byte more than allowed, whatever the size is said to be. */
async function readBytes(handle: FileHandle, bytesMax: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(bytesMax, (await handle.stat()).size) + 1)
  let length = 0
  while (length < buffer.byteLength) {
    const { bytesRead } = await handle.read(buffer, length, buffer.byteLength - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}
