import type { Leaf } from './leaf.ts'

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

/**
 * The log as readers see it. Writing is no method here: leaves are written by `append`, in the transaction of the change
 * they tell of.
 */
export interface LedgerStore {
  find(index: number): Promise<StoredLeaf | undefined>
  /** Entries from `from` (inclusive) in order, at most `limit` (1-1000). */
  range(from: number, limit: number): Promise<readonly StoredLeaf[]>
  /** Newest first, those before index `before` (exclusive) that match, at most `limit` (1-1000). */
  list(filter: LeafFilter, page: { readonly limit: number; readonly before?: number }): Promise<readonly StoredLeaf[]>
  /** Walks the chain from `from` and names the first entry that does not follow from the one before. */
  verifyChain(from: number): Promise<{ readonly checkedTo: number; readonly firstBad: number | undefined }>
}
