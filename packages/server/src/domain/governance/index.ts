export { BOOTSTRAP_RULE, type BootstrapGateOptions, createBootstrapGate, requireGrant } from './bootstrap-gate.ts'
export {
  ALONE_WAIT_MS,
  EMERGENCY_COLLECTION,
  Emergency,
  type EmergencyCause,
  type EmergencyState,
  goesOn,
  LIFT_MS,
} from './emergency/index.ts'
export type { Decision, DecisionReason, Gate, GateRequest } from './gate.ts'
export {
  Guardian,
  type GuardianOptions,
  type GuardianQuestion,
  type Risk,
  type RiskProvider,
} from './guardian/index.ts'
export { type SubjectTrust, type Testimony, TRUST_COLLECTIONS, TrustEngine } from './trust-engine/index.ts'
