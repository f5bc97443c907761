import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { CascadeError } from '#base'

/** Name and revision of what the file below holds; another table is another revision. */
export const STATIC_MODEL = 'forge-static-minilm@1'
export const STATIC_DIMENSIONS = 256

/**
 * A vector for each word piece, as the file has it: `bytes` is one piece of shared memory, so that handing the table to a
 * thread copies nothing. Row `r` belongs to the piece with the id `firstId + r`; its numbers are `codes[r * dimensions …]`
 * times `scales[r]`, which holds the weight of the piece's rarity.
 */
export interface StaticTable {
  readonly bytes: SharedArrayBuffer
  /** Ids below are marks and unused places, which have no row. */
  readonly firstId: number
  readonly dimensions: number
  readonly scales: Float32Array
  readonly codes: Int8Array
  /** The pieces, one for each row; those that continue a word begin with `##`. Decoded anew by each call. */
  readonly vocabulary: () => string[]
}

const ASSET = new URL('static-minilm.bin', import.meta.url)
/** `FCST`, the format's number, the first id, rows, dimensions, bytes of the vocabulary; little-endian. */
const HEADER_BYTES = 24
const MAGIC = 0x54534346
const FORMAT = 1
/** Codes begin at a multiple of this. */
const ALIGNMENT = 64

/** Reads the table that comes with the program, at once and in one piece: about 4 ms. tools/embedder makes the file. */
export function readStaticTable(): StaticTable {
  const file = openSync(ASSET, 'r')
  try {
    const bytes = new SharedArrayBuffer(fstatSync(file).size)
    const view = new Uint8Array(bytes)
    for (let at = 0; at < view.length; ) {
      const count = readSync(file, view, at, view.length - at, at)
      if (count === 0) throw damaged('it ends early')
      at += count
    }
    return staticTableOf(bytes)
  } finally {
    closeSync(file)
  }
}

let shared: StaticTable | undefined

/** The same, read by the first who asks: everything in a process uses one. */
export function sharedStaticTable(): StaticTable {
  shared ??= readStaticTable()
  return shared
}

/** The table in a file's bytes; how a thread sees what another thread has read. */
export function staticTableOf(bytes: SharedArrayBuffer): StaticTable {
  if (bytes.byteLength < HEADER_BYTES) throw damaged('it has no header')
  const header = new DataView(bytes)
  const number = (index: number): number => header.getUint32(index * 4, true)
  if (number(0) !== MAGIC || number(1) !== FORMAT) throw damaged('it is no table of this format')
  const [firstId, rows, dimensions, vocabularyBytes] = [number(2), number(3), number(4), number(5)]
  const vocabularyAt = HEADER_BYTES + rows * Float32Array.BYTES_PER_ELEMENT
  const codesAt = Math.ceil((vocabularyAt + vocabularyBytes) / ALIGNMENT) * ALIGNMENT
  if (codesAt + rows * dimensions !== bytes.byteLength) throw damaged('its length is not that of its parts')
  return {
    bytes,
    firstId,
    dimensions,
    scales: new Float32Array(bytes, HEADER_BYTES, rows),
    codes: new Int8Array(bytes, codesAt, rows * dimensions),
    // A decoder takes no shared memory, so the text is copied first.
    vocabulary: () =>
      new TextDecoder().decode(new Uint8Array(bytes, vocabularyAt, vocabularyBytes).slice()).split('\n'),
  }
}

const damaged = (what: string): CascadeError =>
  new CascadeError('INTERNAL', `the embedder's table is damaged: ${what}; install the program again`)
