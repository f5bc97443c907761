import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256Hex } from '#base'

/** What fits into `sun_path` of a unix socket address everywhere (macOS: 104 bytes with the final zero). */
const PATH_BYTES_MAX = 100

/**
 * Where the owner of a folder listens for its clients: inside the folder, or, where that path is too long for a socket,
 * in a private folder among the temporary files. On Windows it is a named pipe.
 */
export function socketPath(directory: string, platform: NodeJS.Platform = process.platform): string {
  const key = sha256Hex(directory).slice(0, 16)
  if (platform === 'win32') return `\\\\.\\pipe\\cascade-${key}`
  const inside = join(directory, 'socket')
  if (Buffer.byteLength(inside) <= PATH_BYTES_MAX) return inside
  const folder = join(tmpdir(), `cascade-${process.getuid?.() ?? 0}-${key}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return join(folder, 'socket')
}
