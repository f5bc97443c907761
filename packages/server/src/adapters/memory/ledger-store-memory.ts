import {
  addContents,
  type ContentSlice,
  contentFault,
  FIRST_PREV,
  findContent,
  type LeafFilter,
  type LedgerStore,
  leafHash,
  NO_CONTENTS,
  type RawLeaf,
  type StoredLeaf,
  toldContent,
} from '#ledger'
import type { MemoryState } from './memory-state.ts'
import { MemoryTree } from './memory-tree.ts'

/** The log as readers see it. */
export function createLedgerStore({ leaves, capsules }: MemoryState): LedgerStore {
  const tree = new MemoryTree(leaves)
  return {
    async find(index) {
      return leaves[index]
    },
    async range(from, limit) {
      return leaves.slice(from, from + limit)
    },
    async rawRange(from, limit) {
      return leaves.slice(from, from + limit).map(toRawLeaf)
    },
    async list(filter, { limit, before = leaves.length }) {
      return leaves
        .slice(0, Math.max(0, before))
        .reverse()
        .filter((entry) => matches(entry, filter))
        .slice(0, limit)
    },
    async verifyChain(from) {
      const broken = leaves.slice(from).findIndex((entry, offset) => !follows(entry, leaves[from + offset - 1]))
      const firstBad = broken === -1 ? undefined : from + broken
      return { checkedTo: firstBad ?? leaves.length - 1, firstBad }
    },
    verifyContents: async (from, limit) => checkContents({ leaves, capsules }, from, limit),
    countVersions: async () => ({
      versions: [...capsules.values()].reduce((sum, { versions }) => sum + versions.length, 0),
      head: leaves.length - 1,
    }),
    grow: async () => tree.grow(),
    // Nodes in memory are worked out of the leaves as they are asked for.
    regrow: async () => undefined,
    rootAt: async (size) => tree.root(size),
    proveInclusion: async (index, size) => tree.inclusion(index, size),
    proveConsistency: async (from, to) => tree.consistency(from, to),
    tile: async (level, index, width) => tree.tile(level, index, width),
    keptTile: async (level, index) => tree.keptTile(level, index),
    checkpoint: async (origin) => tree.checkpoint(origin),
    keepCheckpoint: async (checkpoint, after) => tree.keepCheckpoint(checkpoint, after),
  }
}

function checkContents(
  { leaves, capsules }: Pick<MemoryState, 'leaves' | 'capsules'>,
  from: number,
  limit: number,
): ContentSlice {
  let counts = NO_CONTENTS
  for (const { leaf } of leaves.slice(from, from + limit)) {
    const told = toldContent(leaf)
    if (!told) continue
    const row = capsules.get(told.id)
    const version = row?.versions.find(({ version }) => version === told.version)
    const gone = row?.status === 'ERASED' ? 'erased' : row?.archived ? 'archived' : undefined
    const found = findContent(told, version && { ...version, gone })
    if ('fault' in found) return { next: leaf.index + 1, counts, ...contentFault(told, leaf.index, found.fault) }
    counts = addContents(counts, { ...NO_CONTENTS, [found.at]: 1 })
  }
  return { next: from + limit, counts }
}

const toRawLeaf = ({ leaf, text, hash }: StoredLeaf): RawLeaf => ({
  index: leaf.index,
  bytes: Buffer.from(text),
  hash: Buffer.from(hash, 'hex'),
  isListed: true,
})

function matches({ leaf }: StoredLeaf, { category, type, actor, subject, correlationId }: LeafFilter): boolean {
  return (
    (category === undefined || leaf.category === category) &&
    (type === undefined || leaf.type === type) &&
    (actor === undefined || leaf.actor === actor) &&
    (subject === undefined || leaf.subject === subject) &&
    (correlationId === undefined || leaf.correlation_id === correlationId)
  )
}

function follows(entry: StoredLeaf, before: StoredLeaf | undefined): boolean {
  return leafHash(entry.text) === entry.hash && entry.leaf.prev === (before?.hash ?? FIRST_PREV)
}
