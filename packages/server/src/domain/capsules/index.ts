export * from './access/index.ts'
export * from './archive/index.ts'
export { type AskContext, ask, type ExtractiveAnswer } from './ask/ask.ts'
export type { Conflict } from './ask/conflicts.ts'
export type { Passage as Quote } from './ask/passage.ts'
export * from './bulk/index.ts'
export type { Embedding, Link, ParentEdge, PartOf, StoredCapsule, TrustEntry, VersionContent } from './capsule.ts'
export type {
  AgedCapsule,
  ArchiveChange,
  ArchivedCapsule,
  CapsuleBody,
  CapsuleOffloadChange,
  CapsuleReloadChange,
  ReturnedCapsule,
  VersionBody,
} from './capsule-body.ts'
export {
  type CapsuleCounts,
  type Counted,
  SCOPES_COUNTED_MAX,
  type ScopeTally,
  type Tally,
  tally,
} from './capsule-counts.ts'
export type { CapsuleDraft, VersionDraft } from './capsule-draft.ts'
export {
  CANDIDATES_PER_SIGNAL_MAX,
  type CandidateAnswer,
  type CandidateQuery,
  type CapsuleChange,
  type CapsuleCreateChange,
  type CapsuleEraseChange,
  type CapsuleFilter,
  type CapsuleLinkChange,
  type CapsuleRevision,
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
  type SearchAnswer,
  SPEAKERS_MAX,
  type SubjectOfCapsules,
  VERSIONS_READ_MAX,
  type VersionSummary,
} from './capsule-store.ts'
export { capsuleChanges } from './changes.ts'
export {
  absentEmbedder,
  cacheEmbeddings,
  type Embedder,
  Embedders,
  renamed,
  type SoftMatcher,
  type Spellings,
} from './embedding/index.ts'
export {
  type EmbeddingSpaces,
  type SpaceChange,
  type SpaceFillChange,
  type SpaceName,
  type SpaceOpenChange,
  type SpaceState,
  type SpacesState,
  UNEMBEDDED_CHARACTERS_MAX,
  type Unembedded,
  type UnembeddedPage,
  type VersionVector,
} from './embedding-spaces.ts'
export * from './export/index.ts'
export { IMPORT_COLLECTIONS, type ImportSource, Imports, type ImportsOptions } from './import/index.ts'
export * from './keeping/index.ts'
export type { LineagePath } from './lineage/lineage-graph.ts'
export * from './model-change/index.ts'
export type { Candidate } from './search/candidate.ts'
export { type FilterRequest, toFilter } from './search/filter.ts'
export { type Highlight, highlight } from './search/highlight.ts'
export type { NamedSpeaker, Question } from './search/question.ts'
export { type Hit, type Placed, type Ranking, rank, type SignalPart } from './search/rank.ts'
export type { CollectionSize, Passage, PassageTerms, RankingSource } from './search/ranking-source.ts'
export { type SearchContext, type SearchResult, searchCapsules } from './search/search-capsules.ts'
export type { AskSettings, SearchSettings } from './search/search-settings.ts'
export { SIGNAL_KINDS, SIGNAL_NAMES, SIGNALS, type SignalKind, type SignalName } from './search/signals/index.ts'
export { parseFrontMatter } from './text/front-matter.ts'
export {
  NEAR_DUPLICATE_SIMILARITY,
  parseSignature,
  type Signature,
  signatureBytes,
  similarity,
} from './text/minhash.ts'
export { effectiveTrust, TRUST_MIXED_PARENTS, TRUST_NEW, trustLevel } from './trust.ts'
export * from './use-cases/index.ts'
