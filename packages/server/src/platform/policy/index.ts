export { CompiledEngine } from './compiled-engine.ts'
export { explain, type Held, type PolicyExplanation } from './explain.ts'
export type { FallbackAnswer, FallbackEngine } from './fallback-engine.ts'
export {
  type BundledPolicy,
  type BundleReading,
  bundleDigest,
  FINDING_FIXES,
  type FindingCode,
  judgeId,
  POLICY_LIMITS,
  type PolicyBundle,
  type PolicyFile,
  type PolicyFinding,
  policiesOf,
} from './policy-bundle.ts'
export {
  byPolicy,
  decideFailClosed,
  type PolicyDecision,
  type PolicyEngine,
  type PolicyError,
} from './policy-engine.ts'
export { type PolicyJson, type PolicySetJson, type UidJson, uidOf } from './policy-json.ts'
export type { EntityJson, PolicyRequest, ValueJson } from './policy-request.ts'
export { printExpression } from './print-expression.ts'
export { actionsOf } from './schema-actions.ts'
export { type PolicyText, splitPolicies } from './split-policies.ts'
