import type { DelegationTopic, ProposalKind, ProposalOutcome, ProposalStatus } from '@forge-cascade/contract'
import { canonicalJson, sha256Hex } from '#base'
import type { AskedValue, ValueChange } from '#config'
import type { PolicyFile } from '#policy'
import type { CollectionDefinition, RecordPut } from '#store'
import type { AskedClause } from '../amendments.ts'
import type { Ballot, Delegation, Election, ElectionRules } from '../voting/election.ts'

/** What is done when a proposal is passed. */
export type ProposalAction =
  /** Puts policies in force; null those that come with the program. */
  | { readonly type: 'policy_change'; readonly files: readonly PolicyFile[] | null }
  /** Sets the trust of a subject (id). */
  | { readonly type: 'trust_change'; readonly subject: string; readonly trust: number }
  /** Has settings count that were voted for; null what is configured. `from` is what counted when it was proposed. */
  | { readonly type: 'configuration_change'; readonly changes: readonly ValueChange[] }
  /** Changes clauses of the constitution that are the instance's own; `from` is what was in force when it was proposed. */
  | { readonly type: 'constitution_amendment'; readonly clauses: readonly ClauseChange[] }

export interface ClauseChange extends AskedClause {
  readonly from: string | null
}

/** How proposals of a kind are voted on. */
export interface KindRules extends ElectionRules {
  readonly votingMs: number
  /** Between the close and the carrying out. */
  readonly timelockMs: number
}

/** What was there before a proposal was carried out: another proposal brings it back. */
export type Before =
  /** Digest of the policies; null where those of the program were in force. */
  | { readonly type: 'policies'; readonly digest: string | null }
  | { readonly type: 'trust'; readonly subject: string; readonly trust: number }
  /** What was voted for; null where nothing was. */
  | { readonly type: 'settings'; readonly values: readonly AskedValue[] }
  | { readonly type: 'clauses'; readonly clauses: readonly AskedClause[] }

export interface Execution {
  readonly state: 'executed' | 'failed'
  /** Milliseconds since 1970. */
  readonly at: number
  readonly code: string | null
  readonly detail: string | null
  /** Null for what failed. */
  readonly before: Before | null
  /** The decision to carry it out, or not to. */
  readonly decisionId: string
}

/** How the vote stands, or ended. */
export interface Standing {
  readonly votes: { readonly for: number; readonly against: number; readonly abstain: number }
  readonly weight: { readonly for: number; readonly against: number; readonly abstain: number }
  readonly cast: number
  readonly total: number
}

export interface ProposalRow {
  readonly v: 1
  /** UUIDv7, also the key. */
  readonly id: string
  readonly title: string
  readonly description: string
  readonly kind: ProposalKind
  readonly action: ProposalAction
  /** Of the action. */
  readonly digest: string
  /** Subject id. */
  readonly proposer: string
  readonly status: ProposalStatus
  readonly outcome: ProposalOutcome | null
  /** What the instance has to do with it: `tell` the log that it was carried out. */
  readonly next: 'nothing' | 'open' | 'close' | 'execute' | 'tell'
  /** Milliseconds since 1970, as all moments here. */
  readonly createdAt: number
  readonly opensAt: number | null
  /** A late quorum heeded. */
  readonly closesAt: number | null
  readonly timelockUntil: number | null
  /** As they were when voting opened. */
  readonly rules: KindRules | null
  /** Digest of the election; null until voting is open. */
  readonly election: string | null
  readonly voters: number | null
  /** Taken so far: the sequence of the next one. */
  readonly ballots: number
  /** When the last one was taken. */
  readonly lastAt: number
  readonly standing: Standing
  readonly veto: { readonly clause: string; readonly reason: string } | null
  readonly execution: Execution | null
  /** The proposer, until it is closed. */
  readonly openOf: string | null
}

/** What was fixed when voting opened. */
export interface ElectionRow extends Election {
  readonly proposal: string
  readonly kind: ProposalKind
  /** Digest of the action. */
  readonly action: string
  /** Of all of this. */
  readonly digest: string
}

export interface DelegationRow extends Delegation {
  readonly topic: DelegationTopic
  readonly at: number
}

