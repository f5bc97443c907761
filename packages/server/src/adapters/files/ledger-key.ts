import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { createKeyFile, readKeyFile } from './key-file.ts'

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
  const key = readKeyFile(path, 'ed25519')
  return key ? { path, key, created: false } : { path, key: createKeyFile(path, 'ed25519'), created: true }
}
