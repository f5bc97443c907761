import { APPROVAL_LIMITS, EMERGENCY_LIMITS, GOVERNANCE_LIMITS, PROPOSAL_LIMITS } from '@forge-cascade/contract'
import { UNRECORDED_MAX } from '../../packages/server/src/domain/governance/decision-journal.ts'
import { DELEGATION_DEPTH_MAX } from '../../packages/server/src/domain/governance/voting/election.ts'
import type { Limits } from './limit.ts'

/** What decides about what may happen. */
export const GOVERNANCE_ROWS = {
  emergencyReason: {
    what: 'Reason of an emergency; of a longer one in the file EMERGENCY the beginning counts',
    value: EMERGENCY_LIMITS.reasonLengthMax,
    unit: 'characters',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  decisionResource: {
    what: 'Resource that a decision is asked about',
    value: GOVERNANCE_LIMITS.resourceLengthMax,
    unit: 'characters',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  appliedFiles: {
    what: 'Files of policies put in force at once',
    value: GOVERNANCE_LIMITS.policyFilesMax,
    unit: 'items',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  evaluations: {
    what: 'Questions of one request to `/access/v1/evaluations`',
    value: GOVERNANCE_LIMITS.evaluationsMax,
    unit: 'items',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  unrecordedDecisions: {
    what: 'Decisions that are not on record yet; beyond them nothing is decided',
    value: UNRECORDED_MAX,
    unit: 'items',
    beyond: { error: 'UNAVAILABLE' },
  },
  approvalReason: {
    what: 'Reason of an approval or a rejection',
    value: APPROVAL_LIMITS.reasonLengthMax,
    unit: 'characters',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  approvalsWaiting: {
    what: 'Requests of one subject that wait for an approval at once',
    value: APPROVAL_LIMITS.waitingMax,
    unit: 'items',
    beyond: { error: 'RATE_LIMITED' },
  },
  approvalBytes: {
    what: 'What waits for an approval: parameters, query and body as JSON',
    value: APPROVAL_LIMITS.operationBytesMax,
    unit: 'bytes',
    beyond: { error: 'PAYLOAD_TOO_LARGE' },
  },
  proposalTitle: {
    what: 'Title of a proposal',
    value: PROPOSAL_LIMITS.titleLengthMax,
    unit: 'characters',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  proposalDescription: {
    what: 'Description of a proposal',
    value: PROPOSAL_LIMITS.descriptionLengthMax,
    unit: 'characters',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  proposalBytes: {
    what: 'What a proposal is to do, as JSON',
    value: PROPOSAL_LIMITS.actionBytesMax,
    unit: 'bytes',
    beyond: { error: 'PAYLOAD_TOO_LARGE' },
  },
  proposalFiles: {
    what: 'Files of policies of one proposal',
    value: PROPOSAL_LIMITS.filesMax,
    unit: 'items',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  proposalSettings: {
    what: 'Settings that one proposal changes',
    value: PROPOSAL_LIMITS.settingsMax,
    unit: 'items',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  proposalAmendments: {
    what: 'Clauses of the constitution that one proposal changes',
    value: PROPOSAL_LIMITS.amendmentsMax,
    unit: 'items',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  ownClauses: {
    what: 'Clauses of the constitution that are the instance’s own',
    value: PROPOSAL_LIMITS.clausesMax,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  clauseBytes: {
    what: 'One clause of the constitution, in Cedar',
    value: PROPOSAL_LIMITS.clauseBytesMax,
    unit: 'bytes',
    beyond: { error: 'UNPROCESSABLE' },
  },
  proposalsOpen: {
    what: 'Proposals of one subject that are not closed',
    value: PROPOSAL_LIMITS.openMax,
    unit: 'items',
    beyond: { error: 'RATE_LIMITED' },
  },
  proposalVoters: {
    what: 'People who can vote on one proposal; with more of them it is not put to the vote',
    value: PROPOSAL_LIMITS.votersMax,
    unit: 'items',
    beyond: { error: 'CONFLICT' },
  },
  ballots: {
    what: 'Votes of one person on one proposal, each in the place of the one before',
    value: PROPOSAL_LIMITS.ballotsOfVoterMax,
    unit: 'items',
    beyond: { error: 'RATE_LIMITED' },
  },
  delegationDepth: {
    what: 'Delegations that are followed from somebody who does not vote to somebody who does',
    value: DELEGATION_DEPTH_MAX,
    unit: 'levels',
    beyond: { cut: 'the vote counts as silence' },
  },
} as const satisfies Limits
