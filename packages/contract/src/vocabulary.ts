/**
 * The words and numbers of the contract without its schemas: for threads that start often and parse nothing, because
 * the schemas are most of what there is to load.
 */
export { ACTION_RISKS, ACTION_TRAITS, type ActionReach, type ActionRisk, type ActionTraits } from './action-traits.ts'
export { ACTIONS, type Action } from './actions.ts'
export { ERRORS, type ErrorCode, type ErrorDefinition, errorPath } from './errors.ts'
export {
  type DecisionWord,
  GATE_MODES,
  GATE_STEPS,
  GATE_WARNING_HEADER,
  type GateMode,
  type GateStep,
  REASONS,
  type ReasonCode,
  RISK_WEIGHTS,
} from './reasons.ts'
export {
  LEDGER_CATEGORIES,
  type LedgerCategory,
  RECORD_CATEGORIES,
  RECORD_TYPES,
  type RecordType,
} from './record-categories.ts'

/** Limits of a capsule, each tested at its boundary. Sizes in bytes of UTF-8 unless the name says otherwise. */
export const CAPSULE_LIMITS = {
  contentBytesMax: 1024 * 1024,
  metadataBytesMax: 64 * 1024,
  titleLengthMax: 500,
  tagsMax: 64,
  tagLengthMax: 100,
  categoryLengthMax: 100,
  scopeLengthMax: 200,
  ownerLengthMax: 200,
  parentsMax: 1000,
  reasonLengthMax: 1000,
  licenceTermsLengthMax: 10_000,
  sourceBytesMax: 8 * 1024,
  embeddingDimensionsMax: 4096,
  embeddingModelLengthMax: 200,
} as const

export const LINEAGE_LIMITS = { nodesDefault: 1000, nodesMax: 20_000, depthMax: 100_000 } as const

export const CAPSULE_TYPES = ['knowledge', 'code', 'decision', 'insight', 'config'] as const
export const CAPSULE_STATUSES = ['ACTIVE', 'ARCHIVED', 'QUARANTINED', 'ERASED'] as const
export const LICENCES = ['public', 'private', 'for-sale'] as const
export const LINK_KINDS = ['SIMILAR_TO', 'PART_OF', 'RELATED_TO'] as const
/** Trust levels, highest first; a number's level is the highest whose score is not above it. */
export const TRUST_LEVELS = { CORE: 100, TRUSTED: 80, STANDARD: 60, SANDBOX: 40, QUARANTINE: 0 } as const

export type CapsuleType = (typeof CAPSULE_TYPES)[number]
export type CapsuleStatus = (typeof CAPSULE_STATUSES)[number]
export type Licence = (typeof LICENCES)[number]
export type LinkKind = (typeof LINK_KINDS)[number]
export type TrustLevel = keyof typeof TRUST_LEVELS
