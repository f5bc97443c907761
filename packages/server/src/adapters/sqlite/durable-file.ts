import { closeSync, constants, copyFileSync, fsyncSync, openSync } from 'node:fs'

/** Copies a file so that the copy is on the disk when this returns. @throws the system's error. */
export function copyDurably(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  syncFile(to)
}

/** Brings a file to the disk. */
export function syncFile(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Brings the names in a folder to the disk. Windows opens no folders, and a rename is durable there by itself. */
export function syncFolder(path: string): void {
  if (process.platform !== 'win32') syncFile(path)
}
