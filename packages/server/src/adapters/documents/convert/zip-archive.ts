import { constants, crc32, inflateRawSync } from 'node:zlib'
import { CONVERSION_LIMITS } from './limits.ts'
import { UnfitDocument } from './unfit-document.ts'

interface ZipEntry {
  readonly method: number
  readonly isEncrypted: boolean
  readonly crc: number
  readonly packedSize: number
  readonly offset: number
}

/** Signatures and sizes of records. @see APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16 */
const END = { signature: 0x06054b50, size: 22, commentMax: 0xffff } as const
const CENTRAL = { signature: 0x02014b50, size: 46 } as const
const LOCAL = { signature: 0x04034b50, size: 30 } as const
const METHODS = { stored: 0, deflated: 8 } as const
const ENCRYPTED_BIT = 1

/**
 * The files of an archive, by name. Nothing is unpacked until it is asked for, an archive in it never, and no size that
 * the archive states is believed: bytes are counted as they come out.
 */
export class ZipArchive {
  readonly #bytes: Buffer
  readonly #entries: ReadonlyMap<string, ZipEntry>
  #left: number = CONVERSION_LIMITS.zipBytesMax

  /** @throws UnfitDocument when it is no archive, or has too many entries. */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#entries = readDirectory(this.#bytes)
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /**
   * The bytes of a file; nothing when there is none.
   *
   * @throws UnfitDocument when it is damaged, encrypted, or too large.
   */
  read(name: string): Buffer | undefined {
    const entry = this.#entries.get(name)
    if (!entry) return undefined
    if (entry.isEncrypted) throw new UnfitDocument('it is encrypted')
    const bytes = this.#unpack(entry, this.#packed(entry))
    if (crc32(bytes) !== entry.crc) throw damaged()
    this.#left -= bytes.byteLength
    return bytes
  }

  #packed({ offset, packedSize }: ZipEntry): Buffer {
    const bytes = this.#bytes
    if (offset + LOCAL.size > bytes.length || bytes.readUInt32LE(offset) !== LOCAL.signature) throw damaged()
    const start = offset + LOCAL.size + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
    if (start + packedSize > bytes.length) throw damaged()
    return bytes.subarray(start, start + packedSize)
  }

  #unpack({ method }: ZipEntry, packed: Buffer): Buffer {
    const maxOutputLength = Math.min(CONVERSION_LIMITS.partBytesMax, this.#left)
    if (method === METHODS.stored && packed.byteLength <= maxOutputLength) return packed
    if (method === METHODS.stored || maxOutputLength <= 0) throw tooLarge()
    if (method !== METHODS.deflated) throw new UnfitDocument('it is packed in a way that is not read')
    try {
      return inflateRawSync(packed, { maxOutputLength, finishFlush: constants.Z_FINISH })
    } catch (error) {
      throw error instanceof RangeError ? tooLarge() : damaged()
    }
  }
}

const damaged = (): UnfitDocument => new UnfitDocument('it is damaged or cut off')
const tooLarge = (): UnfitDocument =>
  new UnfitDocument(
    `it unpacks to more than ${CONVERSION_LIMITS.partBytesMax} bytes in one part or ${CONVERSION_LIMITS.zipBytesMax} in all`,
  )

function readDirectory(bytes: Buffer): ReadonlyMap<string, ZipEntry> {
  const end = findEnd(bytes)
  const [size, start] = [bytes.readUInt32LE(end + 12), bytes.readUInt32LE(end + 16)]
  if (start + size > end) throw damaged()
  const entries = new Map<string, ZipEntry>()
  let count = 0
  for (let at = start; at + CENTRAL.size <= start + size; ) {
    if (bytes.readUInt32LE(at) !== CENTRAL.signature) throw damaged()
    if (++count > CONVERSION_LIMITS.zipEntriesMax)
      throw new UnfitDocument(`it holds more than ${CONVERSION_LIMITS.zipEntriesMax} files`)
    const nameEnd = at + CENTRAL.size + bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + CENTRAL.size, nameEnd)
    // Of two files with one name the first counts, for every reader of this archive.
    if (!entries.has(name)) entries.set(name, readEntry(bytes, at))
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return entries
}

const readEntry = (bytes: Buffer, at: number): ZipEntry => ({
  isEncrypted: (bytes.readUInt16LE(at + 8) & ENCRYPTED_BIT) !== 0,
  method: bytes.readUInt16LE(at + 10),
  crc: bytes.readUInt32LE(at + 16),
  packedSize: bytes.readUInt32LE(at + 20),
  offset: bytes.readUInt32LE(at + 42),
})

/** The last record, which a comment may follow. */
function findEnd(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END.size - END.commentMax)
  for (let at = bytes.length - END.size; at >= first; at--) {
    if (bytes.readUInt32LE(at) === END.signature) return at
  }
  throw damaged()
}
