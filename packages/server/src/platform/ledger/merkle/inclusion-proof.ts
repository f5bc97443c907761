import { type Hash, hashNode, isHash, isSameHash } from './hash.ts'
import { type NodeAt, subtreeRoot } from './subtree-root.ts'
import { half, isOdd, isTreeSize, requireTreeSize, splitOf } from './tree-size.ts'

/** That `leafHash` is leaf `index` (from 0) of the tree of `size` leaves with this root. */
export interface InclusionClaim {
  readonly index: number
  readonly size: number
  readonly leafHash: Hash
  /** Siblings on the way from the leaf to the root, lowest first. */
  readonly proof: readonly Hash[]
  readonly root: Hash
}

/**
 * The siblings on the way from leaf `index` to the root of the tree of `size` leaves, lowest first; none where the leaf is
 * the whole tree.
 *
 * @throws RangeError when the tree has no such leaf.
 * @see RFC 6962 section 2.1.1
 */
export function proveInclusion(index: number, size: number, nodeAt: NodeAt): readonly Hash[] {
  requireTreeSize(index)
  requireTreeSize(size)
  if (index >= size) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`)
  const proof: Hash[] = []
  for (let begin = 0, count = size; count > 1; ) {
    const left = splitOf(count)
    const goesLeft = index - begin < left
    proof.push(goesLeft ? subtreeRoot(begin + left, count - left, nodeAt) : subtreeRoot(begin, left, nodeAt))
    begin = goesLeft ? begin : begin + left
    count = goesLeft ? left : count - left
  }
  return proof.reverse()
}

/**
 * Whether the claim holds. False, and never an error, for numbers that are no index of the tree, hashes that are not 32
 * bytes long, and a proof of another length than `index` and `size` demand.
 *
 * @see RFC 9162 section 2.1.3.2
 */
export function verifyInclusion({ index, size, leafHash, proof, root }: InclusionClaim): boolean {
  if (!isTreeSize(index) || !isTreeSize(size) || index >= size) return false
  if (!isHash(leafHash) || !isHash(root) || !Array.isArray(proof)) return false
  let hash = leafHash
  let node = index
  // The last node of the row that `node` is in: where both are the same, the node has nothing to its right.
  let last = size - 1
  for (const sibling of proof) {
    if (last === 0 || !isHash(sibling)) return false
    // A node without a right sibling moves up as it is, until it is a right child itself.
    while (node === last && !isOdd(node)) {
      node = half(node)
      last = half(last)
    }
    hash = isOdd(node) ? hashNode(sibling, hash) : hashNode(hash, sibling)
    node = half(node)
    last = half(last)
  }
  return last === 0 && isSameHash(hash, root)
}