export const PROPOSALS = { name: 'proposals', indexes: ['status', 'next', 'proposer', 'openOf'] } as const
export const ELECTIONS = { name: 'proposal_elections', indexes: [] } as const
export const BALLOTS = { name: 'proposal_ballots', indexes: [] } as const
export const DELEGATIONS = { name: 'vote_delegations', indexes: ['from', 'to'] } as const
/** What the council said, each time under a key of its own. */
export const ADVICE = { name: 'proposal_advice', indexes: ['proposal'] } as const
/** By the key of the configuration. */
export const SETTINGS = { name: 'voted_settings', indexes: [] } as const
export const PROPOSAL_COLLECTIONS = [
  PROPOSALS,
  ELECTIONS,
  BALLOTS,
  DELEGATIONS,
  ADVICE,
  SETTINGS,
] as const satisfies readonly CollectionDefinition[]

export const NOBODY_VOTED: Standing = {
  votes: { for: 0, against: 0, abstain: 0 },
  weight: { for: 0, against: 0, abstain: 0 },
  ...{ cast: 0, total: 0 },
}

/**
 * Settings by which votes are counted, everything is decided, and requests to do so are let in: whoever changes them changes what
 * protects the constitution.
 */
const OF_RULES = ['governance.', 'gate.', 'guardian.', 'limits.'] as const

const KINDS = {
  policy_change: 'policy',
  trust_change: 'trust',
  configuration_change: 'configuration',
  constitution_amendment: 'constitution',
} as const satisfies Record<ProposalAction['type'], ProposalKind>

/** How it is voted on, as long as it takes nobody’s vote away. @see kindNow */
export const kindOf = (action: ProposalAction): ProposalKind =>
  action.type === 'configuration_change' &&
  action.changes.some(({ key }) => OF_RULES.some((prefix) => key.startsWith(prefix)))
    ? 'constitution'
    : KINDS[action.type]

/** SHA-256 of the canonical JSON of what is to be done, hex. */
export const actionDigest = (action: ProposalAction): string => sha256Hex(canonicalJson({ v: 1, ...action }))

/** SHA-256 of everything that a result is worked out from beside the ballots, hex. */
export function electionDigest({ proposal, action, ...election }: Omit<ElectionRow, 'digest' | 'kind'>): string {
  const { rules, opensAt, closesAt, voters, delegations } = election
  return sha256Hex(
    canonicalJson({
      ...{ proposal, action, rules: writtenRules(rules), opens_at: opensAt, closes_at: closesAt },
      voters: voters.map(({ id, weight }) => ({ id, weight })),
      delegations: delegations.map(({ from, to }) => ({ from, to })),
    }),
  )
}

/** Rules as they are exported. */
export const writtenRules = ({ threshold, ...rules }: ElectionRules) => ({
  quorum_percent: rules.quorumPercent,
  threshold: { numerator: threshold.numerator, denominator: threshold.denominator, is_beyond: threshold.isBeyond },
  delegate_share_max_percent: rules.delegateShareMaxPercent,
  late_ms: rules.lateMs,
  extension_ms: rules.extensionMs,
})

const SEQUENCE_DIGITS = 8
export const ballotKey = (proposal: string, sequence: number): string =>
  `${proposal}/${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`
export const delegationKey = (from: string, topic: DelegationTopic): string => `${from}/${topic}`

export const putProposal = (row: ProposalRow, revision: number): RecordPut => ({
  kind: 'record.put',
  collection: PROPOSALS.name,
  key: row.id,
  value: { ...row, openOf: row.status === 'CLOSED' ? null : row.proposer },
  expectedRevision: revision,
  expiresAt: null,
})

export const putBallot = (proposal: string, ballot: Ballot): RecordPut => ({
  kind: 'record.put',
  collection: BALLOTS.name,
  key: ballotKey(proposal, ballot.sequence),
  value: ballot,
  expectedRevision: 0,
  expiresAt: null,
})

/** What is left of it when its proposer is erased: what was voted on, in nobody's words. */
export const withoutProposerWords = (row: ProposalRow): ProposalRow => ({ ...row, title: '', description: '' })
