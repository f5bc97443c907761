import { isSameBytes } from '#base'
import { CHAIN_START, type ChainLink, followChain } from './leaf-chain.ts'
import { differingHash, firstEntryBelow, type LogVerdict } from './log-damage.ts'
import {
  GrowingTiles,
  HASH_BYTES,
  hashLeaf,
  parseEntryBundle,
  TILE_WIDTH,
  type TilePath,
  tilePath,
} from './merkle/index.ts'
import { type Checkpoint, openNote, parseCheckpoint, type VerifierKey } from './note/index.ts'
import { CHECKPOINT_PATH } from './publish-log.ts'

/** Reads a file of a published log; undefined where there is none. */
export type ReadPublished = (path: string) => Promise<Uint8Array | undefined>

export interface PublishedVerdict extends LogVerdict {
  /** Which log; absent where the checkpoint is not signed by one of the keys. */
  readonly origin?: string
  /** The file in which the damage was found. */
  readonly file?: string
}

interface VerifyPublishedOptions {
  readonly signal?: AbortSignal
  /** Told in entries. */
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Judges a log by nothing but its files and the keys: that the checkpoint is signed by the key of its origin, that every
 * bundle and tile of a tree of its size is there and no byte of them another, and that each entry follows from the one
 * before. It stops at the first damage. Where a partial tile is gone and the full one is there, the beginning of that counts.
 * Files that belong to no tree of this size, and signatures by other keys, are not looked at.
 *
 * @throws what `read` throws, and the reason of `signal`. Damage is a verdict.
 * @see https://c2sp.org/tlog-tiles
 */
export async function verifyPublished(
  read: ReadPublished,
  keys: readonly VerifierKey[],
  { signal, onProgress }: VerifyPublishedOptions = {},
): Promise<PublishedVerdict> {
  const note = await read(CHECKPOINT_PATH)
  const signed = note && openPublished(note, keys)
  if (!signed) {
    const what = note ? 'is not signed by a key of its origin, or is no checkpoint' : 'is missing'
    return { valid: false, size: 0, checkedTo: -1, ...fault(CHECKPOINT_PATH, what) }
  }
  const { origin, size } = signed
  const walk = new PublishedWalk(read, signed)
  let found: PublishedFault | undefined
  while (!found && walk.next < size) {
    signal?.throwIfAborted()
    found = await walk.step()
    onProgress?.(walk.next, size)
  }
  found ??= await walk.end()
  const checkpoint = { size }
  return { valid: found === undefined, size, checkedTo: walk.next - 1, ...found, origin, checkpoint }
}

type PublishedFault = Required<Pick<PublishedVerdict, 'reason' | 'file'>> & Pick<PublishedVerdict, 'firstBad'>

/** @param firstBad left out where the entries are sound. */
const fault = (file: string, what: string, firstBad?: number): PublishedFault => ({
  ...{ file, reason: `${file} ${what}` },
  ...(firstBad !== undefined && { firstBad }),
})

/** The checkpoint of a note that the key of its origin signed. */
function openPublished(note: Uint8Array, keys: readonly VerifierKey[]): Checkpoint | undefined {
  const opened = openNote(note, keys)
  const checkpoint = parseCheckpoint(opened?.text ?? '')
  return opened?.verified.some(({ name }) => name === checkpoint?.origin) ? checkpoint : undefined
}

class PublishedWalk {
  readonly #read: ReadPublished
  readonly #signed: Checkpoint
  readonly #tiles = new GrowingTiles()
  #link: ChainLink = CHAIN_START

  constructor(read: ReadPublished, signed: Checkpoint) {
    this.#read = read
    this.#signed = signed
  }

  /** The entry that is looked at next: all before it are sound. */
  get next(): number {
    return this.#tiles.size
  }

