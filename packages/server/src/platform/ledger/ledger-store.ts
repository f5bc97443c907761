import { CascadeError } from '#base'
import type { Leaf } from './leaf.ts'
import type { Hash } from './merkle/index.ts'
import type { ContentSlice } from './told-content.ts'

/** Which entries: all given members must match. */
export interface LeafFilter {
  readonly category?: string
  readonly type?: string
  readonly actor?: string
  readonly subject?: string
  readonly correlationId?: string
}

export interface StoredLeaf {
  readonly leaf: Leaf
  /** The canonical bytes as stored, UTF-8. */
  readonly text: string
  readonly hash: string
}

/** An entry as it lies in the store; nobody has read what it says. */
export interface RawLeaf {
  /** Where it stands in the store. */
  readonly index: number
  /** The stored text, byte for byte. */
  readonly bytes: Uint8Array
  /** The leaf hash that is stored with it. */
  readonly hash: Uint8Array
  /** False where lists would find it by something else than it says. */
  readonly isListed: boolean
}

/** What a tree of the first `size` leaves comes to. */
export interface TreeHead {
  readonly size: number
  readonly root: Hash
}

/** A tree head as it was signed. */
export interface StoredCheckpoint extends TreeHead {
  /** First line of the note: which log it speaks of. */
  readonly origin: string
  /** The signed note (C2SP tlog-checkpoint). */
  readonly note: string
}

/**
 * The log as readers see it. Leaves are written by `append`, in the transaction of the change they tell of. The tree over
 * them follows from them and is the store's own: it is made when it is asked to grow, and what is asked of it is asked of
 * the size that it had then.
 */
export interface LedgerStore {
  find(index: number): Promise<StoredLeaf | undefined>
  /** Entries from `from` (inclusive) in order, at most `limit` (1-1000). @throws CascadeError DATA_CORRUPT for one that is no JSON. */
  range(from: number, limit: number): Promise<readonly StoredLeaf[]>
  /** The same entries, of which nothing is read: those that are damaged come as they are. */
  rawRange(from: number, limit: number): Promise<readonly RawLeaf[]>
  /** Newest first, those before index `before` (exclusive) that match, at most `limit` (1-1000). */
  list(filter: LeafFilter, page: { readonly limit: number; readonly before?: number }): Promise<readonly StoredLeaf[]>
  /** Walks the chain from `from` and names the first entry that does not follow from the one before, or that lists would miss. */
  verifyChain(from: number): Promise<{ readonly checkedTo: number; readonly firstBad: number | undefined }>

  /**
   * Holds the versions of capsules that entries from `from` tell of against their digests: some of at most `limit` (1-1000)
   * entries, so that others get their turn in between.
   *
   * @throws CascadeError DATA_CORRUPT for an entry that is no JSON.
   */
  verifyContents(from: number, limit: number): Promise<ContentSlice>
  /** How many versions there are, and the newest entry at that moment: each version was told of by one up to it. */
  countVersions(): Promise<{ readonly versions: number; readonly head: number }>

  /** Brings the tree up to all leaves that were durable when it was asked, and tells what it comes to. */
  grow(): Promise<TreeHead>
  /** Works the tree out of the leaves anew, where what was kept of it may be damaged; the next `grow` brings it up. */
  regrow(): Promise<void>
  /** The root of the tree when it had `size` leaves. @throws CascadeError NOT_FOUND when it has fewer. */
  rootAt(size: number): Promise<Hash>
  /** RFC 6962 section 2.1.1. @throws CascadeError NOT_FOUND for an entry that a tree of the size does not hold. */
  proveInclusion(index: number, size: number): Promise<readonly Hash[]>
  /** RFC 6962 section 2.1.2. @throws CascadeError NOT_FOUND for a size beyond the other, or beyond the tree. */
  proveConsistency(from: number, to: number): Promise<readonly Hash[]>
  /** The lowest row of a tile (C2SP tlog-tiles), 32 bytes a hash; undefined where the tree has not so many there. */
  tile(level: number, index: number, width: number): Promise<Uint8Array | undefined>
  /**
   * A full tile with its inner nodes, as `tileTree` gives them, from where the store keeps it and not from memory. Undefined
   * where the tree has no such tile yet, and where it is lost.
   */
  keptTile(level: number, index: number): Promise<Uint8Array | undefined>
  /** The newest that was signed for the origin. */
  checkpoint(origin: string): Promise<StoredCheckpoint | undefined>
  /**
   * Keeps a signed checkpoint, of this log or of one that is witnessed; durable when it resolves, and until then nobody may
   * see it.
   *
   * @param after the size that the last of its origin must have, 0 for none; whatever is smaller when left out.
   * @throws CascadeError INTERNAL for one that is not larger than the last of its origin, CONFLICT where the last has
   *   another size than `after`.
   */
  keepCheckpoint(checkpoint: StoredCheckpoint, after?: number): Promise<void>
}

/** What every store asks before it keeps a checkpoint that must follow another. @throws CascadeError CONFLICT. */
export function assertFollows(last: TreeHead | undefined, after: number | undefined): void {
  const size = last?.size ?? 0
  if (after !== undefined && size !== after)
    throw new CascadeError('CONFLICT', `the last checkpoint is of ${size} leaves, and not of ${after}`)
}
