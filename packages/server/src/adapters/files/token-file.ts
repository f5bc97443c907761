import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { CascadeError, isErrno, messageOf, type Random } from '#base'
import { createToken } from '#identity'
import { syncFolder } from '../vault/index.ts'

const FILE = 'token'
/** One word that fits into a header. Shorter than 32 characters would be guessable. */
const TOKEN = /^[\x21-\x7e]{32,512}$/

export interface TokenFile {
  readonly path: string
  readonly token: string
  /** True at the first start, when it was just made. */
  readonly created: boolean
}

/**
 * The administrator's bearer token, made at the first start and readable by the user of the folder alone (mode 0600).
 * Only the owner of the data folder calls this, so nobody else makes one at the same time.
 *
 * @throws CascadeError UNAVAILABLE when the file can be neither read nor made, or holds something else.
 */
export function openTokenFile(directory: string, random: Random): TokenFile {
  const path = join(directory, FILE)
  try {
    const found = read(path)
    // An empty file is what a crash or a full disk left of one: nobody has that token, so a new one locks nobody out.
    if (found === undefined || found === '') return { path, token: create(directory, path, random), created: true }
    if (!TOKEN.test(found)) throw new Error('it holds something else; delete it and the next start makes a new one')
    makePrivate(path)
    return { path, token: found, created: false }
  } catch (error) {
    throw new CascadeError('UNAVAILABLE', `The token ${path} cannot be used: ${messageOf(error)}.`, { cause: error })
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** A copy or a backup may have come back readable by others. */
function makePrivate(path: string): void {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
}

/** Written beside its place and moved there once it is on disk: the file holds a whole token from its first moment on. */
function create(directory: string, path: string, random: Random): string {
  const token = createToken(random)
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(file, `${token}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
  syncFolder(directory)
  return token
}
