import { rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { backup } from 'node:sqlite'
import { CascadeError, makeFolder } from '#base'
import {
  type ChainPlace,
  handOut,
  KeyRing,
  type SealedFile,
  type SealedHeader,
  type SealedKind,
  sealFile,
} from '../vault/index.ts'
import type { Database } from './database.ts'

/** Pages copied between two looks at the event loop: 2 MiB. */
const PAGES_PER_STEP = 256
/** Folder in the data folder for what lies there in the clear while it is sealed or opened; emptied at each start. */
export const SEALING_FOLDER = 'sealing'

export interface BackupRequest {
  /** The file that is to appear; what is there under its name is replaced. */
  readonly file: string
  /** The data folder, for the copy that is sealed. */
  readonly directory: string
  /** Folder of the ring. */
  readonly keys: string
  readonly kind: Exclude<SealedKind, 'segment'>
  readonly id: string
  readonly keyId: string
  /** Group of the ring that the key goes into. */
  readonly group: string
  /** RFC 3339. */
  readonly madeAt: string
  /** File for a copy of the key, where the person wants one. */
  readonly keyFile?: string
  readonly chain?: ChainPlace
}

export interface WrittenBackup extends SealedFile {
  readonly header: SealedHeader
}

type Progress = (done: number, total: number) => void

/**
 * Copies the store, as it is at one moment, into a sealed file while it is in use. The file appears under its name only
 * when it is complete and on the disk; its user alone reads it.
 *
 * A copy in the clear lies in the data folder meanwhile, which holds the same in the clear anyway.
 *
 * @throws CascadeError STORAGE_FULL before anything is written when there is no room for that copy.
 */
export async function writeBackup(
  database: Database,
  request: BackupRequest,
  onProgress: Progress,
): Promise<WrittenBackup> {
  const draft = draftFor(request.directory, request.id)
  assertRoom(request.directory, bytesOf(database))
  try {
    const sequence = await copy(database, draft, (done, total) => onProgress(done, 2 * total))
    const total = statSync(draft).size
    return sealBackup(draft, sequence, request, (done) => onProgress(total + done, 2 * total))
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Seals a file of the store under a new key. @throws the system's error; neither file nor key is there then. */
export function sealBackup(
  from: string,
  sequence: number,
  request: BackupRequest,
  onProgress: (bytes: number) => void = () => undefined,
): WrittenBackup {
  const { file, keys, keyFile, group, directory: _, ...named } = request
  const header: SealedHeader = { ...named, keys, sequence }
  const ring = new KeyRing(keys)
  const copyOfKey = { handedOut: keyFile !== undefined, ...(keyFile !== undefined && { keyFile }) }
  const key = ring.create(group, { ...named, place: file, sequence, ...copyOfKey })
  try {
    if (keyFile !== undefined) handOut(key, named.keyId, keyFile)
    return { ...sealFile(from, file, { header, key }, onProgress), header }
  } catch (error) {
    if (named.kind === 'backup') ring.forget(group)
    throw error
  }
}

/** A private file that is gone at the next start, whatever becomes of this process. */
export function draftFor(directory: string, id: string): string {
  const folder = join(directory, SEALING_FOLDER)
  makeFolder(folder, 0o700)
  return join(folder, id)
}

/** @throws CascadeError STORAGE_FULL when fewer bytes are free where `path` lies. */
export function assertRoom(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(path)
  if (bavail * bsize >= bytes) return
  throw new CascadeError(
    'STORAGE_FULL',
    `${bytes} bytes are needed at ${path} for a moment, and ${bavail * bsize} are free. Nothing was written.`,
  )
}

const bytesOf = (database: Database): number =>
  database.get<{ bytes: number }>('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
    ?.bytes ?? 0

/**
 * The transaction that is held open all the while is what lets the copy finish: without it every commit by the writer
 * would make it begin again.
 *
 * @returns the newest leaf in the copy.
 * @see https://www.sqlite.org/backup.html
 */
async function copy(database: Database, draft: string, onProgress: Progress): Promise<number> {
  database.exec('BEGIN')
  try {
    const head = database.get<{ head: number }>('SELECT coalesce(max(sequence), -1) AS head FROM leaves')?.head ?? -1
    const pages = await backup(database.connection, draft, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) => onProgress(totalPages - remainingPages, totalPages),
    })
    onProgress(pages, pages)
    return head
  } finally {
    database.exec('COMMIT')
  }
}
