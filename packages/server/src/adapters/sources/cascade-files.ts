import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { CAPSULE_LIMITS, type ExportFile, type ExportManifest } from '@forge-cascade/contract'
import { CascadeError, messageOf, sha256Hex } from '#base'
import {
  EXPORT_UNFINISHED,
  exportPathKind,
  HEAD_BYTES_MAX,
  MANIFEST_BYTES_MAX,
  MANIFEST_FILE,
  parseManifest,
  UNFINISHED_FILE,
} from '../../domain/capsules/export/index.ts'
import { filePieces } from './file-pieces.ts'
import { decode } from './file-text.ts'
import { isInside, readRegularFile } from './read-regular-file.ts'

/** A head and a content, each at its limit. */
export const FILE_BYTES_MAX = HEAD_BYTES_MAX + CAPSULE_LIMITS.contentBytesMax
const FILES_NAMED_MAX = 10
const UNFINISHED_BYTES_MAX = 1024

/** True for a folder that an export was written into, also where it did not come to its end. */
export async function isExport(folder: string): Promise<boolean> {
  if (await isUnfinished(folder)) return true
  const read = await readRegularFile(join(folder, MANIFEST_FILE), folder, MANIFEST_BYTES_MAX)
  // What only looks like one is read as a folder; the name of the format stands at the beginning.
  return (
    'bytes' in read &&
    read.bytes !== undefined &&
    Buffer.from(read.bytes.subarray(0, 200)).includes('"forge-cascade-export"')
  )
}

async function isUnfinished(folder: string): Promise<boolean> {
  const read = await readRegularFile(join(folder, UNFINISHED_FILE), folder, UNFINISHED_BYTES_MAX)
  return 'bytes' in read && read.bytes !== undefined && decode(read.bytes) === EXPORT_UNFINISHED
}

/** @throws CascadeError UNPROCESSABLE for a manifest that is none. */
export async function readManifest(root: string): Promise<ExportManifest> {
  if (await isUnfinished(root)) throw unfit('it is an export that did not come to its end; export again.')
  const read = await readRegularFile(join(root, MANIFEST_FILE), root, MANIFEST_BYTES_MAX)
  if ('reason' in read)
    throw unfit(`it has no ${MANIFEST_FILE} that could be read (${read.reason}); an export writes it last.`)
  const text = read.bytes && decode(read.bytes)
  if (text === undefined) throw unfit(`its ${MANIFEST_FILE} is too large, or no UTF-8 text.`)
  return parseManifest(text)
}

/**
 * Compares every file with what the manifest says of it.
 *
 * @param acceptChanges lets the newest version of a capsule be another; all else must be as it was written.
 * @returns the files that are another.
 * @throws CascadeError UNPROCESSABLE naming files that are not as they were written.
 */
export async function checkExport(
  root: string,
  { files }: ExportManifest,
  acceptChanges: boolean,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const changed = new Set<string>()
  const wrong: string[] = []
  for (const file of files) {
    signal.throwIfAborted()
    const problem = await findProblem(root, file)
    if (problem === undefined) continue
    if (problem === CHANGED && acceptChanges && exportPathKind(file.path) === 'capsule') changed.add(file.path)
    else wrong.push(`${file.path} (${problem})`)
  }
  if (wrong.length === 0) return changed
  const more = wrong.length > FILES_NAMED_MAX ? ` and ${wrong.length - FILES_NAMED_MAX} more` : ''
  const advice = acceptChanges
    ? ''
    : ' To take in what was changed by hand in capsules/, import with --accept-changes (over HTTP `accept_changes`).'
  throw unfit(
    `not as the export wrote it: ${wrong.slice(0, FILES_NAMED_MAX).join(', ')}${more}. Nothing was imported.${advice}`,
  )
}

const CHANGED = 'changed'

async function findProblem(root: string, { path, sha256, bytes }: ExportFile): Promise<string | undefined> {
  if (exportPathKind(path) === 'list') return findListProblem(root, path, sha256)
  const read = await readRegularFile(join(root, path), root, FILE_BYTES_MAX)
  if ('reason' in read) return read.reason
  if (read.bytes === undefined) return `more than ${FILE_BYTES_MAX} bytes`
  return read.size === bytes && sha256Hex(read.bytes) === sha256 ? undefined : CHANGED
}

async function findListProblem(root: string, path: string, sha256: string): Promise<string | undefined> {
  try {
    await using handle = await openInside(root, path)
    const hash = createHash('sha256')
    for await (const piece of filePieces(handle)) hash.update(piece)
    return hash.digest('hex') === sha256 ? undefined : CHANGED
  } catch (error) {
    return messageOf(error)
  }
}

/** A list of the export; undefined where the export has none. */
export async function openListed(
  root: string,
  { files }: ExportManifest,
  path: string,
): Promise<FileHandle | undefined> {
  return files.some((file) => file.path === path) ? openInside(root, path) : undefined
}

/** @throws CascadeError UNPROCESSABLE for what is no regular file inside the folder. */
async function openInside(root: string, path: string): Promise<FileHandle> {
  const real = await realpath(join(root, path))
  if (!isInside(real, root) || !(await lstat(real)).isFile()) throw unfit(`${path} is no file of this folder`)
  return open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
}

const unfit = (reason: string): CascadeError => new CascadeError('UNPROCESSABLE', reason)
