export { type DelegationCall, Delegations } from './delegations.ts'
export { type PolicyDifference, PolicyDifferences } from './policy-difference.ts'
export { ProposalBook } from './proposal-book.ts'
export { type Advanced, ProposalCourse } from './proposal-course.ts'
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
export { type AskedAction, type CountedElection, type Draft, type ProposalCall, Proposals } from './proposals.ts'
export { type SettingsPort, VotedSettings } from './voted-settings.ts'
