import { isSameBytes } from '#base'
import type { Leaf } from './leaf.ts'
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
import {
  type Checkpoint,
  formatVerifierKey,
  openNote,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  type VerifierKey,
} from './note/index.ts'
import { CHECKPOINT_PATH } from './publish-log.ts'

/** Reads a file of a published log; undefined where there is none. */
export type ReadPublished = (path: string) => Promise<Uint8Array | undefined>

export interface PublishedVerdict extends LogVerdict {
  /** Which log; absent where the checkpoint is not signed by one of the keys. */
  readonly origin?: string
  /** The file in which the damage was found. */
  readonly file?: string
  /** A key that the log names as its own, where it is whole by that and no key that was given signed it. */
  readonly ownKey?: VerifierKey
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
 * One that is whole by a key that its own entries name is told apart from a damaged one, and is no more valid.
 * Files that belong to no tree of this size, and signatures by other keys, are not looked at.
 *
 * @throws what `read` throws, and the reason of `signal`. Damage is a verdict.
 * @see https://c2sp.org/tlog-tiles
 */
export async function verifyPublished(
  read: ReadPublished,
  keys: readonly VerifierKey[],
  options: VerifyPublishedOptions = {},
): Promise<PublishedVerdict> {
  const note = await read(CHECKPOINT_PATH)
  const signed = note && openPublished(note, keys)
  if (signed) return { ...(await verifyFiles(new PublishedWalk(read, signed), options)), origin: signed.origin }
  const what = note ? 'is not signed by a key of its origin, or is no checkpoint' : 'is missing'
  const unsigned = { valid: false, size: 0, checkedTo: -1, ...fault(CHECKPOINT_PATH, what) }
  // No given key signed it: damaged, or of another log, or signed after a change of keys.
  return (note && (await verifyByOwnKeys(read, note, { keys, options }))) ?? unsigned
}

async function verifyFiles(
  walk: PublishedWalk,
  { signal, onProgress }: VerifyPublishedOptions,
): Promise<PublishedVerdict> {
  const { size } = walk
  let found: PublishedFault | undefined
  while (!found && walk.next < size) {
    signal?.throwIfAborted()
    found = await walk.step()
    onProgress?.(walk.next, size)
  }
  found ??= await walk.end()
  return { valid: found === undefined, size, checkedTo: walk.next - 1, ...found, checkpoint: { size } }
}

interface GivenKeys {
  readonly keys: readonly VerifierKey[]
  readonly options: VerifyPublishedOptions
}

/** What is said of a log that is whole by a key of which its entries tell; undefined for any other, and for a key that was given. */
async function verifyByOwnKeys(
  read: ReadPublished,
  note: Uint8Array,
  { keys, options }: GivenKeys,
): Promise<PublishedVerdict | undefined> {
  const claimed = parseCheckpoint(parseNote(note)?.text ?? '')
  if (!claimed) return undefined
  const told: VerifierKey[] = []
  const { valid, size, checkedTo } = await verifyFiles(
    new PublishedWalk(read, claimed, (entry) => told.push(...toldKeys(entry))),
    options,
  )
  const signers = openNote(note, told)?.verified.filter(({ name }) => name === claimed.origin) ?? []
  const given = keys.map(formatVerifierKey)
  const ownKey = told.findLast((key) => signers.includes(key))
  if (!valid || !ownKey || given.includes(formatVerifierKey(ownKey))) return undefined
  const reason = `it is whole, and not signed by the key that was given; it names ${formatVerifierKey(ownKey)} as its own`
  return { valid: false, size, checkedTo, ownKey, reason }
}

/** Kinds of entries that tell of a key that signs from there on. */
const KEY_KINDS: ReadonlySet<unknown> = new Set(['ledger.begun', 'ledger.key_changed', 'ledger.key_rotated'])
const KEY_MARK = '"type":"ledger.'

/** The key that an entry of the chain tells of. */
function toldKeys(entry: Uint8Array): readonly VerifierKey[] {
  const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength)
  if (!bytes.includes(KEY_MARK)) return []
  // The walk has found it to be the JSON of a leaf; what its payload holds is anybody's guess.
  const { type, payload } = JSON.parse(bytes.toString('utf8')) as Pick<Leaf, 'type' | 'payload'>
  const key = KEY_KINDS.has(type) && typeof payload.key === 'string' ? parseVerifierKey(payload.key) : undefined
  return key ? [key] : []
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
  readonly #onEntry: (entry: Uint8Array) => void
  readonly #tiles = new GrowingTiles()
  #link: ChainLink = CHAIN_START

  /** @param onEntry is told each entry once it was found to follow from the one before. */
  constructor(read: ReadPublished, signed: Checkpoint, onEntry: (entry: Uint8Array) => void = () => undefined) {
    this.#read = read
    this.#signed = signed
    this.#onEntry = onEntry
  }

  get size(): number {
    return this.#signed.size
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
    this.#onEntry(entry)
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
