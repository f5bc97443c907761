import { closeSync, constants, lstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { EMERGENCY_LIMITS } from '@forge-cascade/contract'
import { isErrno } from '#base'

/** The file in the data folder that turns the emergency on, whatever else still works. */
export const EMERGENCY_FILE = 'EMERGENCY'
/** Bytes of it that are read: each character of the longest reason takes four at most. */
const READ_BYTES = 4 * EMERGENCY_LIMITS.reasonLengthMax

export interface EmergencyFile {
  /** Whether something of that name lies there; what cannot be looked at counts as there. */
  isThere(): boolean
  /** Its text, as the reason; a sentence that says so where it has none that can be read. */
  reason(): string
}

/** The emergency file of a data folder. */
export function openEmergencyFile(directory: string): EmergencyFile {
  const path = join(directory, EMERGENCY_FILE)
  return {
    isThere() {
      try {
        return lstatSync(path, { throwIfNoEntry: false }) !== undefined
      } catch (error) {
        return !isErrno(error, 'ENOENT', 'ENOTDIR')
      }
    },
    reason: () => tidy(read(path)) || `The file ${EMERGENCY_FILE} lies in the data folder.`,
  }
}

function read(path: string): string {
  try {
    if (!lstatSync(path).isFile()) return ''
    const file = openSync(path, constants.O_RDONLY)
    try {
      const bytes = Buffer.alloc(READ_BYTES)
      return bytes.subarray(0, readSync(file, bytes)).toString('utf8')
    } finally {
      closeSync(file)
    }
  } catch {
    // That it lies there is what counts; a reason that cannot be read is as good as none.
    return ''
  }
}

/** One line, well formed, of the length that a reason may have. */
const tidy = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\uFFFD]+/gu, ' ')
    .trim()
    .slice(0, EMERGENCY_LIMITS.reasonLengthMax)
    .toWellFormed()
