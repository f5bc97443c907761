export { ACTION_RISKS, ACTION_TRAITS, type ActionReach, type ActionRisk, type ActionTraits } from './action-traits.ts'
export { ACTIONS, type Action } from './actions.ts'
export * from './approval.ts'
export * from './archive.ts'
export * from './artifact.ts'
export * from './bulk.ts'
export * from './capsule.ts'
export * from './command-line.ts'
export * from './embedding.ts'
export * from './emergency.ts'
export { ERRORS, type ErrorCode, type ErrorDefinition, errorPath } from './errors.ts'
export * from './evidence.ts'
export * from './export.ts'
export * from './governance.ts'
export * from './identity.ts'
export * from './import.ts'
export * from './keeping.ts'
export * from './ledger.ts'
export * from './lineage.ts'
export { buildOpenApi, type OpenApiDocument, openApiSteps } from './openapi/openapi.ts'
export { isShallow, JSON_LEVELS_MAX, jsonValue, PAGE_LIMITS } from './parameters.ts'
export * from './policy.ts'
export {
  LEDGER_CATEGORIES,
  type LedgerCategory,
  RECORD_CATEGORIES,
  RECORD_TYPES,
  type RecordType,
} from './record-categories.ts'
export * from './routes/index.ts'
export * from './search.ts'
export * from './share.ts'
export * from './subject-trust.ts'
export * from './system.ts'
