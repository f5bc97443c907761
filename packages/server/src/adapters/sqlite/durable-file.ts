import { closeSync, fsyncSync, openSync } from 'node:fs'

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
