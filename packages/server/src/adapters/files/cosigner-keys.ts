import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { SigningKeyKind } from '#ledger'
import { createKeyFile, readKeyFile } from './key-file.ts'

const FILES: Readonly<Record<SigningKeyKind, string>> = {
  ed25519: 'witness.key',
  'ml-dsa-44': 'witness-ml-dsa-44.key',
}

/** The private keys of a witness in its data folder, as the key of the log lies there: PKCS #8 in PEM, mode 0600. */
export function createCosignerKeys(directory: string) {
  const pathOf = (kind: SigningKeyKind): string => join(directory, FILES[kind])
  return {
    find: (kind: SigningKeyKind) => readKeyFile(pathOf(kind), kind),
    renew: (kind: SigningKeyKind) => createKeyFile(pathOf(kind), kind),
  }
}

/** The key with which the log cosigns its own checkpoints, made where there is none. */
export function openLogCosignerKey(directory: string): KeyObject {
  const path = join(directory, 'ledger-ml-dsa-44.key')
  return readKeyFile(path, 'ml-dsa-44') ?? createKeyFile(path, 'ml-dsa-44')
}
