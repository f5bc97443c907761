export { type CheckpointMirror, readIfReadable } from './checkpoint-mirror.ts'
export { Checkpointer } from './checkpointer.ts'
export type { DatedVerdict, VerifyRequest } from './dated-verdict.ts'
export {
  type AnyRecord,
  FIRST_PREV,
  LEAF_BYTES_MAX,
  type Leaf,
  type LedgerRecord,
  leafHash,
  leafText,
  toLeaf,
} from './leaf.ts'
export type { LeafFilter, LedgerStore, RawLeaf, StoredCheckpoint, StoredLeaf, TreeHead } from './ledger-store.ts'
export type { LogVerdict } from './log-damage.ts'
export {
  EMPTY_ROOT,
  entryBundle,
  GrowingTiles,
  HASH_BYTES,
  type Hash,
  hashLeaf,
  hashNode,
  innerNode,
  nodeOfTile,
  parseTilePath,
  proveConsistency,
  proveInclusion,
  rootAt,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
  tileTree,
  verifyConsistency,
  verifyInclusion,
} from './merkle/index.ts'
export {
  type Checkpoint,
  createEd25519Signer,
  formatLogProof,
  formatVerifierKey,
  type NoteSigner,
  parseVerifierKey,
  type VerifierKey,
} from './note/index.ts'
export { CHECKPOINT_PATH, type PublishedSource, publishLog } from './publish-log.ts'
export { checkSignedLog, openCheckpoint, type SignedLog } from './signed-log.ts'
export { verifyLog } from './verify-log.ts'
export { type PublishedVerdict, type ReadPublished, verifyPublished } from './verify-published.ts'
