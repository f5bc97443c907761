import { ByteReader, ByteWriter } from './bytes.ts'

/** Postings that are passed over together where none of them can matter. */
export const BLOCK_POSTINGS = 128

/** The documents that hold a term, as ordinals in their segment, ascending, and what the term weighs in each. */
export interface PostingList {
  readonly count: number
  readonly documents: ArrayLike<number>
  readonly weights: ArrayLike<number>
}

/**
 * A list of postings as bytes with the bounds of its blocks beside it. From the greatest weight and the least length of
 * a block follows what its documents score at most, whatever the mean length is by then.
 */
export interface Postings {
  readonly count: number
  readonly blocks: number
  /** For each block: its last document, where its bytes begin, its greatest weight, the least length of its documents. */
  readonly lastDocuments: Int32Array
  readonly starts: Int32Array
  readonly weightsMost: Int32Array
  readonly lengthsLeast: Int32Array
  readonly bytes: Uint8Array
}

/**
 * Writes a list: its number, then for each block a head (last document, greatest weight, least length, bytes), then the
 * blocks: gaps between documents, and weights unless all are 1. A list of one block needs no head but the weight.
 */
export function writePostings(out: ByteWriter, list: PostingList, lengths: ArrayLike<number>): void {
  out.number(list.count)
  if (list.count === 0) return
  if (list.count <= BLOCK_POSTINGS) {
    out.number(mostIn(list.weights, 0, list.count))
    writeBlock(out, list, 0, list.count, -1)
    return
  }
  const heads = new ByteWriter()
  const blocks = new ByteWriter()
  for (let from = 0; from < list.count; from += BLOCK_POSTINGS) {
    const to = Math.min(list.count, from + BLOCK_POSTINGS)
    const before = from === 0 ? -1 : list.documents[from - 1]!
    const begun = blocks.length
    writeBlock(blocks, list, from, to, before)
    heads.number(list.documents[to - 1]! - before)
    heads.number(mostIn(list.weights, from, to))
    heads.number(leastLength(list.documents, lengths, from, to))
    heads.number(blocks.length - begun)
  }
  out.number(heads.length)
  out.bytes(heads.view())
  out.bytes(blocks.view())
}

function writeBlock(
  out: ByteWriter,
  { documents, weights }: PostingList,
  from: number,
  to: number,
  before: number,
): void {
  let last = before
  for (let at = from; at < to; at++) {
    out.number(documents[at]! - last - 1)
    last = documents[at]!
  }
  if (mostIn(weights, from, to) === 1) return
  for (let at = from; at < to; at++) out.number(weights[at]!)
}

function mostIn(weights: ArrayLike<number>, from: number, to: number): number {
  let most = 0
  for (let at = from; at < to; at++) if (weights[at]! > most) most = weights[at]!
  return most
}

function leastLength(documents: ArrayLike<number>, lengths: ArrayLike<number>, from: number, to: number): number {
  let least = lengths[documents[from]!]!
  for (let at = from + 1; at < to; at++) least = Math.min(least, lengths[documents[at]!]!)
  return least
}

/** Reads what `writePostings` wrote; undefined for an empty list. */
export function readPostings(bytes: Uint8Array, lengths: ArrayLike<number>): Postings | undefined {
  const reader = new ByteReader(bytes)
  const count = reader.number()
  if (count === 0) return undefined
  return count <= BLOCK_POSTINGS ? readShort(bytes, reader, count, lengths) : readLong(bytes, reader, count)
}

function readShort(bytes: Uint8Array, reader: ByteReader, count: number, lengths: ArrayLike<number>): Postings {
  const weightMost = reader.number()
  const start = reader.at
  readBlock(bytes, start, { count, before: -1, hasWeights: false }, blockDocuments, blockWeights)
  return {
    count,
    blocks: 1,
    lastDocuments: Int32Array.of(blockDocuments[count - 1]!),
    starts: Int32Array.of(start),
    weightsMost: Int32Array.of(weightMost),
    lengthsLeast: Int32Array.of(leastLength(blockDocuments, lengths, 0, count)),
    bytes,
  }
}

/** For blocks that are read and left at once. */
const blockDocuments = new Int32Array(BLOCK_POSTINGS)
const blockWeights = new Int32Array(BLOCK_POSTINGS)

