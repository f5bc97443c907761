export type { Embedding, Link, ParentEdge, PartOf, StoredCapsule, VersionContent } from './capsule.ts'
export {
  CANDIDATES_PER_SIGNAL_MAX,
  type Candidate,
  type CandidateAnswer,
  type CandidateQuery,
  type CapsuleChange,
  type CapsuleCounts,
  type CapsuleCreateChange,
  type CapsuleDraft,
  type CapsuleFilter,
  type CapsuleLinkChange,
  type CapsuleSettleChange,
  type CapsuleStatusChange,
  type CapsuleStore,
  type CapsuleTrustChange,
  type CapsuleUnlinkChange,
  type CapsuleVersionChange,
  type Lineage,
  type LineageEdge,
  type LineageNode,
  type LineageQuery,
  NEAR_DUPLICATES_MAX,
  type Page,
  type TrustEntry,
  VERSIONS_READ_MAX,
  type VersionDraft,
  type VersionSummary,
} from './capsule-store.ts'
export { capsuleChanges } from './changes.ts'
export {
  NEAR_DUPLICATE_SIMILARITY,
  parseSignature,
  type Signature,
  signatureBytes,
  similarity,
} from './text/minhash.ts'
export { effectiveTrust, TRUST_MIXED_PARENTS, TRUST_NEW, trustLevel } from './trust.ts'
