import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type LogPlace, RESTORED_NOTE, type RestoredNote } from '#backup'
import { CascadeError, type Clock, createUuidV7, isErrno, messageOf, systemRandom, toRfc3339 } from '#base'
import { DataFolder } from '#data-folder'
import {
  type DestroyedKey,
  KeyRing,
  readHandedOut,
  replaceDurably,
  SealedReader,
  syncFile,
  syncFolder,
  unsealFile,
} from '../vault/index.ts'
import { acquireFolderLock } from './folder-lock.ts'
import { MIGRATIONS } from './migrations.ts'
import { endChain } from './shipping/shipping-folder.ts'
import { clearRestoring, RESTORING_FILE, SET_ASIDE, settleRestoring } from './store-file.ts'
import { forgetTree } from './tree-rows.ts'
import { DATABASE_FILE, keysIn } from './writer-operations.ts'

export interface Restored {
  readonly path: string
  readonly bytes: number
  /** Index of the newest leaf in the backup, -1 for an empty store. */
  readonly sequence: number
  /** Folder that now holds what was there before; null when there was nothing. */
  readonly kept: string | null
}

export interface RestoreOptions {
  readonly clock: Clock
  /** Folder of keys; `keys` in the data folder unless given. The folder that the backup names is looked into as well. */
  readonly keys?: string
  /** File with the key, as `--with-key` wrote it. */
  readonly keyFile?: string
}

