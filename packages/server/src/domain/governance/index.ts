export { ACTION_GROUPS } from './action-groups.ts'
export {
  ANALYSIS_FORMAT,
  type AnalysedProposal,
  type Analysis,
  DRIFT_PARTS,
  type Flip,
  notAnalysed,
  ProposalAnalyst,
  type ProposalAnalystOptions,
} from './analysis/index.ts'
export {
  APPROVAL_COLLECTION,
  type ApprovalRow,
  Approvals,
  type Approved,
  type CapsulePin,
  type CarryOut,
  type HeldOperation,
  withoutReason,
  withoutWords,
} from './approvals/index.ts'
export {
  type ArmedBundle,
  armBundle,
  armWhole,
  BUILT_IN_BUNDLE,
  BUILT_IN_FILES,
  CONSTITUTION_PREFIX,
  isConstitutional,
  isOwnClause,
} from './armed-bundle.ts'
export { comparePolicies } from './compare-policies.ts'
export {
  type Advice,
  type AdviceCall,
  type AdviceQuestion,
  type AdviceRow,
  type Adviser,
  type CouncilLook,
  CouncilSessions,
  RULE_ADVISERS,
  type RuleAdviserName,
  ruleAdviser,
  withoutAdviceWords,
} from './council/index.ts'
export { decideFrom } from './decide-from.ts'
export { DecisionBook, isSameVerdict, type Replayed } from './decision-book.ts'
export type { ApprovalFacts, CapsuleFacts, DecisionFacts, DecisionInput, ResourceFacts } from './decision-input.ts'
export { DecisionJournal } from './decision-journal.ts'
export { type DecisionOutcomes, OUTCOME_COLLECTION, type OutcomeRow } from './decision-outcomes.ts'
export { DECISION_COLLECTION, type DecisionRow, inputDigest } from './decision-row.ts'
export {
  ALONE_WAIT_MS,
  EMERGENCY_COLLECTION,
  Emergency,
  type EmergencyCall,
  type EmergencyCause,
  type EmergencyState,
  goesOn,
  LIFT_MS,
  mayLift,
} from './emergency/index.ts'
export type { Decided, Decision, Gate, GateRequest, Later } from './gate.ts'
export {
  GATE_DEFAULTS,
  type GateSettings,
  GovernanceGate,
  type GovernanceGateOptions,
  requireAllowed,
  requireGrant,
} from './governance-gate.ts'
export {
  AffectDeltas,
  Guardian,
  type GuardianOptions,
  type GuardianQuestion,
  MemoryDrift,
  parseAffectDelta,
  type Risk,
  type RiskProvider,
} from './guardian/index.ts'
export { judgeAnnotations } from './judge-annotations.ts'
export { GOING_BACK } from './own-work.ts'
export { fixedFiles, PolicyDesk } from './policy-desk.ts'
export { SCHEMA_FILE } from './policy-schema.ts'
export { type ActiveBundle, POLICY_COLLECTION, PolicyShelf, type ShelvedBundle } from './policy-shelf.ts'
export {
  ADVICE,
  type Advanced,
  type AskedAction,
  type CountedElection,
  DELEGATIONS,
  type DelegationCall,
  type DelegationRow,
  Delegations,
  type Draft,
  type KindRules,
  type OpenProposals,
  openProposals,
  PolicyDifferences,
  PROPOSAL_COLLECTIONS,
  PROPOSALS,
  type ProposalAction,
  ProposalBook,
  type ProposalCall,
  type ProposalCourse,
  type ProposalExecution,
  type ProposalRow,
  type Proposals,
  type SettingsPort,
  VotedSettings,
  withoutProposerWords,
  writtenRules,
} from './proposals/index.ts'
export { keptOf, type ReplayedCounts, replayDecisions } from './replay-decisions.ts'
export { sealResource } from './resource-name.ts'
export { type ActiveRouting, ROUTING_COLLECTION, RoutingDesk } from './routing/index.ts'
export { SHADOW_EVERY_MS, ShadowCheck } from './shadow-check.ts'
export { type SubjectTrust, type Testimony, TRUST_COLLECTIONS, TrustEngine, TrustFeed } from './trust-engine/index.ts'
export type { DecisionReason, Verdict } from './verdict.ts'
