import type { DecisionRecord, Evaluation, ExplainedDecision } from '@forge-cascade/contract'
import { toRfc3339 } from '#base'
import type { Decided, OutcomeRow } from '#governance'

/** A decision as every consumer reads it; null as id for a preview. */
export function presentDecision(
  {
    decisionId,
    decidedAt,
    latencyMs,
    correlationId,
    input,
    verdict,
  }: Omit<Decided, 'decisionId'> & {
    readonly decisionId: string | null
  },
  names: ReadonlyMap<string, string>,
): DecisionRecord {
  const { subject } = input
  return {
    schema_version: 'forge.decision/1',
    decision_id: decisionId,
    timestamp: toRfc3339(decidedAt),
    correlation_id: correlationId,
    actor: subject && {
      id: subject.id,
      kind: subject.kind as 'person', // one of the three that a subject can be
      name: names.get(subject.id) ?? null,
      trust: subject.trust,
    },
    action: input.action,
    resource: input.resource,
    emergency_active: input.emergency,
    enforcement_enabled: verdict.mode === 'enforce',
    mode: verdict.mode,
    decision: verdict.word,
    reasons: verdict.reasons.map(({ step, code, message, policyId }) => ({ step, code, message, policy_id: policyId })),
    obligations: verdict.obligations.map(({ kind, policyId }) => ({ kind, policy_id: policyId })),
    steps: verdict.steps.map(({ step, result }) => ({ step, result })),
    bundle: input.bundle,
    metrics: {
      latency_ms: Math.round(latencyMs * 1000) / 1000,
      risk: input.risk,
      trust: subject?.trust ?? null,
      drift: input.drift ?? null,
    },
  }
}

/** What became of it. */
export const presentOutcome = ({ state, code, endedAt }: OutcomeRow): NonNullable<ExplainedDecision['outcome']> => ({
  state,
  code,
  ended_at: endedAt === null ? null : toRfc3339(endedAt),
})

/** The answer to a question of AuthZEN. */
export const presentEvaluation = ({ decisionId, verdict }: Decided): Evaluation => ({
  decision: verdict.applied === 'allow',
  context: {
    id: decisionId,
    decision: verdict.word,
    reasons: verdict.reasons.map(({ code, policyId }) => ({ code, policy_id: policyId })),
  },
})
