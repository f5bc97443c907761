export { ACTION_GROUPS } from './action-groups.ts'
export {
  APPROVAL_COLLECTION,
  type ApprovalRow,
  Approvals,
  type Approved,
  type CapsulePin,
  type CarryOut,
  type HeldOperation,
  withoutWords,
} from './approvals/index.ts'
export {
  type ArmedBundle,
  armBundle,
  BUILT_IN_BUNDLE,
  BUILT_IN_FILES,
  CONSTITUTION_PREFIX,
  isConstitutional,
} from './armed-bundle.ts'
export { decideFrom } from './decide-from.ts'
export { DecisionBook, isSameVerdict, type Replayed } from './decision-book.ts'
export type { ApprovalFacts, CapsuleFacts, DecisionInput, ResourceFacts } from './decision-input.ts'
export { DecisionJournal } from './decision-journal.ts'
export { DECISION_COLLECTION, type DecisionRow, inputDigest } from './decision-row.ts'
export {
  ALONE_WAIT_MS,
  EMERGENCY_COLLECTION,
  Emergency,
  type EmergencyCause,
  type EmergencyState,
  goesOn,
  LIFT_MS,
  mayLift,
} from './emergency/index.ts'
export type { Decided, Decision, Gate, GateRequest } from './gate.ts'
export {
  GATE_DEFAULTS,
  type GateSettings,
  GovernanceGate,
  type GovernanceGateOptions,
  requireGrant,
} from './governance-gate.ts'
export {
  Guardian,
  type GuardianOptions,
  type GuardianQuestion,
  type Risk,
  type RiskProvider,
} from './guardian/index.ts'
export { comparePolicies, PolicyDesk } from './policy-desk.ts'
export { SCHEMA_FILE } from './policy-schema.ts'
export { type ActiveBundle, POLICY_COLLECTION, PolicyShelf, type ShelvedBundle } from './policy-shelf.ts'
export {
  type Advanced,
  type AskedAction,
  type CountedElection,
  DELEGATIONS,
  type DelegationCall,
  type DelegationRow,
  Delegations,
  type Draft,
  type KindRules,
  PROPOSAL_COLLECTIONS,
  PROPOSALS,
  ProposalBook,
  type ProposalCall,
  ProposalCourse,
  type ProposalRow,
  Proposals,
  withoutProposerWords,
  writtenRules,
} from './proposals/index.ts'
export { type SubjectTrust, type Testimony, TRUST_COLLECTIONS, TrustEngine } from './trust-engine/index.ts'
export type { DecisionReason, Verdict } from './verdict.ts'
