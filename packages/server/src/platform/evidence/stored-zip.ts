import { crc32 } from 'node:zlib'
import { EVIDENCE_LIMITS } from '@forge-cascade/contract'
import { isSameBytes } from '#base'

/** A file of an archive. */
export interface ZipFile {
  /** As `isZipPath` has it. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** What an archive holds, or where it is not as this module writes one. */
export type ReadZip =
  | { readonly ok: true; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly ok: false; readonly path?: string; readonly reason: string }

interface Stored {
  readonly path: string
  readonly crc: number
  readonly size: number
  /** Where its header begins. */
  readonly offset: number
}

/** Sizes and signatures of records. @see APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16 */
const LOCAL = { bytes: 30, mark: 0x04034b50, crcAt: 14, sizeAt: 18, pathAt: 26 } as const
const CENTRAL = { bytes: 46, mark: 0x02014b50 } as const
const END = { bytes: 22, mark: 0x06054b50 } as const
/** Version 1.0 of the format is all that a stored file needs. */
const VERSION = 10
/** Midnight of the first day that the format knows: equal files make equal archives. */
const FIRST_DAY = 0x0021
/** Made on a Unix, a regular file that all may read and its owner may write. */
const MADE_BY = (3 << 8) | VERSION
const MODE = 0o100644
/** All of them fit without the 64-bit form. */
const { filesMax, bytesMax, pathLengthMax } = EVIDENCE_LIMITS
const PATH = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/

/** Other programs write the same files in another way. */
const PACKED_ANEW = 'if it was packed anew, unpack it and verify the folder'

/** Paths that mean the same file below the folder of their archive on every system: no `..`, no `/` at the beginning. */
export const isZipPath = (path: string): boolean =>
  path.length <= pathLengthMax && PATH.test(path) && !path.includes('..')

/**
 * Writes files as a zip archive, one by one, none of them compressed. The same files in the same order are the same bytes.
 *
 * @see docs/decisions/0018-evidence-bundles.md
 */
export class ZipWriter {
  readonly #stored: Stored[] = []
  #length = 0

  /** What comes next for a file. @throws RangeError for a path that is none, and for more than an archive can hold. */
  add({ path, bytes }: ZipFile): Uint8Array {
    const stored = { path, crc: crc32(bytes), size: bytes.length, offset: this.#length }
    const piece = Buffer.concat([localHeader(stored), bytes])
    this.#length += piece.length
    if (!isZipPath(path) || this.#stored.length === filesMax || this.#length > bytesMax)
      throw new RangeError(`${path} does not fit in the archive`)
    this.#stored.push(stored)
    return piece
  }

  /** What comes last. */
  end(): Uint8Array {
    return directoryOf(this.#stored, this.#length)
  }
}

/**
 * Reads what `ZipWriter` writes and nothing else: every byte of an archive follows from its files, so that one that says
 * two things, is packed anew, or differs in a single byte is refused. Nothing is unpacked, so nothing grows.
 */
export function readZip(archive: Uint8Array): ReadZip {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  const files = new Map<string, Uint8Array>()
  const stored: Stored[] = []
  let offset = 0
  while (bytes.length - offset >= LOCAL.bytes && bytes.readUInt32LE(offset) === LOCAL.mark) {
    const found = readFile(bytes, offset)
    if (typeof found === 'string') return { ok: false, ...placeOf(stored), reason: found }
    const { path, content, crc } = found
    if (files.has(path)) return { ok: false, path, reason: 'it is there twice' }
    if (crc32(content) !== crc) return { ok: false, path, reason: 'its bytes are not those that its checksum tells of' }
    files.set(path, content)
    stored.push({ path, crc, size: content.length, offset })
    if (stored.length > filesMax) return { ok: false, reason: `it holds more than ${filesMax} files` }
    offset += LOCAL.bytes + path.length + content.length
  }
  if (stored.length === 0) return { ok: false, reason: 'it does not begin as an evidence bundle does' }
  if (isSameBytes(bytes.subarray(offset), directoryOf(stored, offset))) return { ok: true, files }
  const reason = `what follows the last file is not the directory of these files; ${PACKED_ANEW}`
  return { ok: false, ...placeOf(stored), reason }
}

/** Where damage between two files is: behind the one before. */
const placeOf = (stored: readonly Stored[]): { path?: string } => {
  const path = stored.at(-1)?.path
  return path === undefined ? {} : { path }
}

/** The file whose header begins at an offset; a sentence where that is none of ours. */
function readFile(bytes: Buffer, offset: number): { path: string; content: Uint8Array; crc: number } | string {
  const crc = bytes.readUInt32LE(offset + LOCAL.crcAt)
  const size = bytes.readUInt32LE(offset + LOCAL.sizeAt)
  const pathEnd = offset + LOCAL.bytes + bytes.readUInt16LE(offset + LOCAL.pathAt)
  if (pathEnd + size > bytes.length) return 'the archive is cut off'
  const path = bytes.toString('latin1', offset + LOCAL.bytes, pathEnd)
  if (path.endsWith('/')) return `a folder follows, and a bundle has none; ${PACKED_ANEW}`
  if (!isZipPath(path)) return 'a path that follows is none that a bundle has'
  if (!isSameBytes(bytes.subarray(offset, pathEnd), localHeader({ path, crc, size })))
    return `the header of ${path} is not as it is written; ${PACKED_ANEW}`
  return { path, content: bytes.subarray(pathEnd, pathEnd + size), crc }
}

function localHeader({ path, crc, size }: Omit<Stored, 'offset'>): Buffer {
  const header = Buffer.alloc(LOCAL.bytes)
  header.writeUInt32LE(LOCAL.mark)
  writeCommon(header.subarray(4), { path, crc, size })
  return Buffer.concat([header, Buffer.from(path, 'latin1')])
}

/** The fields that both headers of a file have, in the same order. */
function writeCommon(into: Buffer, { path, crc, size }: Omit<Stored, 'offset'>): void {
  into.writeUInt16LE(VERSION, 0)
  into.writeUInt16LE(FIRST_DAY, 8)
  into.writeUInt32LE(crc, 10)
  into.writeUInt32LE(size, 14)
  into.writeUInt32LE(size, 18)
  into.writeUInt16LE(path.length, 22)
}

function centralHeader(stored: Stored): Buffer {
  const header = Buffer.alloc(CENTRAL.bytes)
  header.writeUInt32LE(CENTRAL.mark)
  header.writeUInt16LE(MADE_BY, 4)
  writeCommon(header.subarray(6), stored)
  header.writeUInt32LE(MODE * 2 ** 16, 38)
  header.writeUInt32LE(stored.offset, 42)
  return Buffer.concat([header, Buffer.from(stored.path, 'latin1')])
}

function directoryOf(stored: readonly Stored[], offset: number): Buffer {
  const directory = Buffer.concat(stored.map(centralHeader))
  const end = Buffer.alloc(END.bytes)
  end.writeUInt32LE(END.mark)
  end.writeUInt16LE(stored.length, 8)
  end.writeUInt16LE(stored.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([directory, end])
}
