import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, zstdDecompressSync } from 'node:zlib'

/** First bytes of a zstd frame. @see RFC 8878 section 3.1.1 */
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
/** What a frame that was found by its first bytes may unpack to, at most. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024

/** One place where a word was found. */
export interface Sighting {
  readonly file: string
  readonly word: string
  readonly offset: number
  /** True when it lay in a compressed frame that begins there. */
  readonly isPacked: boolean
}

/** Looks for words in every byte of every file of the folders: as they are, and in whatever zstd frames there are. */
export const scanFolders = (folders: readonly string[], words: readonly string[]): readonly Sighting[] =>
  folders.flatMap(listFiles).flatMap((file) => scanBytes(file, readFileSync(file), words))

/** As `scanFolders`, for bytes that are at hand; letter case does not matter. */
export function scanBytes(file: string, bytes: Buffer, words: readonly string[]): readonly Sighting[] {
  const found: Sighting[] = []
  const look = (where: Buffer, offset: number | undefined): void => {
    const text = where.toString('latin1').toLowerCase()
    for (const word of words) {
      const at = text.indexOf(Buffer.from(word).toString('latin1').toLowerCase())
      if (at !== -1) found.push({ file, word, offset: offset ?? at, isPacked: offset !== undefined })
    }
  }
  look(bytes, undefined)
  for (let at = bytes.indexOf(ZSTD_MAGIC); at !== -1; at = bytes.indexOf(ZSTD_MAGIC, at + 1)) {
    const unpacked = unpack(bytes.subarray(at))
    look(unpacked, at)
    // A frame in a frame: an archive of contents.
    for (const inner of unpacked.indexOf(ZSTD_MAGIC) === -1 ? [] : scanBytes(file, unpacked, words)) found.push(inner)
  }
  return found
}

/** Also the beginning of a frame that was cut. What is no frame gives nothing. */
function unpack(bytes: Buffer): Buffer {
  try {
    return zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: UNPACKED_BYTES_MAX })
  } catch {
    return Buffer.alloc(0)
  }
}

const listFiles = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) =>
    entry.isFile() ? join(entry.parentPath, entry.name) : [],
  )
