import { GATE_STEPS } from '../reasons.ts'

const SUBJECT_ID = '01939b3e-0000-7000-8000-000000000001'
const BUNDLE = '545923a8b4632903356145bdaaa59cb0ac61f9ee504fac2609e633240d4e88cb'
const PERMITTED = {
  step: 'policy' as const,
  code: 'PERMITTED' as const,
  message: 'A policy permits it, and none forbids it: An administrator may do everything that the constitution allows.',
  policy_id: 'role.administrator',
}

export const DECISION_EXAMPLE = {
  schema_version: 'forge.decision/1' as const,
  decision_id: '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e',
  timestamp: '2026-03-01T09:00:00.000Z',
  correlation_id: '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8f',
  actor: { id: SUBJECT_ID, kind: 'person' as const, name: 'administrator', trust: 100 },
  action: 'capsule.create' as const,
  resource: '*',
  emergency_active: false,
  enforcement_enabled: true,
  mode: 'enforce' as const,
  decision: 'allow' as const,
  reasons: [PERMITTED],
  obligations: [],
  steps: GATE_STEPS.map((step) => ({ step, result: 'passed' as const })),
  bundle: BUNDLE,
  metrics: { latency_ms: 0.02, risk: 5, trust: 100, drift: null },
}

export const EXPLAINED_EXAMPLE = {
  ...DECISION_EXAMPLE,
  recorded: {
    ledger_index: 369,
    digest: 'fa6ac13a7d6c8f24c389c981cc4322c0dffa8c7de19506c197454f418bb5b86c',
    matches: true,
  },
  outcome: null,
  replay: { decision: 'allow' as const, same: true },
  policies: [
    {
      policy_id: 'role.administrator',
      effect: 'permit' as const,
      says: 'An administrator may do everything that the constitution allows.',
      determines: true,
      scope: [{ text: 'principal in Role::"administrator"', held: 'held' as const }],
      clauses: [],
    },
  ],
}

export const POLICIES_EXAMPLE = {
  digest: BUNDLE,
  applied_at: '2026-03-01T09:00:00.000Z',
  applied_by: SUBJECT_ID,
  is_built_in: true,
  policies: [
    {
      ...{ id: 'const.quarantine', effect: 'forbid' as const, says: 'Who is quarantined does nothing.' },
      ...{ tier: 'constitution' as const, mode: 'enforce' as const, canary_percent: 0, curable: null },
      ...{ file: 'constitution.cedar', line: 3 },
    },
  ],
  files: [{ path: 'constitution.cedar', text: '@id("const.quarantine")\n…' }],
}

export const CHANGE_EXAMPLE = {
  ...{ applied: true, digest: 'ab'.repeat(32), previous: BUNDLE, findings: [] },
  ...{ added: ['team.all'], removed: ['role.member.own'], changed: [] },
}

export const QUESTION_EXAMPLE = {
  subject: { type: 'agent', id: 'scout' },
  action: { name: 'capsule.search' },
  resource: { type: 'capsule', id: '*' },
}

export const EVALUATION_EXAMPLE = {
  decision: true,
  context: {
    id: '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e',
    decision: 'allow' as const,
    reasons: [{ code: 'PERMITTED', policy_id: 'role.member.begin' }],
  },
}
