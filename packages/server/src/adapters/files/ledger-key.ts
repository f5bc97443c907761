import type { KeyObject } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isErrno } from '#base'
import { syncFolder } from '../vault/index.ts'
import { createKeyFile, readKeyFile } from './key-file.ts'
import { discardDraft } from './private-file.ts'

/** The key that signs checkpoints. */
const ACTIVE = 'ledger.key'
/** While keys change: the one to come, which signs nothing but the change itself, and the one before. */
const NEXT = 'ledger-next.key'
const PREVIOUS = 'ledger-previous.key'

/** Tells a key that the log knows in its place; everything else that lies there is none. */
type IsKnown = (key: KeyObject) => boolean

/**
 * The keys that sign the log, in its data folder: Ed25519, PKCS #8 in PEM, readable by the user of the folder alone (mode
 * 0600). Only the owner of the data folder calls this. Each step is durable when it returns, and each may be the last one of
 * its process: `open` settles what was left, by what the log knows.
 *
 * Every step throws CascadeError UNAVAILABLE when a file can be neither read nor made, or holds another kind of key.
 */
export function createLedgerKeyFiles(directory: string) {
  const [active, next, previous] = [ACTIVE, NEXT, PREVIOUS].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ]
  const promote = (): void => {
    renameIfThere(active, previous)
    renameSync(next, active)
    syncFolder(directory)
  }
  const remove = (path: string): void => {
    rmSync(path, { force: true })
    syncFolder(directory)
  }
  return {
    /** The active key, made where there is none, and the one before, while the log has it sign too. */
    open(
      isActive: IsKnown,
      isPrevious: IsKnown,
    ): { readonly active: KeyObject; readonly previous: KeyObject | undefined } {
      const [found, coming] = [readKeyFile(active, 'ed25519'), readKeyFile(next, 'ed25519')]
      if (coming && isActive(coming) && !(found && isActive(found))) promote()
      else if (coming) remove(next)
      const before = readKeyFile(previous, 'ed25519')
      if (before && !isPrevious(before)) remove(previous)
      discardDraft(next)
      return {
        active: readKeyFile(active, 'ed25519') ?? createKeyFile(active, 'ed25519'),
        previous: before && isPrevious(before) ? before : undefined,
      }
    },
    /** The active key as it lies there. */
    find: (): KeyObject | undefined => readKeyFile(active, 'ed25519'),
    /** Makes the key to come. */
    prepare: (): KeyObject => createKeyFile(next, 'ed25519'),
    /** The key to come takes the place of the active one, which stays as the one before. */
    promote,
    /** The change did not come about. */
    discard: (): void => remove(next),
    /** The key before signs no more. */
    retire: (): void => remove(previous),
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
}
