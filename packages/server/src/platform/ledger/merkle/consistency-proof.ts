import { type Hash, hashNode, isHash, isSameHash } from './hash.ts'
import { type NodeAt, subtreeRoot } from './subtree-root.ts'
import { half, isOdd, isPerfect, isTreeSize, requireTreeSize, splitOf } from './tree-size.ts'

/** That the tree of `from` leaves with `fromRoot` is the beginning of the tree of `to` leaves with `toRoot`. */
export interface ConsistencyClaim {
  readonly from: number
  readonly to: number
  readonly fromRoot: Hash
  readonly toRoot: Hash
  readonly proof: readonly Hash[]
}

/**
 * The hashes that lead from the root of the first `from` leaves to that of the first `to`. Empty where both are the same
 * tree, and from 0, where there is nothing to prove.
 *
 * @throws RangeError when one is no number of leaves, or `from` is above `to`.
 * @see RFC 6962 section 2.1.2
 */
export function proveConsistency(from: number, to: number, nodeAt: NodeAt): readonly Hash[] {
  requireTreeSize(from)
  requireTreeSize(to)
  if (from > to) throw new RangeError(`a tree of ${to} leaves does not begin with ${from}`)
  if (from === 0) return []
  const proof: Hash[] = []
  let begin = 0
  let count = to
  // Down to the subtree that ends where the smaller tree ends.
  while (begin + count !== from) {
    const left = splitOf(count)
    const goesLeft = from - begin <= left
    proof.push(goesLeft ? subtreeRoot(begin + left, count - left, nodeAt) : subtreeRoot(begin, left, nodeAt))
    begin = goesLeft ? begin : begin + left
    count = goesLeft ? left : count - left
  }
  // Where that subtree is the whole smaller tree, who verifies has its root already.
  if (begin > 0) proof.push(subtreeRoot(begin, count, nodeAt))
  return proof.reverse()
}

/**
 * Whether the claim holds. False, and never an error, for numbers that are no sizes, hashes that are not 32 bytes long, and
 * a proof of another length than the sizes demand.
 *
 * From 0 nothing is ever shown: every tree begins with the empty one, so a proof from it would say nothing about `toRoot`,
 * and the claim is false. Where the sizes are the same, the proof is empty and the roots are compared, whatever their
 * length. Both as the vectors of transparency-dev have it.
 *
 * @see RFC 9162 section 2.1.4.2
 */
export function verifyConsistency({ from, to, fromRoot, toRoot, proof }: ConsistencyClaim): boolean {
  if (!isTreeSize(from) || !isTreeSize(to) || from === 0 || from > to || !Array.isArray(proof)) return false
  if (!(fromRoot instanceof Uint8Array) || !(toRoot instanceof Uint8Array)) return false
  if (from === to) return proof.length === 0 && isSameHash(fromRoot, toRoot)
  return isHash(fromRoot) && isHash(toRoot) && leadsTo({ from, to, fromRoot, toRoot, proof })
}

/** Works out both roots from the subtree that ends where the smaller tree ends: 0 < from < to. */
function leadsTo({ from, to, fromRoot, toRoot, proof }: ConsistencyClaim): boolean {
  const isSeedKnown = isPerfect(from)
  const seed = isSeedKnown ? fromRoot : proof[0]
  if (!isHash(seed)) return false
  let smaller = seed
  let larger = seed
  let node = from - 1
  let last = to - 1
  const climb = (): void => {
    node = half(node)
    last = half(last)
  }
  while (isOdd(node)) climb()
  for (const hash of isSeedKnown ? proof : proof.slice(1)) {
    if (last === 0 || !isHash(hash)) return false
    // A node without a right sibling moves up as it is, until it is a right child itself.
    while (node === last && !isOdd(node)) climb()
    if (isOdd(node)) smaller = hashNode(hash, smaller)
    larger = isOdd(node) ? hashNode(hash, larger) : hashNode(larger, hash)
    climb()
  }
  return last === 0 && isSameHash(smaller, fromRoot) && isSameHash(larger, toRoot)
}
