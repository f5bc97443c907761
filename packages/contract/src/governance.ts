import { z } from 'zod'
import { ACTIONS } from './actions.ts'
import { capsuleCreate } from './capsule.ts'
import { flag, jsonValue, page } from './parameters.ts'
import { policyLintAnswer } from './policy.ts'
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
  policyFilesMax: 1000,
  evaluationsMax: 100,
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
export const decisionRecord = z
  .object({
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
      .array(
        z.object({ step: z.enum(GATE_STEPS), result: z.enum(['passed', 'held', 'stopped', 'failed', 'unreached']) }),
      )
      .describe('Every step, in its order.'),
    bundle: hash.describe('Digest of the policies that it was decided by.'),
    metrics: z.object({
      latency_ms: z.number().min(0),
      risk: z.int().min(0).max(100),
      trust: z.int().min(0).max(100).nullable(),
      drift: z
        .number()
        .nullable()
        .describe('Of the memory, 0-100, as far as it counts for whoever asks; null where it was not known.'),
    }),
  })
  .meta({ id: 'Decision' })
export type DecisionRecord = z.output<typeof decisionRecord>

const explainedPart = z.object({ text: z.string(), held: z.enum(['held', 'not', 'failed', 'unreached']) })

/** A decision that was made, with how each policy came to what it came to. */
export const explainedDecision = decisionRecord
  .extend({
    recorded: z
      .object({
        ledger_index: z.int().min(0).nullable().describe('Its entry in the log.'),
        digest: hash.describe('Of the inputs, as they are kept.'),
        matches: z.boolean().describe('That is the digest in the log.'),
      })
      .describe('What the log has of it.'),
    outcome: z
      .object({
        state: z.enum(['open', 'done', 'failed', 'unknown']),
        code: z.string().nullable().describe('Why it failed; null where it did not.'),
        ended_at: z.iso.datetime().nullable(),
      })
      .nullable()
      .describe(
        'What became of what acts outside the store: `open` while it is under way, `unknown` where the process ended in between. Null for all else.',
      ),
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
  .meta({ id: 'ExplainedDecision' })
export type ExplainedDecision = z.output<typeof explainedDecision>

/** What policies may look at in a capsule that is to be created. */
const newCapsule = capsuleCreate
  .pick({ type: true, owner: true, trust: true, tags: true, licence: true, identity: true, lane: true, fold: true })
  .partial()

export const previewRequest = z.strictObject({
  action: actionName.describe('What would be done.'),
  resource: resource.default('*'),
  subject: z.string().min(1).max(200).optional().describe('Id or name of who would; whoever asks when left out.'),
  context: z
    .strictObject({
      approved: z.boolean().optional().describe('As if somebody who is entitled had approved it.'),
      emergency: z.boolean().optional().describe('As if the kill switch were on, or off.'),
      capsule: newCapsule
        .optional()
        .describe('For `capsule.create`: what would be created; knowledge without a scope when left out.'),
    })
    .optional(),
})

export const decisionFilter = z.strictObject({
  subject: z.string().min(1).max(200).optional().describe('Id or name of who asked.'),
  resource: resource.optional(),
  unpaired: flag
    .default(false)
    .describe('Those alone that act outside the store and have no outcome yet: the oldest, on one page.'),
  ...page,
})

export const policyFile = z.strictObject({
  path: z
    .string()
    .max(200)
    .regex(/^[\w][\w.-]*(?:\/[\w][\w.-]*)*$/, {
      error: 'must be a relative path of letters, digits, `.`, `_`, `-` and `/`',
    }),
  text: z.string(),
})

export const policyBody = z.strictObject({
  files: z
    .array(policyFile)
    .min(1)
    .max(GOVERNANCE_LIMITS.policyFilesMax)
    .nullable()
    .describe('Files that end in `.cedar`; null puts those in force again that come with the program.'),
  dry_run: z
    .boolean()
    .default(false)
    .describe('True says what is wrong, and what would change; nothing is put in force.'),
})

const ruleShown = z.object({
  id: z.string(),
  effect: z.enum(['permit', 'forbid']),
  says: z.string().nullable().describe('The rule in a plain sentence.'),
  tier: z.enum(['constitution', 'policy']),
  mode: z.enum(GATE_MODES),
  canary_percent: z.int().min(0).max(100),
  curable: z.literal('approval').nullable().describe('`approval`: forbids no longer once somebody has approved.'),
  file: z.string(),
  line: z.int().min(1),
})

export const policiesInForce = z
  .object({
    digest: hash,
    applied_at: z.iso.datetime().nullable(),
    applied_by: z.uuid().nullable(),
    is_built_in: z.boolean().describe('True for the policies that come with the program.'),
    policies: z.array(ruleShown),
    files: z.array(policyFile),
  })
  .meta({ id: 'Policies' })
export type PoliciesInForce = z.output<typeof policiesInForce>

export const policyChange = z
  .object({
    applied: z.boolean(),
    digest: hash.nullable().describe('Of the policies that were handed in; null where they are not sound.'),
    previous: hash,
    findings: policyLintAnswer.shape.findings,
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.string()),
  })
  .meta({ id: 'PolicyChange' })
export type PolicyChange = z.output<typeof policyChange>

/** OpenID AuthZEN Authorization API 1.0: an entity of a question. */
const entityOf = (types: string) =>
  z.object({
    type: z.string().min(1).max(100).describe(types),
    id: z.string().min(1).max(GOVERNANCE_LIMITS.resourceLengthMax),
    properties: z.record(z.string(), jsonValue).optional(),
  })
const authzenAction = z.object({
  name: z.string().min(1).max(100),
  properties: z.record(z.string(), jsonValue).optional(),
})
const question = z.object({
  subject: entityOf('`subject`, `user`, `agent` or the like: the id counts, or the name.'),
  action: authzenAction,
  resource: entityOf('Kind of resource: `capsule`, `import`, …'),
  context: z.record(z.string(), jsonValue).optional(),
})

/** @see https://openid.net/specs/authorization-api-1_0.html */
export const evaluationBody = question
export const evaluationsBody = question.partial().extend({
  evaluations: z.array(question.partial()).min(1).max(GOVERNANCE_LIMITS.evaluationsMax),
  options: z
    .object({
      evaluations_semantic: z
        .enum(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'])
        .default('execute_all'),
    })
    .optional(),
})
const evaluation = z.object({
  decision: z.boolean(),
  context: z
    .object({
      id: z.string().describe('Id of the decision.'),
      decision: z.enum(['allow', 'deny', 'require_approval', 'would_deny']),
      reasons: z.array(z.object({ code: z.string(), policy_id: z.string().nullable() })),
    })
    .optional(),
})
export const evaluationAnswer = evaluation.meta({ id: 'Evaluation' })
export const evaluationsAnswer = z.object({ evaluations: z.array(evaluation) }).meta({ id: 'Evaluations' })
export type Question = z.output<typeof question>
export type Evaluation = z.output<typeof evaluation>