function readLong(bytes: Uint8Array, reader: ByteReader, count: number): Postings {
  const blocks = Math.ceil(count / BLOCK_POSTINGS)
  const columns = Array.from({ length: 4 }, () => new Int32Array(blocks))
  const [lastDocuments, starts, weightsMost, lengthsLeast] = columns as [Int32Array, Int32Array, Int32Array, Int32Array]
  const headBytes = reader.number()
  let start = reader.at + headBytes
  let last = -1
  for (let block = 0; block < blocks; block++) {
    last += reader.number()
    lastDocuments[block] = last
    weightsMost[block] = reader.number()
    lengthsLeast[block] = reader.number()
    starts[block] = start
    start += reader.number()
  }
  return { count, blocks, lastDocuments, starts, weightsMost, lengthsLeast, bytes }
}

interface BlockShape {
  readonly count: number
  /** The last document of the block before; -1 for the first. */
  readonly before: number
  readonly hasWeights: boolean
}

/** Fills `documents` and, where the block has them, `weights`; without weights of their own all are 1. */
export function decodeBlock(postings: Postings, block: number, documents: Int32Array, weights: Int32Array): number {
  const count = Math.min(BLOCK_POSTINGS, postings.count - block * BLOCK_POSTINGS)
  const before = block === 0 ? -1 : postings.lastDocuments[block - 1]!
  const hasWeights = postings.weightsMost[block]! > 1
  readBlock(postings.bytes, postings.starts[block]!, { count, before, hasWeights }, documents, weights)
  if (!hasWeights) weights.fill(1, 0, count)
  return count
}

// Numbers are read in place, as `ByteReader` does: this is the innermost loop of a search.
function readBlock(
  bytes: Uint8Array,
  start: number,
  { count, before, hasWeights }: BlockShape,
  documents: Int32Array,
  weights: Int32Array,
): void {
  let at = start
  let last = before
  for (let index = 0; index < count; index++) {
    let byte = bytes[at++]!
    let gap = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[at++] ?? 0
      gap |= (byte & 0x7f) << shift
    }
    last += gap + 1
    documents[index] = last
  }
  if (!hasWeights) return
  for (let index = 0; index < count; index++) {
    let byte = bytes[at++]!
    let weight = byte & 0x7f
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[at++] ?? 0
      weight |= (byte & 0x7f) << shift
    }
    weights[index] = weight
  }
}

/** Postings as rows of columns. */
export interface PostingRows {
  readonly documents: Int32Array
  readonly weights: Int32Array
}

/** How many postings there are in bytes that `writePostings` wrote. */
export const countPostings = (bytes: Uint8Array): number => new ByteReader(bytes).number()

/** Writes all postings of a list into rows, from the row `from` on; behind which row they end. */
export function readAll(bytes: Uint8Array, { documents, weights }: PostingRows, from: number): number {
  const reader = new ByteReader(bytes)
  const count = reader.number()
  if (count === 0) return from
  const isLong = count > BLOCK_POSTINGS
  let start = isLong ? reader.number() + reader.at : 0
  let before = -1
  for (let done = 0; done < count; done += BLOCK_POSTINGS) {
    const last = isLong ? before + reader.number() : 0
    const shape = { count: Math.min(BLOCK_POSTINGS, count - done), before, hasWeights: reader.number() > 1 }
    if (isLong) reader.number()
    else start = reader.at
    const row = from + done
    readBlock(bytes, start, shape, documents.subarray(row), weights.subarray(row))
    if (!shape.hasWeights) weights.fill(1, row, row + shape.count)
    if (isLong) start += reader.number()
    before = last
  }
  return from + count
}

/** All postings of a list. */
export function decodePostings(postings: Postings): PostingList {
  const documents = new Int32Array(postings.count)
  const weights = new Int32Array(postings.count)
  for (let block = 0; block < postings.blocks; block++) {
    const count = decodeBlock(postings, block, blockDocuments, blockWeights)
    documents.set(blockDocuments.subarray(0, count), block * BLOCK_POSTINGS)
    weights.set(blockWeights.subarray(0, count), block * BLOCK_POSTINGS)
  }
  return { count: postings.count, documents, weights }
}
