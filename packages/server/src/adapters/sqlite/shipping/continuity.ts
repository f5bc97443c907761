import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DATABASE_FILE, PAGE_BYTES } from '../store-file.ts'
import { type CutState, endChain, readState } from './shipping-folder.ts'
import { WalFile } from './wal-file.ts'

export const logOf = (directory: string): string => join(directory, `${DATABASE_FILE}-wal`)

/** Of the log as it lies there; empty when there is none, or when it is empty. */
export function saltsOf(directory: string): string {
  if (!existsSync(logOf(directory))) return ''
  using log = new WalFile(logOf(directory), PAGE_BYTES)
  return log.salts
}

/** Time and size of the file of the store: what changes when a log is folded into it. */
export function fingerprintOf(directory: string): string {
  const { mtimeNs, size } = statSync(join(directory, DATABASE_FILE), { bigint: true })
  return `${mtimeNs}-${size}`
}

/**
 * Ends the chain where it would go on with a gap; before the store is opened, which may write to the log.
 *
 * An empty log continues it only if the file is as it was when all was cut: a process that ends in disorder folds its log
 * without cutting it. A log with other salts began after a cut, since nobody else empties it.
 */
export function checkContinuity(directory: string, onTrouble: (message: string) => void): void {
  const state = readState(directory)
  if (!state || continues(directory, state)) return
  endChain(directory)
  onTrouble('the log was emptied without being cut; shipping begins anew with a base')
}

const continues = (directory: string, { folded }: CutState): boolean =>
  saltsOf(directory) !== '' || folded === fingerprintOf(directory)
