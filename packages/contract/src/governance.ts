import { z } from 'zod'
import { ACTIONS } from './actions.ts'
import { GATE_MODES, GATE_STEPS, REASONS } from './reasons.ts'

export {
  type DecisionWord,
  GATE_MODES,
  GATE_STEPS,
  type GateMode,
  type GateStep,
  REASONS,
  type ReasonCode,
} from './reasons.ts'

// Object.keys widens the keys of the tables to string; they are exactly their names.
const actionName = z.enum(Object.keys(ACTIONS) as [keyof typeof ACTIONS])
const reasonCode = z.enum(Object.keys(REASONS) as [keyof typeof REASONS])
const hash = z.string().regex(/^[0-9a-f]{64}$/)

export const GOVERNANCE_LIMITS = {
  resourceLengthMax: 400,
  contextBytesMax: 16 * 1024,
} as const

const resource = z
  .string()
  .max(GOVERNANCE_LIMITS.resourceLengthMax)
  .regex(/^(?:\*|[a-z][a-z-]{0,39}\/[^\s/][^\s]*)$/, { error: 'must be `capsule/<id>` or the like, or `*`' })
  .describe('`capsule/<id>`, `import/<id>`, …; `*` where it comes into being or is no single one.')

const actor = z.object({
  id: z.uuid(),
  kind: z.enum(['person', 'agent', 'service']),
  name: z.string().nullable().describe('As it is now; null where it was erased.'),
  trust: z.int().min(0).max(100),
})

const decisionReason = z.object({
  step: z.enum(GATE_STEPS),
  code: reasonCode,
  message: z.string().describe('For people, with what to do about it.'),
  policy_id: z.string().nullable().describe('The policy or rule that it rests on.'),
})

/** What every consumer of a decision reads. */
export const decisionRecord = z.object({
  schema_version: z.literal('forge.decision/1'),
  decision_id: z.uuid().nullable().describe('Null for a preview: nothing was decided.'),
  timestamp: z.iso.datetime(),
  correlation_id: z.string(),
  actor: actor.nullable().describe('Null for nobody in particular.'),
  action: actionName,
  resource: z.string(),
  emergency_active: z.boolean(),
  enforcement_enabled: z.boolean().describe('False where the mode let pass what it would have stopped.'),
  mode: z.enum(GATE_MODES),
  decision: z.enum(['allow', 'deny', 'require_approval', 'would_deny']),
  reasons: z.array(decisionReason),
  obligations: z
    .array(z.object({ kind: z.literal('approval'), policy_id: z.string().nullable() }))
    .describe('What has to be done before, or along with it.'),
  steps: z
    .array(z.object({ step: z.enum(GATE_STEPS), result: z.enum(['passed', 'held', 'stopped', 'failed', 'unreached']) }))
    .describe('Every step, in its order.'),
  bundle: hash.describe('Digest of the policies that it was decided by.'),
  metrics: z.object({
    latency_ms: z.number().min(0),
    risk: z.int().min(0).max(100),
    trust: z.int().min(0).max(100).nullable(),
    drift: z.number().nullable().describe('Null: no part of this instance measures drift.'),
  }),
})
export type DecisionRecord = z.output<typeof decisionRecord>

const explainedPart = z.object({ text: z.string(), held: z.enum(['held', 'not', 'failed', 'unreached']) })

/** A decision that was made, with how each policy came to what it came to. */
export const explainedDecision = decisionRecord.extend({
  recorded: z
    .object({ digest: hash, matches: z.boolean().describe('The inputs are those whose digest stands in the log.') })
    .describe('What the log has of it.'),
  replay: z
    .object({ decision: z.string(), same: z.boolean() })
    .nullable()
    .describe('What the same inputs come to now, by the policies of then; null where these are not kept.'),
  policies: z.array(
    z.object({
      policy_id: z.string(),
      effect: z.enum(['permit', 'forbid']),
      says: z.string().nullable().describe('The rule in a plain sentence.'),
      determines: z.boolean(),
      scope: z.array(explainedPart),
      clauses: z.array(explainedPart),
    }),
  ),
})
export type ExplainedDecision = z.output<typeof explainedDecision>

export const previewRequest = z.strictObject({
  action: actionName.describe('What would be done.'),
  resource: resource.default('*'),
  subject: z.string().min(1).max(200).optional().describe('Id or name of who would; whoever asks when left out.'),
  context: z.record(z.string(), z.union([z.boolean(), z.string(), z.int()])).optional(),
})

export const decisionFilter = z.strictObject({
  subject: z.string().min(1).max(200).optional(),
  resource: resource.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(200).optional(),
})
export const decisionPage = z.object({ items: z.array(decisionRecord), next_cursor: z.string().nullable() })
