import { toRfc3339 } from '#base'
import { type Command, type Grant, toRecord } from '#store'
import type { Ballot } from '../voting/election.ts'
import type { ProposalRow } from './proposal-row.ts'

export type ProposalWord =
  | 'proposal.created'
  | 'proposal.activated'
  | 'proposal.opened'
  | 'proposal.voted'
  | 'proposal.closed'
  | 'proposal.executed'
  | 'proposal.execution_failed'

type Told = Pick<Command, 'records' | 'events'>

/** What the log and those who follow it are told: never titles nor descriptions. @param ballot of `proposal.voted`. */
export function tellProposal(grant: Grant, row: ProposalRow, word: ProposalWord, ballot?: Ballot): Told {
  const { id, kind, status, outcome } = row
  return {
    records: [recordOf(grant, row, word, ballot)],
    events: [{ type: `cascade.${word}`, subject: `proposal/${id}`, data: { id, kind, status, outcome } }],
  }
}

function recordOf(grant: Grant, row: ProposalRow, word: ProposalWord, ballot: Ballot | undefined) {
  const about = `proposal/${row.id}` as const
  const { digest, standing } = row
  switch (word) {
    case 'proposal.created':
      return toRecord(grant, 'proposal.created', about, { topic: row.kind, digest }, {})
    case 'proposal.activated':
      return toRecord(grant, 'proposal.activated', about, { opens_at: toRfc3339(row.opensAt ?? row.createdAt) }, {})
    case 'proposal.opened': {
      const closes_at = toRfc3339(row.closesAt ?? row.createdAt)
      const fixed = { digest, election: row.election ?? digest, voters: row.voters ?? 0, total: standing.total }
      return toRecord(grant, 'proposal.opened', about, { ...fixed, closes_at }, {})
    }
    case 'proposal.voted': {
      const { sequence = 0, vote = 'abstain' } = ballot ?? {}
      return toRecord(grant, 'proposal.voted', about, { sequence, vote }, {})
    }
    case 'proposal.closed': {
      const { weight } = standing
      const told = {
        ...{ outcome: row.outcome ?? 'vetoed', clause: row.veto?.clause ?? null, ballots: row.ballots },
        ...{ weight_for: weight.for, weight_against: weight.against, weight_abstain: weight.abstain },
        timelock_until: row.timelockUntil === null ? null : toRfc3339(row.timelockUntil),
      }
      return toRecord(grant, 'proposal.closed', about, told, {})
    }
    case 'proposal.executed':
      return toRecord(grant, 'proposal.executed', about, { digest }, {})
    case 'proposal.execution_failed':
      return toRecord(
        grant,
        'proposal.execution_failed',
        about,
        { digest, code: row.execution?.code ?? 'INTERNAL' },
        {},
      )
  }
}
