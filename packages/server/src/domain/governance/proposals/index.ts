export { type DelegationCall, Delegations } from './delegations.ts'
export { type OpenProposals, openProposals } from './open-proposals.ts'
export { type PolicyDifference, PolicyDifferences } from './policy-difference.ts'
export { ProposalBook } from './proposal-book.ts'
export type { Advanced, ProposalCourse } from './proposal-course.ts'
export type { ProposalExecution } from './proposal-execution.ts'
export {
  ADVICE,
  DELEGATIONS,
  type DelegationRow,
  type KindRules,
  PROPOSAL_COLLECTIONS,
  PROPOSALS,
  type ProposalAction,
  type ProposalRow,
  withoutProposerWords,
  writtenRules,
} from './proposal-row.ts'
export type { AskedAction, CountedElection, Draft, ProposalCall, Proposals } from './proposals.ts'
export { type SettingsPort, VotedSettings } from './voted-settings.ts'
