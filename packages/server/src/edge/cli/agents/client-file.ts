import { chmodSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CascadeError, isErrno, makeFolder } from '#base'
import { unwritable } from '../unwritable.ts'
import { setEntry, takeEntry } from './edit-json.ts'

/** A larger file is no configuration; that of Claude Code holds more than that, and grows to some megabytes. */
export const CLIENT_FILE_BYTES_MAX = 64 * 1024 * 1024

/** Ends the name of the file as it was before the last change. */
const BACKUP_SUFFIX = '.before-cascade'
const BYTE_ORDER_MARK = '\uFEFF'
/** A file that is new is the person's alone: such files hold keys. */
const NEW_FILE_MODE = 0o600

/** A configuration file of a client, which others write too. */
export interface ClientFile {
  /** Where it really lies, links followed. */
  readonly path: string
  /** Undefined where there is none. */
  readonly text: string | undefined
}

/** @throws CascadeError UNPROCESSABLE for what cannot be read, or is too large to be a configuration. */
export function readClientFile(named: string): ClientFile {
  try {
    const path = realpathSync(named)
    const { size } = statSync(path)
    if (size > CLIENT_FILE_BYTES_MAX)
      throw new CascadeError('UNPROCESSABLE', `${named} is larger than ${CLIENT_FILE_BYTES_MAX} bytes.`)
    return { path, text: readFileSync(path, 'utf8') }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { path: named, text: undefined }
    throw error instanceof CascadeError ? error : unwritable(named, error)
  }
}

/**
 * The text of a file with `entry` at a path, or without it, and everything else as it was.
 *
 * @throws CascadeError UNPROCESSABLE where the file is no JSON with comments, or something else stands there.
 */
export function editText(
  { path: file, text = '' }: ClientFile,
  path: readonly [string, string],
  entry: Readonly<Record<string, unknown>> | undefined,
): string {
  const [mark, body] = text.startsWith(BYTE_ORDER_MARK) ? [BYTE_ORDER_MARK, text.slice(1)] : ['', text]
  return mark + (entry === undefined ? takeEntry(body, { file, path }) : setEntry(body, { file, path }, entry))
}

/**
 * Writes a file whole or not at all, and what was there before beside it.
 *
 * @returns where the file lies as it was; null for a new one.
 * @throws CascadeError UNPROCESSABLE or STORAGE_FULL where it cannot be written; CONFLICT where somebody else wrote it
 * since it was read. Nothing has changed then.
 */
export function writeClientFile({ path, text }: ClientFile, edited: string): string | null {
  if (readClientFile(path).text !== text)
    throw new CascadeError('CONFLICT', `${path} was written by somebody else meanwhile; run the command again.`)
  const backup = text === undefined ? null : `${path}${BACKUP_SUFFIX}`
  try {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? NEW_FILE_MODE
    makeFolder(dirname(path))
    if (backup !== null) writeAs(backup, text ?? '', mode)
    writeAs(`${path}.new`, edited, mode)
    renameSync(`${path}.new`, path)
    return backup
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** The mode is set after the file is there, because that of a new file is narrowed by the mask of the process. */
function writeAs(path: string, text: string, mode: number): void {
  writeFileSync(path, text, { mode: NEW_FILE_MODE })
  chmodSync(path, mode & 0o777)
}
