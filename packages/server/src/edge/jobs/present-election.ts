import type { ElectionExport } from '@forge-cascade/contract'
import { type CountedElection, writtenRules } from '#governance'

/** An election as it is exported. @param leaves sequence of a ballot → its entry in the log. */
export function presentElection(
  { election, kind, ballots, result }: CountedElection,
  leaves: ReadonlyMap<number, number>,
): ElectionExport {
  const { proposal, action, digest, rules, opensAt, closesAt, voters, delegations } = election
  const { outcome, votes, weight, cast, total, beyondShare, hasQuorum, quorumAt } = result
  return {
    ...{ format: 'forge.election/1', proposal, kind, action, digest, rules: writtenRules(rules) },
    ...{ opens_at: opensAt, closes_at: closesAt },
    voters: voters.map((voter) => ({ ...voter })),
    delegations: delegations.map(({ from, to }) => ({ from, to })),
    ballots: ballots.map((ballot) => ({ ...ballot, leaf_index: leaves.get(ballot.sequence) ?? null })),
    result: {
      ...{ outcome, votes: { ...votes }, weight: { ...weight }, cast, total, beyond_share: beyondShare },
      ...{ has_quorum: hasQuorum, quorum_at: quorumAt, closes_at: result.closesAt },
    },
  }
}
