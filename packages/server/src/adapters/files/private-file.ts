import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from '../vault/index.ts'

/**
 * Makes a file that its user alone can read (mode 0600). It is written beside its place and moved there once it is on disk:
 * it holds all of its content from its first moment on.
 */
export function createPrivateFile(path: string, content: string): void {
  discardDraft(path)
  const draft = draftOf(path)
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
  syncFolder(dirname(path))
}

/** What a process that ended in the middle left of a file: nobody knows of it. */
export function discardDraft(path: string): void {
  rmSync(draftOf(path), { force: true })
}

const draftOf = (path: string): string => `${path}.new`

/** A copy or a backup may have come back readable by others. */
export function makePrivate(path: string): void {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600)
}
