import { EMPTY_ROOT, type Hash, hashNode } from './hash.ts'
import { isPerfect, levelOf, requireTreeSize, splitOf } from './tree-size.ts'

/**
 * The root of the perfect subtree of 2^level leaves which begins at leaf index * 2^level. It is asked only for subtrees
 * that are complete in the tree at hand. What it throws is passed on.
 */
export type NodeAt = (level: number, index: number) => Hash

/**
 * The root of the tree of the first `size` leaves.
 *
 * @throws RangeError when `size` counts no leaves.
 * @see RFC 6962 section 2.1
 */
export function rootAt(size: number, nodeAt: NodeAt): Hash {
  requireTreeSize(size)
  return size === 0 ? EMPTY_ROOT : subtreeRoot(0, size, nodeAt)
}

/**
 * The root over `size` leaves (from 1) from leaf `begin`, which is a place where the tree of more leaves parts: a multiple
 * of some power of two that is not below `size`.
 */
export function subtreeRoot(begin: number, size: number, nodeAt: NodeAt): Hash {
  if (isPerfect(size)) return nodeAt(levelOf(size), begin / size)
  const left = splitOf(size)
  return hashNode(nodeAt(levelOf(left), begin / left), subtreeRoot(begin + left, size - left, nodeAt))
}
