import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CascadeError, isErrno, messageOf } from '#base'
import type { SigningKeyKind } from '#ledger'
import { createPrivateFile, makePrivate } from './private-file.ts'

const FIX =
  'Put the right file back; without it, remove this one and the next start makes a new key, which the log records.'

/**
 * A private key of a file: PKCS #8 in PEM, readable by its user alone (mode 0600). Undefined where there is none.
 *
 * @throws CascadeError UNAVAILABLE when the file cannot be read, or holds another kind of key.
 */
export function readKeyFile(path: string, kind: SigningKeyKind): KeyObject | undefined {
  return usable(path, () => {
    const text = readIfThere(path)
    if (text === undefined) return undefined
    const key = createPrivateKey(text)
    if (key.asymmetricKeyType !== kind) throw new Error(`it holds a key of the kind ${key.asymmetricKeyType}`)
    makePrivate(path)
    return key
  })
}

/** Makes a new key in the place of what may be there; durable when it returns. @throws CascadeError UNAVAILABLE. */
export function createKeyFile(path: string, kind: SigningKeyKind): KeyObject {
  return usable(path, () => {
    const key = generate(kind)
    createPrivateFile(path, key.export({ type: 'pkcs8', format: 'pem' }).toString())
    return key
  })
}

const generate = (kind: SigningKeyKind): KeyObject =>
  kind === 'ed25519' ? generateKeyPairSync('ed25519').privateKey : generateKeyPairSync('ml-dsa-44').privateKey

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

function usable<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new CascadeError('UNAVAILABLE', `The signing key ${path} cannot be used: ${messageOf(error)}. ${FIX}`, {
      cause: error,
    })
  }
}
