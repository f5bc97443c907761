import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, renameSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CascadeError, fileTrouble, isCascadeError, isErrno, makeFolder } from '#base'
import { CHECKPOINT_PATH, type PublishedSource, publishLog, type ReadPublished } from '#ledger'
import { syncFolder } from '../vault/index.ts'

/** What a published log has at its top. */
const NAMES = new Set([CHECKPOINT_PATH, 'tile'])
/** A full bundle of the longest entries; the other files are shorter. */
const LONGEST_FILE = 256 * (2 + 65_535)
/** Files that are brought to the disk at once. */
const SYNCED_AT_ONCE = 16

/**
 * Writes a log into a folder, as it can be served. A folder with an older publication of the same log is brought up to date;
 * who reads meanwhile finds the one or the other. The checkpoint is written when all that it speaks of is on the disk.
 *
 * @param onProgress told in entries.
 * @throws CascadeError CONFLICT when the folder holds anything else, UNPROCESSABLE where no folder can be or this user may not
 *   write, UNAVAILABLE or STORAGE_FULL when it cannot be written, DATA_CORRUPT as `publishLog`.
 */
export async function publishToFolder(
  source: PublishedSource,
  directory: string,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const written: string[] = []
  try {
    makeFolder(directory)
    requireOwn(directory, source.checkpoint.origin)
    await publishLog(
      source,
      async (path, bytes) => {
        if (path === CHECKPOINT_PATH) await syncAll(directory, written.splice(0))
        written.push(await put(join(directory, path), bytes))
      },
      onProgress,
    )
    await syncAll(directory, written)
  } catch (error) {
    throw unwritable(directory, error)
  }
}

/** The files of a log that was published to a folder. Of a file that is longer than any may be, the beginning is enough. */
export function createPublishedReader(directory: string): ReadPublished {
  return async (path) => {
    try {
      return readBeginning(join(directory, path))
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined
      throw new CascadeError('UNAVAILABLE', `${path} of the published log: ${fileTrouble(error)}`, { cause: error })
    }
  }
}

/** A folder that is empty, or holds an earlier publication of this log; one that was cut short has no checkpoint yet. */
function requireOwn(directory: string, origin: string): void {
  const others = readdirSync(directory).filter((name) => !NAMES.has(name.replace(/\.new$/, '')))
  const path = join(directory, CHECKPOINT_PATH)
  const before = existsSync(path) ? readBeginning(path) : undefined
  const isOurs = before === undefined || Buffer.from(before).toString('utf8').startsWith(`${origin}\n`)
  if (others.length === 0 && isOurs) return
  const what = isOurs ? `${others[0]}, which is no part of a published log` : 'another log'
  throw new CascadeError('CONFLICT', `the folder ${directory} holds ${what}: a log is published to one of its own`)
}

/** Writes a file beside its place and moves it there, so that no reader finds half of it. */
async function put(path: string, bytes: Uint8Array): Promise<string> {
  makeFolder(dirname(path))
  const draft = `${path}.new`
  const file = await open(draft, 'w')
  try {
    await file.writeFile(bytes)
  } finally {
    await file.close()
  }
  renameSync(draft, path)
  return path
}

/** Brings files to the disk, then the names in the folders that they lie in. */
async function syncAll(directory: string, paths: readonly string[]): Promise<void> {
  for (let at = 0; at < paths.length; at += SYNCED_AT_ONCE)
    await Promise.all(paths.slice(at, at + SYNCED_AT_ONCE).map(sync))
  for (const folder of foldersOf(directory, paths)) syncFolder(folder)
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The folders of the files, and those above them up to the published one. */
function foldersOf(directory: string, paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set([directory])
  for (const path of paths)
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder)
  return folders
}

function readBeginning(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(Math.min(fstatSync(file).size, LONGEST_FILE + 1))
    let read = 0
    for (let more = -1; more !== 0 && read < bytes.length; read += more) more = readSync(file, bytes, { offset: read })
    return bytes.subarray(0, read)
  } finally {
    closeSync(file)
  }
}

/** What a name is to blame for, and trying again does not mend. */
const WRONG = ['EEXIST', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'EROFS', 'ELOOP', 'ENAMETOOLONG'] as const

function unwritable(directory: string, cause: unknown): unknown {
  if (isCascadeError(cause)) return cause
  const code = isErrno(cause, 'ENOSPC', 'EDQUOT')
    ? 'STORAGE_FULL'
    : isErrno(cause, ...WRONG)
      ? 'UNPROCESSABLE'
      : 'UNAVAILABLE'
  return new CascadeError(code, `the log cannot be published to ${directory}: ${fileTrouble(cause)}`, { cause })
}
