export { type BlamedLine, type BlameVersion, blame } from './blame.ts'
export { type Chunk, type ChunkOptions, chunkDocument, type DocumentKind } from './chunk.ts'
export { diffFields, type FieldChange } from './field-diff.ts'
export { fingerprint } from './fingerprint.ts'
export { type FrontMatter, parseFrontMatter } from './front-matter.ts'
export {
  type DiffLine,
  type Hunk,
  type LineDiff,
  type LineDiffOptions,
  lineDiff,
  type UnifiedDiffOptions,
  unifiedDiff,
} from './line-diff.ts'
export {
  bands,
  minhash,
  NEAR_DUPLICATE_SIMILARITY,
  parseSignature,
  type Signature,
  signatureBytes,
  similarity,
} from './minhash.ts'
export {
  compareVersions,
  FIRST_VERSION,
  formatVersion,
  type NextVersion,
  nextVersion,
  parseVersion,
  type Version,
  type VersionChange,
} from './semver.ts'
export { sentences } from './sentences.ts'
export { stem } from './stem.ts'
export { isStopWord } from './stop-words.ts'
export { type TermOptions, type TermRange, termRanges, terms } from './terms.ts'
export type { TextRange } from './text-range.ts'
