export type { Call, CapsuleContext, CommandIdentity, DecideCapsule, DecideNew } from './context.ts'
export {
  type Created,
  type CreateLine,
  createCapsule,
  createCapsules,
  trustOfNew,
} from './create-capsules.ts'
export { type DraftIdentity, describeVersion, embeddedText, makeDraft, makeVersionDraft, placeOf } from './draft.ts'
export { embedDocuments, type OwnVectors, toEmbedding } from './embed-documents.ts'
export { explainTrust, type TrustExplanation } from './explain-trust.ts'
export { forkCapsule } from './fork-capsule.ts'
export { type BlameResult, blameCapsule, type CapsuleDiff, diffVersions } from './history.ts'
export { inTurns } from './in-turns.ts'
export { type Differences, findLeafChanges } from './leaf-changes.ts'
export { archiveCapsule, quarantineCapsule, releaseCapsule, restoreCapsule, setTrust } from './life.ts'
export { findCommonAncestors, findLineagePath, getLineage, type LineageRequest } from './lineage.ts'
export { linkSimilarStep, SIMILARITY_COLLECTION } from './link-similar.ts'
export { addLink, removeLink } from './links.ts'
export { namedBySource } from './named-by-source.ts'
export { absent, getCapsule, getCapsuleAsOf, getPlaced, getVersion } from './read-capsule.ts'
export { settleTrust } from './settle-trust.ts'
export { type Telling, tell, tellCreated, tellOf, tellVersioned } from './tell.ts'
export { findTombstone } from './tombstone.ts'
export { type Updated, updateCapsule } from './update-capsule.ts'
