import type { FileHandle } from 'node:fs/promises'
import { isShallow, JSON_LEVELS_MAX } from '@forge-cascade/contract'
import { CascadeError, messageOf } from '#base'
import { filePieces } from './file-pieces.ts'

/** A capsule of 1 MiB with every character escaped, and its head. */
export const LIST_LINE_BYTES_MAX = 16 * 1024 * 1024
const NEW_LINE = 0x0a
/** Metadata and the changes of a parent stand up to three levels below their line. */
export const LINE_LEVELS_MAX = JSON_LEVELS_MAX + 3

/** A line of a file without its end, and where it begins. */
export interface FileLine {
  readonly offset: number
  readonly bytes: Buffer
}

/**
 * The lines of a file; blank ones are passed over.
 *
 * @throws CascadeError UNPROCESSABLE for a line of more than `lineBytesMax`.
 */
export async function* readLines(
  handle: FileHandle,
  lineBytesMax: number,
  from = 0,
): AsyncGenerator<FileLine, void, undefined> {
  let [rest, offset] = [Buffer.alloc(0), from]
  for await (const piece of filePieces(handle, from)) {
    let bytes = Buffer.concat([rest, piece])
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE)) {
      if (end > 0) yield { offset, bytes: bytes.subarray(0, end) }
      offset += end + 1
      bytes = bytes.subarray(end + 1)
    }
    if (bytes.byteLength > lineBytesMax)
      throw new CascadeError('UNPROCESSABLE', `it has a line of more than ${lineBytesMax} bytes`)
    rest = bytes
  }
  if (rest.byteLength > 0) yield { offset, bytes: rest }
}

/** @throws CascadeError UNPROCESSABLE for what is no object of JSON. */
export function parseLine(bytes: Buffer): Readonly<Record<string, unknown>> {
  const value = parseJson(bytes)
  if (typeof value !== 'object' || value === null) throw unfit('a line is no object of JSON')
  if (!isShallow(value, LINE_LEVELS_MAX)) throw unfit(`a line is more than ${LINE_LEVELS_MAX} levels deep`)
  return value as Record<string, unknown> // an object of JSON
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw unfit(`a line cannot be read as JSON: ${messageOf(error)}`)
  }
}

const unfit = (reason: string): CascadeError => new CascadeError('UNPROCESSABLE', reason)
