import { createHash } from 'node:crypto'
import type { Hash } from './hash.ts'
import type { NodeAt } from './subtree-root.ts'

/** Bytes by their hex digits. */
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export const hexesOf = (hashes: readonly Uint8Array[]): readonly string[] => hashes.map(hexOf)

const sha256Of = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(Buffer.concat(parts)).digest())

const leafOf = (data: Uint8Array): Hash => sha256Of(Uint8Array.of(0), data)

const nodeOf = (left: Hash, right: Hash): Hash => sha256Of(Uint8Array.of(1), left, right)

/**
 * A tree by the letter of RFC 6962 section 2.1: every function as it is defined there, over leaves that are all at hand,
 * and none of the code under test.
 */
export class DefinedTree {
  readonly leafHashes: readonly Hash[]
  readonly #known = new Map<string, Hash>()

  constructor(leaves: readonly Uint8Array[]) {
    this.leafHashes = leaves.map(leafOf)
  }

  /** MTH(D[begin:end]). */
  root(begin: number, end: number): Hash {
    const name = `${begin}:${end}`
    const root = this.#known.get(name) ?? this.#work(begin, end)
    this.#known.set(name, root)
    return root
  }

  #work(begin: number, end: number): Hash {
    if (begin === end) return sha256Of()
    if (end - begin === 1) return this.leafHashes[begin]!
    const middle = begin + largestPowerBelow(end - begin)
    return nodeOf(this.root(begin, middle), this.root(middle, end))
  }

  /** PATH(m, D[begin:end]), with m counted from `begin`. */
  path(m: number, begin: number, end: number): readonly Hash[] {
    if (end - begin === 1) return []
    const k = largestPowerBelow(end - begin)
    return m < k
      ? [...this.path(m, begin, begin + k), this.root(begin + k, end)]
      : [...this.path(m - k, begin + k, end), this.root(begin, begin + k)]
  }

  /** SUBPROOF(m, D[begin:end], isWhole); PROOF(m, D[n]) is SUBPROOF(m, D[0:n], true). */
  subproof(m: number, begin: number, end: number, isWhole = true): readonly Hash[] {
    if (m === end - begin) return isWhole ? [] : [this.root(begin, end)]
    const k = largestPowerBelow(end - begin)
    return m <= k
      ? [...this.subproof(m, begin, begin + k, isWhole), this.root(begin + k, end)]
      : [...this.subproof(m - k, begin + k, end, false), this.root(begin, begin + k)]
  }

  /** Refuses what is not complete in the tree. */
  readonly nodeAt: NodeAt = (level, index) => {
    const leaves = 2 ** level
    const end = (index + 1) * leaves
    if (!Number.isInteger(index) || end > this.leafHashes.length) throw new Error(`no node ${index} on level ${level}`)
    return this.root(end - leaves, end)
  }
}

/** A tree whose leaf `index` is the two bytes of that number. */
export const treeOf = (size: number): DefinedTree =>
  new DefinedTree(Array.from({ length: size }, (_, index) => Uint8Array.of(index >> 8, index)))

function largestPowerBelow(n: number): number {
  let k = 1
  while (2 * k < n) k *= 2
  return k
}

/** A tree of any size: all leaves are the same but those that are marked, which are all different. */
export function sparseTree(marked: readonly number[]): { nodeAt: NodeAt; leafHash: (index: number) => Hash } {
  const plain = [leafOf(Uint8Array.of())]
  const plainAt = (level: number): Hash => {
    while (plain.length <= level) plain.push(nodeOf(plain.at(-1)!, plain.at(-1)!))
    return plain[level]!
  }
  const leafHash = (index: number): Hash => (marked.includes(index) ? leafOf(Buffer.from(String(index))) : plainAt(0))
  const nodeAt: NodeAt = (level, index) => {
    const isPlain = !marked.some((mark) => Math.floor(mark / 2 ** level) === index)
    if (isPlain) return plainAt(level)
    return level === 0 ? leafHash(index) : nodeOf(nodeAt(level - 1, 2 * index), nodeAt(level - 1, 2 * index + 1))
  }
  return { nodeAt, leafHash }
}

/** The same bytes with one bit turned over. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes)
  const at = Math.floor(bit / 8) % bytes.length
  flipped[at] = flipped[at]! ^ (1 << (bit % 8))
  return flipped
}

/** What is no number of leaves, for arguments that strangers choose. */
export const NO_SIZES: readonly number[] = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 64, -(2 ** 60)]

/** What is no hash, though some of it comes with the type of one. */
export const NO_HASHES: readonly Uint8Array[] = [
  new Uint8Array(),
  new Uint8Array(31),
  new Uint8Array(33),
  new Uint8Array(64),
  ...(JSON.parse('[null, "hash", 7, {"length": 32}, []]') as Uint8Array[]),
]

/** Lists that a proof is damaged to: a bit turned over, a hash dropped, doubled, added or no hash, and the other way round. */
export function damagedProofs(proof: readonly Hash[], seed: number): readonly (readonly Hash[])[] {
  const at = proof.length === 0 ? 0 : seed % proof.length
  const extra = sha256Of(Uint8Array.of(seed))
  const longer = [[...proof, extra], [extra, ...proof], proof.toSpliced(at, 0, extra)]
  if (proof.length === 0) return longer
  const hash = proof[at]!
  const others = [
    proof.with(at, flipBit(hash, seed)),
    proof.toSpliced(at, 1),
    proof.slice(1),
    proof.slice(0, -1),
    [...proof, proof.at(-1)!],
    ...NO_HASHES.map((none) => proof.with(at, none)),
  ]
  return [...longer, ...others, ...(hexOf(proof[0]!) === hexOf(proof.at(-1)!) ? [] : [proof.toReversed()])]
}
