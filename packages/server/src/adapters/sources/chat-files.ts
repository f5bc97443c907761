import { constants, type Stats } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { CascadeError, unreadable } from '#base'
import type { RecordFile } from './chat-file.ts'
import { openChatZip } from './chat-zip.ts'
import { filePieces } from './file-pieces.ts'

export interface RecordFiles extends AsyncDisposable {
  /** Real path of what was opened. */
  readonly root: string
  /** In the order of their names. */
  readonly files: readonly RecordFile[]
}

/** All files of one source together. An export of years of talk has a tenth of it. */
export const RECORD_BYTES_MAX = 4 * 1024 ** 3
/** An export in parts has one for each hundred conversations or so. */
export const FILES_MAX = 10_000

/** As ChatGPT and Claude name them: one file, or since 2026 several with a number. */
const CONVERSATIONS = /(?:^|\/)conversations(?:-\d+)?\.json$/
const isConversations = (name: string): boolean => CONVERSATIONS.test(name) && !name.startsWith('__MACOSX/')

/**
 * The files of conversations in an archive or a folder, or the one file that was named, whatever its name.
 *
 * @throws CascadeError SOURCE_UNREADABLE.
 */
export async function openRecordFiles(path: string): Promise<RecordFiles> {
  const root = await realpath(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  const state = await stat(root)
  const found = await openFiles(root, state)
  const bytes = found.files.reduce((sum, file) => sum + file.bytes, 0)
  const reason = reasonAgainst(found.files.length, bytes)
  if (reason === undefined) return { ...found, root, files: found.files.toSorted(byName) }
  await found[Symbol.asyncDispose]()
  throw new CascadeError('SOURCE_UNREADABLE', `${path} ${reason}.`)
}

type Found = Pick<RecordFiles, 'files'> & AsyncDisposable

function openFiles(root: string, state: Stats): Promise<Found> | Found {
  if (state.isDirectory()) return listFolder(root)
  if (state.isFile() && /\.zip$/i.test(root)) return openChatZip(root, isConversations)
  if (state.isFile()) return held([fileAt(root, state.size)])
  throw new CascadeError('SOURCE_UNREADABLE', `${root} is neither a file nor a folder.`)
}

async function listFolder(root: string): Promise<Found> {
  const entries = await readdir(root, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile() && isConversations(entry.name)).map(({ name }) => name)
  return held(
    await Promise.all(names.map(async (name) => fileAt(join(root, name), (await stat(join(root, name))).size))),
  )
}

/** True for a folder in which the conversations of an export lie. */
export const holdsConversations = async (folder: string): Promise<boolean> =>
  (await listFolder(folder)).files.length > 0

const held = (files: readonly RecordFile[]): Found => ({
  files,
  // Files are open only while they are read.
  [Symbol.asyncDispose]: async () => undefined,
})

const fileAt = (path: string, bytes: number): RecordFile => ({
  name: basename(path),
  bytes,
  read: () => readPieces(path),
})

async function* readPieces(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause) => {
    throw unreadable(path, cause)
  })
  yield* filePieces(file)
}

function reasonAgainst(files: number, bytes: number): string | undefined {
  if (files === 0) return 'holds no conversations.json'
  if (files > FILES_MAX) return `holds ${files} files of conversations; at most ${FILES_MAX} are read`
  return bytes > RECORD_BYTES_MAX ? `holds ${bytes} bytes of records; at most ${RECORD_BYTES_MAX} are read` : undefined
}

/** By code unit, numbers by value: part 2 comes before part 10. */
const byName = (a: RecordFile, b: RecordFile): number => a.name.localeCompare(b.name, 'en', { numeric: true })

/** Enough to come past the summary of the first conversation. */
const SNIFFED_BYTES = 256 * 1024

/** The beginning of the first file, as text. @throws CascadeError SOURCE_UNREADABLE. */
export async function readBeginning(path: string): Promise<string> {
  await using found = await openRecordFiles(path)
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of found.files[0]?.read() ?? []) {
    pieces.push(piece)
    size += piece.byteLength
    if (size >= SNIFFED_BYTES) break
  }
  return Buffer.concat(pieces).toString('utf8', 0, SNIFFED_BYTES)
}
