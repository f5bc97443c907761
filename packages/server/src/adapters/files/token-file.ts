import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { CascadeError, messageOf, type Random } from '#base'
import { createToken } from '#identity'

const FILE = 'token'
/** Shorter than this is no token of ours and would be guessable. */
const TOKEN_LENGTH_MIN = 32

export interface TokenFile {
  readonly path: string
  readonly token: string
  /** True at the first start, when it was just made. */
  readonly created: boolean
}

/**
 * The administrator's bearer token, made at the first start and readable by the user of the folder alone (mode 0600).
 *
 * @throws CascadeError UNAVAILABLE when the file can be neither read nor made, or holds no token.
 */
export function openTokenFile(directory: string, random: Random): TokenFile {
  const path = join(directory, FILE)
  const existing = read(path)
  if (existing === undefined) return { path, token: create(path, random), created: true }
  if (existing.length >= TOKEN_LENGTH_MIN) return { path, token: existing, created: false }
  throw new CascadeError('UNAVAILABLE', `${path} holds no token. Delete the file; the next start makes a new one.`)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new CascadeError('UNAVAILABLE', `${path} cannot be read: ${messageOf(error)}.`, { cause: error })
  }
}

function create(path: string, random: Random): string {
  const token = createToken(random)
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, `${token}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return token
}
