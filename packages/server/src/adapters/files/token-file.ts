import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CascadeError, isErrno, messageOf, type Random } from '#base'
import { createToken } from '#identity'
import { createPrivateFile, makePrivate } from './private-file.ts'

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
    if (found === undefined || found === '') return { path, token: create(path, random), created: true }
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

function create(path: string, random: Random): string {
  const token = createToken(random)
  createPrivateFile(path, `${token}\n`)
  return token
}
