/** Kinds of pages of a table. @see https://www.sqlite.org/fileformat2.html#b_tree_pages */
const INTERIOR = 0x05
const LEAF = 0x0d
/** A table of 2^63 rows is no deeper; more steps would be a circle. */
const DEPTH_MAX = 64
/** A varint is no longer. */
const VARINT_BYTES_MAX = 9

/**
 * The largest key of a table whose pages `read` gives, by its right edge: how far the log had come when the pages were
 * what they are. -1 for an empty table.
 *
 * @throws RangeError for pages that are none of a table.
 */
export function largestKey(root: number, read: (page: number) => Buffer): number {
  let page = read(root)
  for (let depth = 0; page[0] === INTERIOR && depth < DEPTH_MAX; depth++) page = read(page.readUInt32BE(8))
  if (page[0] !== LEAF) throw new RangeError('the table of the log has a page that is none of a table')
  const cells = page.readUInt16BE(3)
  if (cells === 0) return -1
  const cell = page.readUInt16BE(8 + 2 * (cells - 1))
  return Number(readVarint(page, cell + varintLength(page, cell)))
}

function varintLength(page: Buffer, at: number): number {
  let length = 1
  while (length < VARINT_BYTES_MAX && (page[at + length - 1]! & 0x80) !== 0) length++
  return length
}

function readVarint(page: Buffer, at: number): bigint {
  const length = varintLength(page, at)
  let value = 0n
  for (let index = 0; index < length; index++) {
    const byte = BigInt(page[at + index]!)
    // The ninth byte gives all of its bits.
    value = index === VARINT_BYTES_MAX - 1 ? (value << 8n) | byte : (value << 7n) | (byte & 0x7fn)
  }
  return value
}
