import { EMPTY_ROOT, type Hash, hashNode, isHash } from './hash.ts'
import type { NodeAt } from './subtree-root.ts'
import { half, isOdd, levelOf, requireTreeSize } from './tree-size.ts'

/** Told of a perfect subtree that has become complete, as `NodeAt` names it. */
type NodeListener = (level: number, index: number, hash: Hash) => void

/**
 * The right edge of a growing tree: the roots of the perfect subtrees that make up its `size` leaves, largest first. That
 * is all which is needed to add leaves and to tell the root; at most 53 hashes for any size.
 */
export class TreeFrontier {
  #size: number
  readonly #hashes: Hash[]

  /**
   * @param hashes one for each bit that is set in `size`, largest subtree first.
   * @throws RangeError when `size` counts no leaves, or the hashes are not as many or not hashes.
   */
  constructor(size = 0, hashes: readonly Hash[] = []) {
    requireTreeSize(size)
    if (hashes.length !== countSubtrees(size))
      throw new RangeError(`${hashes.length} hashes do not make ${size} leaves`)
    hashes.forEach(requireHash)
    this.#size = size
    this.#hashes = [...hashes]
  }

  /** The frontier of the first `size` leaves of a tree that is kept elsewhere. */
  static at(size: number, nodeAt: NodeAt): TreeFrontier {
    requireTreeSize(size)
    const hashes: Hash[] = []
    for (let begin = 0; begin < size; ) {
      const level = levelOf(size - begin)
      hashes.push(nodeAt(level, begin / 2 ** level))
      begin += 2 ** level
    }
    return new TreeFrontier(size, hashes)
  }

  get size(): number {
    return this.#size
  }

  /** A copy: it does not grow with the tree. */
  get hashes(): readonly Hash[] {
    return [...this.#hashes]
  }

  /**
   * Adds the next leaf, and tells `onNode` of every perfect subtree that it completes, from the leaf itself (level 0)
   * upward. When `onNode` throws, the tree is as it was.
   *
   * @throws RangeError when `leafHash` is no hash, or the tree has Number.MAX_SAFE_INTEGER leaves.
   */
  append(leafHash: Hash, onNode?: NodeListener): void {
    requireHash(leafHash)
    requireTreeSize(this.#size + 1)
    let hash = leafHash
    let level = 0
    let index = this.#size
    let kept = this.#hashes.length
    onNode?.(level, index, hash)
    // Counting up by one carries through the bits that are set: each of them is a subtree which this leaf makes whole.
    while (isOdd(index)) {
      kept -= 1
      hash = hashNode(this.#hashes[kept]!, hash)
      level += 1
      index = half(index)
      onNode?.(level, index, hash)
    }
    this.#hashes.length = kept
    this.#hashes.push(hash)
    this.#size += 1
  }

  root(): Hash {
    return this.#size === 0 ? EMPTY_ROOT : this.#hashes.reduceRight((right, left) => hashNode(left, right))
  }
}

function countSubtrees(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = half(rest)) count += rest % 2
  return count
}

function requireHash(hash: Hash): void {
  if (!isHash(hash)) throw new RangeError('a hash of the tree has 32 bytes')
}
