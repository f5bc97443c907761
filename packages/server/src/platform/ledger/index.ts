export { type CheckpointMirror, readIfReadable } from './checkpoint-mirror.ts'
export { Checkpointer } from './checkpointer.ts'
export type { DatedVerdict, VerifyRequest } from './dated-verdict.ts'
export { treeOfEntries } from './entries-tree.ts'
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
export {
  assertFollows,
  type LeafFilter,
  type LedgerStore,
  type RawLeaf,
  type StoredCheckpoint,
  type StoredLeaf,
  type TreeHead,
} from './ledger-store.ts'
export { compareTile, isDamage, type LogVerdict } from './log-damage.ts'
export {
  EMPTY_ROOT,
  entryBundle,
  type FullTile,
  GrowingTiles,
  HASH_BYTES,
  type Hash,
  hashLeaf,
  hashNode,
  innerNode,
  nodeOfTile,
  parseEntryBundle,
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
  type Cosigner,
  createCosigner,
  createEd25519Signer,
  formatAddCheckpoint,
  formatLogProof,
  formatNoteSignature,
  formatVerifierKey,
  hasMlDsa44,
  isCosignerKey,
  isMistypedKey,
  type NoteSigner,
  openNote,
  parseCheckpoint,
  parseLogProof,
  parseNote,
  parseVerifierKey,
  type SigningKeyKind,
  signKeyChange,
  signNote,
  type VerifierKey,
} from './note/index.ts'
export { CHECKPOINT_PATH, type PublishedSource, publishLog } from './publish-log.ts'
export { checkSignedLog, findDoubt, type NoteElsewhere, openCheckpoint, type SignedLog } from './signed-log.ts'
export {
  addContents,
  type ContentCounts,
  type ContentSlice,
  contentFault,
  findContent,
  NO_CONTENTS,
  type StoredContent,
  type ToldContent,
  toldContent,
} from './told-content.ts'
export { requireInTree } from './tree-bounds.ts'
export { type VerifyLogOptions, verifyLog } from './verify-log.ts'
export { type PublishedVerdict, type ReadPublished, verifyPublished } from './verify-published.ts'
export {
  addCosignatures,
  type CosignedCheckpoint,
  type CosignedWish,
  cosignersOf,
  judgeSubmission,
  type LinkAnswer,
  mostCosigned,
  newestCosigned,
  originHash,
  type ReadSubmission,
  readCosigned,
  readSubmission,
  SUBMITTED_NOTE_BYTES_MAX,
  type Submission,
  type WitnessedLog,
  type WitnessLink,
} from './witness/index.ts'
