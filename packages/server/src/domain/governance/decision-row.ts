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
  /** Id of the first decision, which is the key of the row; the others count up from it in their last 32 bits. */
  readonly first: string
  readonly count: number
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
  count: number,
  random: Random,
  gatheredIn: string | null = null,
): DecisionRow {
  const { decisionId, decidedAt, latencyMs, correlationId, input, verdict } = decided
  return {
    v: 1,
    first: decisionId,
    count,
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
  key: row.first,
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

const COUNTER = 8 // hex digits: 32 bits
const NONE = '0'.repeat(COUNTER)
/** Decisions in one group: what its counter can say. */
export const GROUP_MAX = 0xffff_ffff

/** The id from which decisions of one group count up. */
export const groupId = (id: string): string => id.slice(0, -COUNTER) + NONE

/** The n-th id of a group, from 0. */
export const memberId = (group: string, n: number): string =>
  group.slice(0, -COUNTER) + n.toString(16).padStart(COUNTER, '0')

/** Which member of its group an id would be. */
export const memberOf = (id: string): number => Number.parseInt(id.slice(-COUNTER), 16)

/** Ids of all decisions of a group. */
export const decisionIds = ({ first, count }: { readonly first: string; readonly count: number }): readonly string[] =>
  Array.from({ length: count }, (_, n) => (n === 0 ? first : memberId(first, n)))
