import { CascadeError } from '#base'
import {
  assertFollows,
  type Hash,
  hashNode,
  proveConsistency,
  proveInclusion,
  requireInTree,
  rootAt,
  type StoredCheckpoint,
  type StoredLeaf,
  TILE_WIDTH,
  type TreeHead,
  tileTree,
} from '#ledger'

/** The Merkle tree over leaves in memory: each node is worked out once, when it is asked for. */
export class MemoryTree {
  readonly #leaves: readonly StoredLeaf[]
  readonly #nodes = new Map<string, Hash>()
  readonly #checkpoints = new Map<string, StoredCheckpoint>()
  #size = 0

  constructor(leaves: readonly StoredLeaf[]) {
    this.#leaves = leaves
  }

  grow(): TreeHead {
    this.#size = this.#leaves.length
    return { size: this.#size, root: this.root(this.#size) }
  }

  root(size: number): Hash {
    requireInTree('size', size, this.#size)
    return rootAt(size, this.#nodeAt)
  }

  inclusion(index: number, size: number): readonly Hash[] {
    requireInTree('size', size, this.#size)
    requireInTree('entry', index, size)
    return proveInclusion(index, size, this.#nodeAt)
  }

  consistency(from: number, to: number): readonly Hash[] {
    requireInTree('size', to, this.#size)
    requireInTree('size', from, to)
    return proveConsistency(from, to, this.#nodeAt)
  }

  tile(level: number, index: number, width: number): Uint8Array | undefined {
    const first = index * TILE_WIDTH
    if (width > Math.min(TILE_WIDTH, Math.floor(this.#size / TILE_WIDTH ** level) - first)) return undefined
    const hashes = Array.from({ length: width }, (_, at) => this.#nodeAt(level * 8, first + at))
    return Uint8Array.from(Buffer.concat(hashes))
  }

  keptTile(level: number, index: number): Uint8Array | undefined {
    const hashes = this.tile(level, index, TILE_WIDTH)
    return hashes && tileTree(hashes)
  }

  checkpoint(origin: string): StoredCheckpoint | undefined {
    return this.#checkpoints.get(origin)
  }

  keepCheckpoint(checkpoint: StoredCheckpoint, after?: number): void {
    const last = this.#checkpoints.get(checkpoint.origin)
    assertFollows(last, after)
    if (last && last.size >= checkpoint.size)
      throw new CascadeError('INTERNAL', `a checkpoint of ${checkpoint.size} leaves came after one of ${last.size}`)
    this.#checkpoints.set(checkpoint.origin, checkpoint)
  }

  #nodeAt = (level: number, index: number): Hash => {
    if (level === 0) return Buffer.from(this.#leaves[index]!.hash, 'hex')
    const name = `${level}:${index}`
    const known = this.#nodes.get(name)
    if (known) return known
    const node = hashNode(this.#nodeAt(level - 1, index * 2), this.#nodeAt(level - 1, index * 2 + 1))
    this.#nodes.set(name, node)
    return node
  }
}
