export type { CheckpointMirror } from './checkpoint-mirror.ts'
export { Checkpointer } from './checkpointer.ts'
export {
  FIRST_PREV,
  LEAF_BYTES_MAX,
  type Leaf,
  type LedgerCategory,
  type LedgerRecord,
  leafHash,
  leafText,
  toLeaf,
} from './leaf.ts'
export type { LeafFilter, LedgerStore, StoredCheckpoint, StoredLeaf, TreeHead } from './ledger-store.ts'
export type { LogVerdict } from './log-verdict.ts'
export {
  EMPTY_ROOT,
  entryBundle,
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
  TreeFrontier,
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
export { checkSignedLog, openCheckpoint } from './signed-log.ts'
