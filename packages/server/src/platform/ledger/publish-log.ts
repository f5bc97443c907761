import { CascadeError, isSameBytes } from '#base'
import type { LedgerStore, RawLeaf, StoredCheckpoint } from './ledger-store.ts'
import { entryBundle, GrowingTiles, HASH_BYTES, hashLeaf, TILE_WIDTH, type TilePath, tilePath } from './merkle/index.ts'

/** Where the checkpoint of a published log lies. */
export const CHECKPOINT_PATH = 'checkpoint'

export interface PublishedSource {
  readonly ledger: Pick<LedgerStore, 'rawRange'>
  readonly checkpoint: StoredCheckpoint
}

/** Puts a file in its place; what was there before is replaced. */
export type WritePublished = (path: string, bytes: Uint8Array) => Promise<void>

/**
 * Writes a log as it is served: bundles with the exact bytes of the entries, tiles of hashes, and the checkpoint last, so
 * that whoever finds it finds what it speaks of. All tiles are worked out from the entries.
 *
 * @param onProgress told in entries.
 * @throws CascadeError DATA_CORRUPT, before the checkpoint is written, when the entries are not those that it signed.
 * @see https://c2sp.org/tlog-tiles
 */
export async function publishLog(
  { ledger, checkpoint }: PublishedSource,
  write: WritePublished,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const { size, root, note } = checkpoint
  const tiles = new GrowingTiles()
  const writeTile = (tile: TilePath, bytes: Uint8Array): Promise<void> => write(tilePath(tile), bytes)
  while (tiles.size < size) {
    const index = tiles.size / TILE_WIDTH
    const entries = await readEntries(ledger, tiles.size, Math.min(TILE_WIDTH, size - tiles.size))
    await writeTile({ level: 'entries', index, width: entries.length }, entryBundle(entries))
    for (const entry of entries)
      for (const full of tiles.append(hashLeaf(entry)))
        await writeTile({ ...full, width: TILE_WIDTH }, full.tree.subarray(0, TILE_WIDTH * HASH_BYTES))
    onProgress?.(tiles.size, size)
  }
  for (const { level, index, hashes } of tiles.edge())
    await writeTile({ level, index, width: hashes.length / HASH_BYTES }, hashes)
  if (!isSameBytes(tiles.root(), root))
    throw new CascadeError('DATA_CORRUPT', `the log is not the one of which ${size} entries were signed`)
  await write(CHECKPOINT_PATH, Buffer.from(note))
}

async function readEntries(
  ledger: PublishedSource['ledger'],
  first: number,
  count: number,
): Promise<readonly Uint8Array[]> {
  const entries = await ledger.rawRange(first, count)
  const wrong = Array.from({ length: count }).findIndex((_, at) => !isEntry(entries[at], first + at))
  if (wrong === -1) return entries.map(({ bytes }) => bytes)
  throw new CascadeError('DATA_CORRUPT', `entry ${first + wrong} of the log is missing or fits no bundle`)
}

/** Two bytes count the length of an entry in its bundle. */
const isEntry = (entry: RawLeaf | undefined, index: number): boolean =>
  entry?.index === index && entry.bytes.length > 0 && entry.bytes.length <= 0xff_ff