/** The files of a store; the last two exist while it is open or after a crash. */
const FILES = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`] as const

/**
 * Puts the store of a backup into a data folder that nobody owns. The copy is checked before anything is moved, and what
 * was there is kept beside it, so that a wrong choice can be undone by moving files back.
 *
 * @throws CascadeError DATA_FOLDER_IN_USE, SOURCE_UNREADABLE, BACKUP_INVALID, BACKUP_KEY_MISSING, DATA_FOLDER_NEWER;
 *   nothing has changed then.
 */
export function restoreBackup(directory: string, file: string, options: RestoreOptions): Restored {
  return restoreInto(directory, options, (draft) => unsealBackup(resolve(file), draft, { directory, ...options }))
}

/**
 * Goes on with the store that lies in the folder, such as an older copy of it, under a log of its own; what was there is kept
 * beside it all the same.
 *
 * @throws CascadeError DATA_FOLDER_IN_USE, BACKUP_INVALID for a folder without a whole store; nothing has changed then.
 */
export const restoreAsIs = (directory: string, options: RestoreOptions): Restored =>
  restoreInto(directory, options, (draft, folder) => {
    const file = join(folder, DATABASE_FILE)
    if (!existsSync(file)) throw notWhole(folder, 'there is no store in it')
    copyWhole(file, draft)
    return file
  })

/**
 * Puts the store that `make` writes into a data folder that nobody owns, as `restoreBackup` does.
 *
 * @param make writes the file of a store and names it for messages; what it throws ends the restore, and nothing has
 *   changed then.
 */
export function restoreInto(
  directory: string,
  { clock }: RestoreOptions,
  make: (draft: string, directory: string) => string,
): Restored {
  using folder = DataFolder.open(directory, acquireFolderLock)
  const draft = join(folder.directory, RESTORING_FILE)
  settleRestoring(folder.directory)
  try {
    const name = make(draft, folder.directory)
    const from = check(draft, name)
    dropTree(draft)
    syncFile(draft)
    // What is cut from the log of another store would not follow on what was shipped.
    endChain(folder.directory)
    writeNote(folder.directory, from, clock)
    const kept = setAside(folder.directory, clock)
    renameSync(draft, join(folder.directory, DATABASE_FILE))
    syncFolder(folder.directory)
    return {
      path: folder.directory,
      bytes: statSync(join(folder.directory, DATABASE_FILE)).size,
      sequence: from.sequence,
      kept,
    }
  } finally {
    clearRestoring(folder.directory)
  }
}

function unsealBackup(file: string, draft: string, options: KeyPlaces): string {
  using reader = new SealedReader(file)
  unsealFile(reader, findKey(reader, options), draft)
  return file
}

export interface KeyPlaces extends Pick<RestoreOptions, 'keys' | 'keyFile'> {
  readonly directory: string
}

/** @throws CascadeError BACKUP_KEY_MISSING, naming where it was looked for and whether it was destroyed. */
export function findKey({ path, header }: SealedReader, { directory, keys, keyFile }: KeyPlaces): Uint8Array {
  if (keyFile !== undefined) return readHandedOut(keyFile, header)
  const places = [...new Set([keys ?? keysIn(directory), header.keys])]
  const rings = places.map((place) => new KeyRing(place))
  for (const ring of rings) {
    const key = ring.find(header.keyId)
    if (key) return key
  }
  const gone = rings.flatMap((ring) => ring.destroyed()).find(({ keyId }) => keyId === header.keyId)
  throw new CascadeError(
    'BACKUP_KEY_MISSING',
    gone
      ? `The key of ${path} was destroyed on ${gone.destroyedAt} (${gone.why}); ${whoOpens(gone)}.`
      : `The key ${header.keyId} of ${path} is not in ${places.join(' or ')}.`,
  )
}

const whoOpens = ({ handedOut, keyFile = 'a file' }: DestroyedKey): string =>
  handedOut
    ? `what opens it is the copy of the key that was handed out to ${keyFile}, if there is one still: name it with --key`
    : 'nobody can open it any more'

/** Reads the whole copy: pages, schema, and that it is a store of ours. */
function check(draft: string, name: string): LogPlace {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(draft, { readOnly: true })
    const version = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0)
    if (version > MIGRATIONS.length) {
      throw new CascadeError(
        'DATA_FOLDER_NEWER',
        `${name} was written by a newer program (schema ${version}; this one knows ${MIGRATIONS.length}).`,
      )
    }
    const found = database.prepare('PRAGMA integrity_check(1)').get()?.integrity_check
    if (version === 0 || found !== 'ok') throw notWhole(name, version === 0 ? 'it holds no store' : String(found))
    const log = database.prepare('SELECT coalesce(max(sequence), -1) AS head, count(*) AS leaves FROM leaves').get()
    if (Number(log?.head) + 1 !== Number(log?.leaves)) throw notWhole(name, 'leaves of its log are missing')
    return newestLeaf(database)
  } catch (error) {
    throw error instanceof CascadeError ? error : notWhole(name, messageOf(error))
  } finally {
    database?.close()
  }
}

/** With what its log holds, whoever else reads it meanwhile. @throws CascadeError BACKUP_INVALID. */
function copyWhole(file: string, to: string): void {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file)
    database.prepare('VACUUM INTO ?').run(to)
  } catch (error) {
    throw notWhole(file, messageOf(error))
  } finally {
    database?.close()
  }
}

/** What was kept of the tree of the log may be damaged; it follows from the leaves, and the next start makes it anew. */
function dropTree(draft: string): void {
  const database = new DatabaseSync(draft)
  try {
    const tree = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'tree_tiles'").get()
    if (tree) forgetTree((sql) => database.exec(sql))
  } finally {
    database.close()
  }
}

/** A restored store begins a log of its own; whoever opens it first tells so in its first leaf. */
function writeNote(directory: string, from: LogPlace, clock: Clock): void {
  const note: RestoredNote = {
    origin: createUuidV7(clock, systemRandom)(),
    restoredAt: toRfc3339(clock()),
    from,
    replaced: placeOf(join(directory, DATABASE_FILE)),
  }
  replaceDurably(join(directory, RESTORED_NOTE), JSON.stringify(note))
}

/** How far a store has come; null for one that is not there, or too damaged to tell. */
function placeOf(file: string): LogPlace | null {
  if (!existsSync(file)) return null
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file)
    return newestLeaf(database)
  } catch (error) {
    if (!isSqliteError(error)) throw error
    return null
  } finally {
    database?.close()
  }
}

function newestLeaf(database: DatabaseSync): LogPlace {
  const row = database
    .prepare('SELECT sequence, lower(hex(hash)) AS hash FROM leaves ORDER BY sequence DESC LIMIT 1')
    .get()
  return { sequence: Number(row?.sequence ?? -1), hash: String(row?.hash ?? '') }
}

const notWhole = (name: string, why: string): CascadeError =>
  new CascadeError('BACKUP_INVALID', `${name} is not a complete backup: ${why}. Nothing was restored.`)

function setAside(directory: string, clock: Clock): string | null {
  const present = FILES.filter((name) => existsSync(join(directory, name)))
  if (present.length === 0) return null
  const kept = join(directory, `${SET_ASIDE}${toRfc3339(clock()).replaceAll(/[:.]/g, '-')}`)
  mkdirSync(kept, { mode: 0o700 })
  fold(join(directory, DATABASE_FILE))
  for (const name of present.filter((one) => existsSync(join(directory, one))))
    renameSync(join(directory, name), join(kept, name))
  syncFolder(kept)
  return kept
}

/** Brings the write-ahead log into the database, so that one file is the whole store while the files are moved. */
function fold(file: string): void {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file)
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    // A store too damaged to open is what people restore over; its files are kept as they are.
    if (!isSqliteError(error)) throw error
  } finally {
    database?.close()
  }
}

const isSqliteError = (error: unknown): boolean => isErrno(error, 'ERR_SQLITE_ERROR')
