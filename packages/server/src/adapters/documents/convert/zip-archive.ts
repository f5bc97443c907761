import { constants, crc32, inflateRawSync } from 'node:zlib'
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'
import { messageOf } from '#base'
import { CONVERSION_LIMITS } from './limits.ts'
import { UnfitDocument } from './unfit-document.ts'

/** A file of the archive, and where its packed bytes begin. */
interface PlacedEntry {
  readonly entry: Entry
  readonly start: number
}

/** The last record, and the fixed part of one in the directory. @see APPNOTE.TXT 6.3.10, sections 4.3.12 and 4.3.16 */
const END = { size: 22, directorySizeAt: 12, elsewhere: 0xffffffff } as const
const CENTRAL_SIZE = 46
const METHODS = { stored: 0, deflated: 8 } as const

/**
 * The files of an archive, by name. yauzl reads the directory, and refuses what contradicts itself there. Nothing is
 * unpacked until it is asked for, an archive in it never, and no size that the archive states is believed: bytes are
 * counted as they come out.
 */
export class ZipArchive {
  readonly #bytes: Buffer
  readonly #entries: ReadonlyMap<string, PlacedEntry>
  #left: number = CONVERSION_LIMITS.zipBytesMax

  private constructor(bytes: Buffer, entries: ReadonlyMap<string, PlacedEntry>) {
    this.#bytes = bytes
    this.#entries = entries
  }

  /** @throws UnfitDocument when it is no archive, contradicts itself, or has too many entries. */
  static async open(bytes: Uint8Array): Promise<ZipArchive> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new ZipArchive(buffer, await readDirectory(buffer))
  }

  /**
   * The bytes of a file; nothing when there is none.
   *
   * @throws UnfitDocument when it is damaged, encrypted, or too large.
   */
  read(name: string): Buffer | undefined {
    const placed = this.#entries.get(name)
    if (!placed) return undefined
    const { entry } = placed
    if (entry.isEncrypted()) throw encrypted()
    const bytes = this.#unpack(placed)
    if (bytes.byteLength !== entry.uncompressedSize || crc32(bytes) !== entry.crc32) throw damaged()
    this.#left -= bytes.byteLength
    return bytes
  }

  #unpack({ entry, start }: PlacedEntry): Buffer {
    const { compressionMethod: method, compressedSize } = entry
    const packed = this.#bytes.subarray(start, start + compressedSize)
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
const encrypted = (): UnfitDocument => new UnfitDocument('it is encrypted')
const tooLarge = (): UnfitDocument =>
  new UnfitDocument(
    `it unpacks to more than ${CONVERSION_LIMITS.partBytesMax} bytes in one part or ${CONVERSION_LIMITS.zipBytesMax} in all`,
  )

async function readDirectory(bytes: Buffer): Promise<ReadonlyMap<string, PlacedEntry>> {
  try {
    // As bytes, names are looked up and nothing else: one that leads out of the archive names nothing.
    const zip = await fromBufferPromise(bytes, { decodeStrings: false })
    const entries = await listEntries(zip)
    const placed = await place(zip, entries)
    if (!isWhole(bytes, zip, entries) || overlaps(placed)) throw damaged()
    // Of two files with one name the first counts, for every reader of this archive.
    return new Map(placed.toReversed().map((each) => [each.entry.fileNameRaw.toString('utf8'), each]))
  } catch (error) {
    throw asReason(error)
  }
}

async function listEntries(zip: ZipFile): Promise<readonly Entry[]> {
  if (zip.entryCount > CONVERSION_LIMITS.zipEntriesMax)
    throw new UnfitDocument(`it holds more than ${CONVERSION_LIMITS.zipEntriesMax} files`)
  const entries: Entry[] = []
  for await (const entry of zip.eachEntry()) entries.push(entry)
  return entries
}

/**
 * True where the directory is as long as the archive tells. It was read by the number of its files; where its size tells of
 * more, another reader would find another archive in the same bytes. In the 64-bit form the size stands elsewhere.
 */
function isWhole(bytes: Buffer, { comment }: ZipFile, entries: readonly Entry[]): boolean {
  const told = bytes.readUInt32LE(bytes.byteLength - comment.length - END.size + END.directorySizeAt)
  return told === END.elsewhere || told === entries.reduce((sum, entry) => sum + directorySizeOf(entry), 0)
}

const directorySizeOf = ({ fileNameLength, extraFieldLength, fileCommentLength }: Entry): number =>
  CENTRAL_SIZE + fileNameLength + extraFieldLength + fileCommentLength

const place = (zip: ZipFile, entries: readonly Entry[]): Promise<readonly PlacedEntry[]> =>
  Promise.all(
    entries.map(async (entry) => ({
      entry,
      start: (await zip.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart,
    })),
  )

/** Files that share bytes are how a small archive claims to hold a large one. */
function overlaps(placed: readonly PlacedEntry[]): boolean {
  let end = 0
  for (const { entry, start } of placed.toSorted((a, b) => a.start - b.start)) {
    if (entry.relativeOffsetOfLocalHeader < end) return true
    end = start + entry.compressedSize
  }
  return false
}

/** What yauzl throws is about the bytes, but for what the engine throws when memory ends. */
function asReason(error: unknown): unknown {
  if (error instanceof UnfitDocument || !(error instanceof Error) || error instanceof RangeError) return error
  return messageOf(error).includes('encryption') ? encrypted() : damaged()
}
