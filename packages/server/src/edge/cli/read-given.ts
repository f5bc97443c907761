import { closeSync, openSync, readSync } from 'node:fs'
import { CascadeError, messageOf, unreadable } from '#base'

/** Keys, notes, manifests and saved answers are far smaller. */
export const GIVEN_FILE_BYTES_MAX = 64 * 1024 * 1024
const READ_AT_ONCE_BYTES = 64 * 1024

/**
 * The text of a file that a command was given; a pipe or a device is read as far as the limit, too.
 *
 * @throws CascadeError SOURCE_UNREADABLE for one that cannot be read, or is longer than any that is meant.
 */
export function readGiven(path: string): string {
  let bytes: Buffer | undefined
  try {
    bytes = readAtMost(path, GIVEN_FILE_BYTES_MAX)
  } catch (error) {
    throw unreadable(path, error)
  }
  if (bytes) return bytes.toString('utf8')
  throw new CascadeError(
    'SOURCE_UNREADABLE',
    `${path} is not read: it is larger than ${GIVEN_FILE_BYTES_MAX} bytes, so it is not what this takes.`,
  )
}

/**
 * The JSON in the text of a file that a command was given.
 *
 * @param path the file, as it begins a sentence.
 * @throws CascadeError VALIDATION_FAILED for text that is no JSON.
 */
export function parseGivenJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CascadeError('VALIDATION_FAILED', `${path} is no JSON: ${messageOf(error)}.`, { cause: error })
  }
}

/** Undefined where there is more. The size that a file tells says nothing of a pipe. */
function readAtMost(path: string, bytesMax: number): Buffer | undefined {
  const file = openSync(path, 'r')
  try {
    const pieces: Buffer[] = []
    const into = Buffer.alloc(READ_AT_ONCE_BYTES)
    for (let left = bytesMax; left >= 0; ) {
      const length = readSync(file, into)
      if (length === 0) return Buffer.concat(pieces)
      pieces.push(Buffer.from(into.subarray(0, length)))
      left -= length
    }
    return undefined
  } finally {
    closeSync(file)
  }
}
