import { canonicalJson, type Random, saltedDigest } from '#base'
import type { CollectionDefinition, RecordPut } from '#store'
import type { DecisionInput } from './decision-input.ts'
import type { Decided } from './gate.ts'
import type { Verdict } from './verdict.ts'

/**
 * What stands beside the log of a decision, or of several that were made from the same: everything it was made from, and what
 * it came to. It expires, and is erased with what it speaks of; the log then has its digest alone.
 */
export interface DecisionRow {
  readonly v: 1
  /** Ids of the decisions, the first of which is the key of the row. */
  readonly ids: readonly string[]
  /** Milliseconds since 1970, of the first. */
  readonly at: number
  readonly latencyMs: number
  readonly correlationId: string
  /** Id of who asked; null for nobody in particular. */
  readonly subject: string | null
  readonly resource: string
  readonly input: DecisionInput
  readonly verdict: Verdict
  /** Hex: the key of the digest that stands in the log. */
  readonly key: string
  /** Correlation id of the entry of the log that gathered it with others; null where it has an entry of its own. */
  readonly gatheredIn: string | null
}

export const DECISION_COLLECTION = {
  name: 'decisions',
  indexes: ['subject', 'resource'],
} as const satisfies CollectionDefinition

const KEY_BYTES = 32
const DAY_MS = 24 * 60 * 60 * 1000

/** The row of decisions that were all made from the same input. */
export function toDecisionRow(
  decided: Decided,
  ids: readonly string[],
  random: Random,
  gatheredIn: string | null = null,
): DecisionRow {
  const { decidedAt, latencyMs, correlationId, input, verdict } = decided
  return {
    v: 1,
    ids,
    at: decidedAt,
    latencyMs: Math.round(latencyMs * 1000) / 1000,
    correlationId,
    subject: input.subject?.id ?? null,
    resource: input.resource,
    input,
    verdict,
    key: Buffer.from(random(new Uint8Array(KEY_BYTES))).toString('hex'),
    gatheredIn,
  }
}

/** What stands in the log of the input. */
export const inputDigest = ({ key, input }: Pick<DecisionRow, 'key' | 'input'>): string =>
  saltedDigest(Buffer.from(key, 'hex'), canonicalJson(input))

export const keepRow = (row: DecisionRow, days: number): RecordPut => ({
  kind: 'record.put',
  collection: DECISION_COLLECTION.name,
  key: row.ids[0] ?? '',
  value: row,
  expectedRevision: undefined,
  expiresAt: row.at + days * DAY_MS,
})

/** What the log says of a decision. */
export const tellDecision = ({ input, verdict }: Pick<DecisionRow, 'input' | 'verdict'>) => ({
  action: input.action,
  resource: input.resource,
  decision: verdict.word,
  mode: verdict.mode,
  reasons: verdict.reasons.map(({ step, code, policyId }) => ({ step, code, policy_id: policyId })),
  trust: input.subject?.trust ?? null,
  risk: input.risk,
  bundle: input.bundle,
})
