import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CascadeError, isErrno, messageOf } from '#base'
import { createPrivateFile, makePrivate } from './private-file.ts'

const FILE = 'ledger.key'

export interface LedgerKeyFile {
  readonly path: string
  /** Ed25519. */
  readonly key: KeyObject
  /** True when there was none and it was just made. */
  readonly created: boolean
}

/**
 * The key that signs checkpoints of the log: PKCS #8 in PEM, readable by the user of the folder alone (mode 0600), made
 * where there is none. Only the owner of the data folder calls this.
 *
 * @throws CascadeError UNAVAILABLE when the file can be neither read nor made, or holds another kind of key.
 */
export function openLedgerKey(directory: string): LedgerKeyFile {
  const path = join(directory, FILE)
  try {
    const found = read(path)
    if (found === undefined) return { path, key: create(path), created: true }
    const key = createPrivateKey(found)
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it holds a key of the kind ${key.asymmetricKeyType}`)
    makePrivate(path)
    return { path, key, created: false }
  } catch (error) {
    throw new CascadeError(
      'UNAVAILABLE',
      `The signing key ${path} cannot be used: ${messageOf(error)}. Put the right file back; without it, remove this one and the next start makes a new key, which the log records.`,
      { cause: error },
    )
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

function create(path: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  createPrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  return privateKey
}
