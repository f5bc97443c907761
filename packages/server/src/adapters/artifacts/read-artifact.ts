import { constants } from 'node:fs'
import { type FileHandle, open, opendir, readlink, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ARTIFACT_LIMITS } from '@forge-cascade/contract'
import { CascadeError, isCascadeError, isErrno, unreadable } from '#base'
import { type Artifact, createArtifact } from '#verification'

const { filesMax, bytesMax, depthMax } = ARTIFACT_LIMITS

/** What has been read of an artifact until now. */
interface Reading {
  readonly files: { readonly path: string; readonly bytes: Uint8Array }[]
  readonly problems: string[]
  readonly signal: AbortSignal
  entries: number
  size: number
}

/**
 * Reads a file or a folder whole, once: what follows looks at these bytes, whatever happens on the disk meanwhile. Links are
 * not followed, and neither are devices or pipes opened; each is a problem of the artifact. The path that was asked for may
 * itself be a link.
 *
 * @throws CascadeError SOURCE_UNREADABLE for what cannot be read, UNPROCESSABLE for what is too large to be an artifact.
 *   Rejects with the reason of the signal when it is aborted.
 */
export async function readArtifact(path: string, signal: AbortSignal): Promise<Artifact> {
  const reading: Reading = { files: [], problems: [], signal, entries: 0, size: 0 }
  try {
    const root = await realpath(path)
    const found = await stat(root)
    if (found.isDirectory()) await readFolder(reading, root, [])
    else if (found.isFile()) await readFile(reading, root, basename(path))
    else throw new CascadeError('SOURCE_UNREADABLE', `${path} is neither a file nor a folder.`)
  } catch (error) {
    signal.throwIfAborted()
    if (isCascadeError(error)) throw error
    throw unreadable(path, error)
  }
  return createArtifact(reading.files, reading.problems)
}

/** @param parts names from the root to this folder. */
async function readFolder(reading: Reading, root: string, parts: readonly string[]): Promise<void> {
  for await (const entry of await opendir(join(root, ...parts))) {
    reading.signal.throwIfAborted()
    if (++reading.entries > filesMax)
      throw new CascadeError('UNPROCESSABLE', `An artifact has at most ${filesMax} files and folders; this has more.`)
    const path = [...parts, entry.name]
    // What Node could not read as UTF-8 leads to no file, or to another.
    if (entry.name.includes('\uFFFD')) reading.problems.push(`${said(path)} is not UTF-8`)
    else if (entry.isDirectory() && path.length >= depthMax) reading.problems.push(`${said(path)} lies too deep`)
    else if (entry.isDirectory()) await readFolder(reading, root, path)
    else if (entry.isFile()) await readFile(reading, join(root, ...path), path.join('/'))
    else reading.problems.push(`${said(path)} is ${entry.isSymbolicLink() ? 'a link' : 'no ordinary file'}`)
  }
}

const SAID_CHARACTERS = 100
const said = (path: readonly string[]): string =>
  JSON.stringify(path.join('/').slice(0, SAID_CHARACTERS).toWellFormed())

/** Not through a link in the last place, and without waiting for somebody to write into a pipe. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

async function readFile(reading: Reading, place: string, path: string): Promise<void> {
  const file = await openPlain(place)
  if (file === undefined) {
    reading.problems.push(`${said([path])} was replaced while it was read`)
    return
  }
  try {
    const { size } = await file.stat()
    if (reading.size + size > bytesMax)
      throw new CascadeError('UNPROCESSABLE', `An artifact has at most ${bytesMax} bytes; this has more.`)
    const bytes = await readUpTo(file, size + 1)
    reading.size += bytes.length
    if (bytes.length === size) reading.files.push({ path, bytes })
    else reading.problems.push(`${said([path])} changed while it was read`)
  } finally {
    await file.close()
  }
}

/** The file that lies at this very place; undefined where something else is there now, or a folder above became a link. */
async function openPlain(place: string): Promise<FileHandle | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(place, FLAGS)
    if ((await file.stat()).isFile() && (await isAt(file, place))) return file
  } catch (error) {
    if (!isErrno(error, 'ELOOP', 'EMLINK', 'ENOENT', 'ENOTDIR', 'ENXIO')) throw error
  }
  await file?.close()
  return undefined
}

/** What the kernel says of an open file does not change when a folder above is swapped. Others than Linux do not say it. */
const isAt = async ({ fd }: FileHandle, place: string): Promise<boolean> =>
  process.platform !== 'linux' || (await readlink(`/proc/self/fd/${fd}`)) === place

async function readUpTo(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await file.read(bytes, { offset: read })
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}
