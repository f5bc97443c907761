import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs'
import { isErrno } from '#base'

/** How long the log of the store is made before so much is written to it. */
export const RESERVE_BYTES = 16 * 1024 * 1024
/** What one step adds: a write that comes waits for a few milliseconds. */
const STEP_BYTES = 1024 * 1024
/** From here on a log whose frames are all in the file is given back to the disk. */
const LONG_LOG_BYTES = 64 * 1024 * 1024

const ZEROS = new Uint8Array(STEP_BYTES)

/** True when the log is so long that it is to be emptied; a shorter one is written over from its beginning. */
export const isLongLog = (log: string): boolean => statSync(log).size > LONG_LOG_BYTES

/**
 * Makes the write-ahead log longer by zeros, which are no frames to SQLite. A commit then overwrites what is there, and its
 * sync has nothing to tell the file system.
 *
 * To be called by the thread that writes, between transactions. Where the disk is full the log stays as it was.
 *
 * @returns true while the reserve is not complete.
 * @see https://www.sqlite.org/fileformat2.html#walformat: frames end at the first whose salts are not those of the header.
 */
export function reserveLog(log: string): boolean {
  const handle = openSync(log, 'r+')
  try {
    const { size } = fstatSync(handle)
    if (size >= RESERVE_BYTES) return false
    return lengthen(handle, size, Math.min(size + STEP_BYTES, RESERVE_BYTES))
  } finally {
    closeSync(handle)
  }
}

/** @returns true when there may be more to do. */
function lengthen(handle: number, from: number, to: number): boolean {
  try {
    for (let at = from; at < to; ) at += writeSync(handle, ZEROS, 0, to - at, at)
    fdatasyncSync(handle)
    return to < RESERVE_BYTES
  } catch (error) {
    if (!isErrno(error, 'ENOSPC', 'EDQUOT')) throw error
    ftruncateSync(handle, from)
    return false
  }
}
