import { LISTED_EXAMPLE } from './examples-proposals.ts'

const [BEFORE, AFTER, DIGEST] = ['ab'.repeat(32), 'cd'.repeat(32), 'ef'.repeat(32)]
const ADA = '01939b3e-0000-7000-8000-000000000001'

export const ANALYSIS_EXAMPLE = {
  format: 'forge.analysis/1' as const,
  proposal: LISTED_EXAMPLE.id,
  digest: DIGEST,
  ...{ verdict: 'kept' as const, obstacle: null },
  not_analysed: [],
  policies: { before: BEFORE, after: AFTER, added: ['own.no-archive'], removed: [], changed: [] },
  trust: null,
  constitution: [
    {
      ...{ id: 'const.quarantine', says: 'Who is quarantined does nothing.', kept: true },
      ...{ stops: 120, leaned_on: 0, example: null, reason: null },
    },
  ],
  conflicts: {
    items: [
      {
        ...{ permit: 'role.steward', forbid: 'own.no-archive', kind: 'contradicts' as const, requests: 24 },
        example: 'a steward, trust 60: capsule.archive of a capsule of its own',
      },
    ],
    standing: 0,
  },
  effects: [
    {
      ...{ role: 'steward', action: 'capsule.archive' as const, gained: 0, lost: 24 },
      ...{ approvals_lost: 0, approvals_added: 0 },
      example: 'a steward, trust 60: capsule.archive of a capsule of its own',
    },
  ],
  subjects: [{ id: ADA, name: 'ada', gained: 0, lost: 1, other: 0 }],
  recorded: {
    ...{ until: 4711, decisions: 500, flipped: 1, hidden: 0 },
    flips: [
      {
        ...{ id: '01939b42-0000-7000-8000-000000000009', count: 1, timestamp: '2026-03-01T08:00:00.000Z' },
        ...{ subject: ADA, subject_name: 'ada', action: 'capsule.archive' as const },
        ...{ resource: 'capsule/01939b42-0000-7000-8000-000000000005', from: 'allow' as const, to: 'deny' as const },
        ...{ code: 'FORBIDDEN_BY_POLICY' as const, policy_id: 'own.no-archive' },
      },
    ],
    undecided: { input_gone: 0, risk_near: 0 },
  },
  sample: { requests: 4200, of: 4200, digest: DIGEST },
  drift: {
    score: 0,
    parts: [
      {
        ...{ name: 'widened', says: 'what was not allowed and would be, by the risk of its action' },
        ...{ weight: 40, part: 0, whole: 5200, points: 0 },
      },
    ],
  },
}

export const ADVICE_EXAMPLE = {
  proposal: LISTED_EXAMPLE.id,
  items: [
    {
      ...{ at: '2026-03-01T09:00:00.000Z', analysis: DIGEST, digest: AFTER },
      comments: [
        {
          ...{ adviser: 'security', state: 'given' as const, opinion: 'for' as const, text: 'Nobody gains power.' },
          ...{ reasons: [], code: null },
        },
      ],
    },
  ],
}