  /** Looks at the entries of one bundle, their hashes, and the tiles above that are full with them. */
  async step(): Promise<PublishedFault | undefined> {
    const first = this.next
    const place = { index: first / TILE_WIDTH, width: Math.min(TILE_WIDTH, this.#signed.size - first) }
    const bundle = await this.#file({ level: 'entries', ...place })
    const entries = bundle.bytes && parseEntries(bundle.bytes, bundle.width)
    if (!entries) return fault(bundle.path, bundle.bytes ? 'is no such bundle' : 'is missing', first)
    const tile = await this.#hashes({ level: 0, ...place })
    if (!tile.hashes) return fault(tile.path, tile.what, first)
    for (const [at, entry] of entries.slice(0, place.width).entries()) {
      const found =
        this.#follow(entry, tile.hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES), bundle.path, tile.path) ??
        (await this.#grow())
      if (found) return found
    }
    return undefined
  }

  /** The tiles at the edge, and the root. */
  async end(): Promise<PublishedFault | undefined> {
    for (const { level, index, hashes } of this.#tiles.edge()) {
      const found = await this.#compare({ level, index, width: hashes.length / HASH_BYTES }, hashes)
      if (found) return found
    }
    const isRoot = isSameBytes(this.#tiles.root(), this.#signed.root)
    return isRoot ? undefined : fault(CHECKPOINT_PATH, 'has another root than the entries: it is of another log')
  }

  #follow(entry: Uint8Array, hash: Uint8Array, bundle: string, tile: string): PublishedFault | undefined {
    const index = this.next
    const leafHash = hashLeaf(entry)
    if (!isSameBytes(leafHash, hash))
      return fault(bundle, `has another entry ${index} than ${tile} has the hash of`, index)
    const step = followChain({ bytes: entry, leafHash }, index, this.#link)
    if (!step.ok) return fault(bundle, `has damage in entry ${index}: ${step.reason}`, index)
    this.#link = step.link
    return undefined
  }

  /** Adds the entry that was followed. The lowest tiles were held against the entries one by one. */
  async #grow(): Promise<PublishedFault | undefined> {
    for (const { level, index, tree } of this.#tiles.append(this.#link.leafHash)) {
      const hashes = tree.subarray(0, TILE_WIDTH * HASH_BYTES)
      const found = level > 0 ? await this.#compare({ level, index, width: TILE_WIDTH }, hashes) : undefined
      if (found) return found
    }
    return undefined
  }

  async #compare(
    tile: TilePath & { readonly level: number },
    expected: Uint8Array,
  ): Promise<PublishedFault | undefined> {
    const { path, hashes, what } = await this.#hashes(tile)
    if (!hashes) return fault(path, what)
    const place = differingHash(hashes, expected)
    if (place === undefined) return undefined
    return fault(path, `has another hash than the entries at ${place}`, firstEntryBelow(tile.level, tile.index, place))
  }

  /** As many hashes as the tile is wide; without them, why. */
  async #hashes(tile: TilePath): Promise<{ path: string; hashes?: Uint8Array; what: string }> {
    const { path, bytes, width } = await this.#file(tile)
    if (!bytes) return { path, what: 'is missing' }
    if (bytes.length !== width * HASH_BYTES) return { path, what: `has ${bytes.length} bytes` }
    return { path, hashes: bytes.subarray(0, tile.width * HASH_BYTES), what: '' }
  }

  /** A file, or the full one that took its place when the log grew. */
  async #file(tile: TilePath): Promise<{ path: string; bytes: Uint8Array | undefined; width: number }> {
    const path = tilePath(tile)
    const bytes = await this.#read(path)
    if (bytes || tile.width === TILE_WIDTH) return { path, bytes, width: tile.width }
    const full = tilePath({ ...tile, width: TILE_WIDTH })
    const whole = await this.#read(full)
    return whole ? { path: full, bytes: whole, width: TILE_WIDTH } : { path, bytes, width: tile.width }
  }
}

function parseEntries(bytes: Uint8Array, width: number): readonly Uint8Array[] | undefined {
  const entries = parseEntryBundle(bytes)
  return entries?.length === width ? entries : undefined
}
