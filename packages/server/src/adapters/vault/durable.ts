import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

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

/** Adds a line to a file that its user alone reads, so that it is on the disk when this returns. */
export function appendDurably(path: string, line: string): void {
  writeThrough(path, 'a', line)
  syncFolder(dirname(path))
}

/** Puts a whole text in the place of what was there: after a crash it is the one or the other. */
export function replaceDurably(path: string, text: string): void {
  const draft = `${path}.partial`
  writeThrough(draft, 'w', text)
  renameSync(draft, path)
  syncFolder(dirname(path))
}

/** Writes over a file in place and brings that to the disk. */
export function overwriteDurably(path: string, bytes: Uint8Array): void {
  writeThrough(path, 'r+', bytes)
}

function writeThrough(path: string, flags: 'a' | 'w' | 'r+', content: string | Uint8Array): void {
  const handle = openSync(path, flags, 0o600)
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
