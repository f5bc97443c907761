import { CascadeError } from '#base'
import {
  hashLeaf,
  type PublishedSource,
  parseCheckpoint,
  parseEntryBundle,
  parseNote,
  type RawLeaf,
  type StoredCheckpoint,
  TILE_WIDTH,
  tilePath,
} from '#ledger'
import type { Session } from './session.ts'

/**
 * The log of an instance as whoever publishes it reads it: its newest checkpoint, and its entries by the tiles in which they
 * are served.
 *
 * @throws CascadeError NO_SERVER for an answer that is no checkpoint.
 */
export async function openLogSource(session: Session): Promise<PublishedSource> {
  const note = (await readAll(session.bytes('getCheckpoint'))).toString('utf8')
  const checkpoint = readCheckpoint(note)
  if (!checkpoint) throw new CascadeError('NO_SERVER', 'What answers there is no checkpoint of a log.')
  return { checkpoint, ledger: { rawRange: (from, limit) => readEntries(session, from, limit) } }
}

/** What a note says of a log; no signature is verified. Undefined for what is no checkpoint. */
export function readCheckpoint(note: string): StoredCheckpoint | undefined {
  const head = parseCheckpoint(parseNote(note)?.text ?? '')
  return head && { origin: head.origin, size: head.size, root: head.root, note }
}

/** What an instance says between two sizes of its log; nothing of it is verified. */
export async function askConsistency(session: Session, query: { readonly from: number; readonly to: number }) {
  const { from_root, to_root, hashes } = await session.ask('proveConsistency', { query })
  return { fromRoot: bytesOf(from_root), toRoot: bytesOf(to_root), proof: hashes.map(bytesOf), hashes }
}

const bytesOf = (hash: string): Uint8Array => new Uint8Array(Buffer.from(hash, 'hex'))

/** @param from where a tile begins. */
async function readEntries(session: Session, from: number, width: number): Promise<readonly RawLeaf[]> {
  const tile = tilePath({ level: 'entries', index: from / TILE_WIDTH, width }).replace(/^tile\//, '')
  const bundle = await readAll(session.bytes('getTile', { params: { tile } }))
  const entries = parseEntryBundle(bundle)
  if (!entries) throw new CascadeError('NO_SERVER', `What was answered for the tile ${tile} holds no entries.`)
  return entries.map((bytes, at) => ({ index: from + at, bytes, hash: hashLeaf(bytes), isListed: true }))
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}
