import { sha256 } from '#base'

/** A hash of the tree: `HASH_BYTES` bytes of SHA-256. Hashes are shared, not copied: nobody writes into one. */
export type Hash = Uint8Array

export const HASH_BYTES = 32

const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

/** The root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Hash = sha256('')

// One for all calls: the digest is taken before `hashNode` returns, and nothing in it waits.
const pair = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX)

/**
 * The hash of an entry: SHA-256 of a zero byte and the entry, so that no entry can pass for an inner node.
 *
 * @see RFC 6962 section 2.1
 */
export function hashLeaf(data: Uint8Array): Hash {
  const prefixed = Buffer.allocUnsafe(1 + data.length)
  prefixed[0] = LEAF_PREFIX
  prefixed.set(data, 1)
  return sha256(prefixed)
}

/**
 * The hash of an inner node: SHA-256 of a byte 1 and the hashes of its children.
 *
 * @throws RangeError when a child is not `HASH_BYTES` long.
 * @see RFC 6962 section 2.1
 */
export function hashNode(left: Hash, right: Hash): Hash {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new RangeError('a child is not a hash')
  pair.set(left, 1)
  pair.set(right, 1 + HASH_BYTES)
  return sha256(pair)
}

/** Whether it is a hash by its shape; for what strangers send. */
export const isHash = (value: unknown): value is Hash => value instanceof Uint8Array && value.length === HASH_BYTES

export const isSameHash = (one: Hash, other: Hash): boolean => Buffer.compare(one, other) === 0
