const SUBJECT_ID = '01939b3e-0000-7000-8000-000000000001'
const OTHER_ID = '01939b3e-0000-7000-8000-000000000002'
const DIGEST = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'

export const LISTED_EXAMPLE = {
  id: '01939b42-0000-7000-8000-000000000001',
  title: 'Trust ada more',
  kind: 'trust' as const,
  proposer_id: OTHER_ID,
  proposer_name: 'grace',
  status: 'VOTING' as const,
  outcome: null,
  digest: DIGEST,
  ...{ votes_for: 1, votes_against: 0, votes_abstain: 0, weight_for: 100, weight_against: 0 },
  ...{ approval_ratio: 1, quorum: 0.4, participation: 0.5 },
  created_at: '2026-03-01T09:00:00.000Z',
  closes_at: '2026-03-08T09:00:00.000Z',
  timelock_until: null,
  execution: null,
}

export const PROPOSAL_EXAMPLE = {
  ...LISTED_EXAMPLE,
  description: '',
  action: { type: 'trust_change' as const, subject: SUBJECT_ID, trust: 80 },
  rules: null,
  own_vote: 'for' as const,
  opens_at: '2026-03-01T09:00:00.000Z',
  advice: [],
  voters: 2,
  election: 'ab'.repeat(32),
  veto: null,
}

export const VOTE_EXAMPLE = {
  voter: OTHER_ID,
  vote: 'for' as const,
  weight: 100,
  timestamp: '2026-03-02T09:00:00.000Z',
}

export const DELEGATION_EXAMPLE = {
  from: SUBJECT_ID,
  from_name: 'ada',
  to: OTHER_ID,
  to_name: 'grace',
  topic: 'policy' as const,
  created_at: '2026-03-01T09:00:00.000Z',
}

export const ELECTION_EXAMPLE = {
  format: 'forge.election/1' as const,
  proposal: LISTED_EXAMPLE.id,
  kind: 'trust' as const,
  action: DIGEST,
  digest: 'ab'.repeat(32),
  rules: {
    quorum_percent: 40,
    threshold: { numerator: 1, denominator: 2, is_beyond: true },
    delegate_share_max_percent: 50,
    ...{ late_ms: 86_400_000, extension_ms: 86_400_000 },
  },
  opens_at: 1_772_355_600_000,
  closes_at: 1_772_960_400_000,
  voters: [{ id: OTHER_ID, weight: 100 }],
  delegations: [],
  ballots: [{ sequence: 0, voter: OTHER_ID, vote: 'for' as const, at: 1_772_442_000_000, leaf_index: 412 }],
  result: {
    outcome: 'passed' as const,
    votes: { for: 1, against: 0, abstain: 0 },
    weight: { for: 100, against: 0, abstain: 0 },
    ...{ cast: 100, total: 100, beyond_share: 0, has_quorum: true },
    ...{ quorum_at: 1_772_442_000_000, closes_at: 1_772_960_400_000 },
  },
}

export const CONSTITUTION_EXAMPLE = {
  digest: DIGEST,
  clauses: [
    {
      ...{ id: 'const.quarantine', says: 'Who is quarantined does nothing.', origin: 'program' as const },
      ...{ file: 'constitution.cedar', line: 3, text: '@id("const.quarantine") …' },
    },
  ],
}
