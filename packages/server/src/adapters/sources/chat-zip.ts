import { createRequire } from 'node:module'
import type * as Yauzl from 'yauzl'
import { CascadeError, lazy, messageOf } from '#base'
import type { RecordFile } from './chat-file.ts'

const require = createRequire(import.meta.url)
/** Needed for archives alone. What is required is as its types say. */
const yauzl = lazy(() => require('yauzl') as typeof Yauzl)

export const ENTRIES_MAX = 200_000
/** Text shrinks to a tenth; what shrinks to less than this was made to burst. */
export const RATIO_MAX = 200
/** Up to this a file may hold as little as it wants. */
export const RATIO_FREE_BYTES = 16 * 1024 * 1024

export interface ChatZip extends AsyncDisposable {
  readonly files: readonly RecordFile[]
}

/**
 * The files of a zip archive whose names are asked for, to be read as streams: nothing is written to the disk. The
 * library refuses names that lead out of the archive and entries that hold more than they say.
 *
 * @throws CascadeError SOURCE_UNREADABLE for what is no archive, or one that nobody may want to open.
 */
export async function openChatZip(path: string, isNamed: (name: string) => boolean): Promise<ChatZip> {
  const zip = await yauzl()
    .openPromise(path, { autoClose: false })
    .catch((cause) => {
      throw damaged(path, messageOf(cause), cause)
    })
  try {
    return { files: await listFiles(path, zip, isNamed), [Symbol.asyncDispose]: async () => zip.close() }
  } catch (cause) {
    zip.close()
    throw cause instanceof CascadeError ? cause : damaged(path, messageOf(cause), cause)
  }
}

async function listFiles(
  path: string,
  zip: Yauzl.ZipFile,
  isNamed: (name: string) => boolean,
): Promise<readonly RecordFile[]> {
  if (zip.entryCount > ENTRIES_MAX)
    throw damaged(path, `it has ${zip.entryCount} entries; at most ${ENTRIES_MAX} are read`)
  const files: RecordFile[] = []
  for await (const entry of zip.eachEntry()) {
    if (!isNamed(entry.fileName)) continue
    const reason = reasonAgainst(entry)
    if (reason !== undefined) throw damaged(path, `${entry.fileName} ${reason}`)
    files.push({ name: entry.fileName, bytes: entry.uncompressedSize, read: () => readEntry(zip, entry) })
  }
  return files
}

function reasonAgainst(entry: Yauzl.Entry): string | undefined {
  const { uncompressedSize, compressedSize } = entry
  if (entry.isEncrypted()) return 'is encrypted'
  if (!entry.canDecodeFileData()) return 'is compressed in a way that cannot be read'
  return uncompressedSize > RATIO_FREE_BYTES && uncompressedSize > compressedSize * RATIO_MAX
    ? `says to hold ${uncompressedSize} bytes in ${compressedSize}`
    : undefined
}

async function* readEntry(zip: Yauzl.ZipFile, entry: Yauzl.Entry): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const bytes of await zip.openReadStreamPromise(entry)) yield bytes
}

const damaged = (path: string, why: string, cause?: unknown): CascadeError =>
  new CascadeError('SOURCE_UNREADABLE', `${path} cannot be read as a zip archive: ${why}.`, { cause })
