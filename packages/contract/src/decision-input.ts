import { z } from 'zod'
import { ACTIONS } from './actions.ts'
import { GATE_MODES, GATE_STEPS } from './reasons.ts'

// Object.keys widens the keys of the table to string; they are exactly their names.
const actionName = z.enum(Object.keys(ACTIONS) as [keyof typeof ACTIONS])
const words = z.array(z.string()).readonly()

const owner = z
  .strictObject({ id: z.string(), kind: z.string(), trust: z.number(), owner: z.string().nullable() })
  .readonly()

const capsuleFacts = z
  .strictObject({
    owner,
    trust: z.number().describe('Effective.'),
    ...{ status: z.string(), licence: z.string(), type: z.string(), tags: words },
    shared: words.describe('What is shared with whoever asks.'),
    ...{ identity: z.string().nullable(), lane: z.string().nullable(), fold: z.string().nullable() },
  })
  .readonly()
/** What is known of a capsule when something is to be done with it, or of what is to become one. */
export type CapsuleFacts = z.output<typeof capsuleFacts>

const approvalFacts = z.strictObject({ requester: owner }).readonly()
/** What is known of a request that waits for an approval, when it is read or decided on. */
export type ApprovalFacts = z.output<typeof approvalFacts>

const decisionFacts = z
  .strictObject({
    asker: owner.nullable().describe('Who had asked; null for nobody in particular.'),
    readable: z.boolean().describe('Whether whoever reads it may read what it was about.'),
  })
  .readonly()
/** What is known of a decision that was made, when it is read. */
export type DecisionFacts = z.output<typeof decisionFacts>

const inputSubject = z
  .strictObject({
    ...{ id: z.string(), kind: z.string(), roles: words, trust: z.number() },
    owner: z.string().nullable().describe('The person behind an agent.'),
    active: z.boolean(),
  })
  .readonly()
/** Who asks, as it was at that moment. */
export type InputSubject = z.output<typeof inputSubject>

const inputSignal = z.strictObject({ name: z.string(), share: z.number() }).readonly()
/** One signal of the guardian, and what of the score is its share. */
export type InputSignal = z.output<typeof inputSignal>

const broken = z
  .strictObject({
    step: z.enum(GATE_STEPS),
    part: z.enum([
      'the credential',
      'the guardian',
      'the kill switch',
      'the settings',
      'what is known of the resource',
    ]),
  })
  .readonly()
/** What broke before anything was decided, and the step that needed it. Whoever asks is told of the part, never of its error. */
export type Broken = z.output<typeof broken>

/**
 * Everything that a decision is made from, as plain JSON: the same input gives the same verdict, now and years later. Times and
 * ids of the decision itself are no part of it, so that equal questions have equal inputs. Who decides and who decides again read
 * this one schema: what is added here is read back as well.
 */
export const decisionInput = z
  .strictObject({
    v: z.literal(1),
    action: actionName,
    resource: z.string().describe('`capsule/<id>`, `import/<id>`, or `*`.'),
    facts: z
      .union([approvalFacts, decisionFacts, capsuleFacts])
      .nullable()
      .describe('Null where nothing is known of the resource.'),
    after: capsuleFacts
      .exactOptional()
      .describe(
        'What would be known of the capsule after the change; left out where policies would see no difference.',
      ),
    absent: z.boolean().describe('True for a capsule, or an approval, that there is not.'),
    noBody: z
      .literal(true)
      .exactOptional()
      .describe('Left out where there was a valid body, or none is needed to decide.'),
    subject: inputSubject.nullable().describe('Null for nobody in particular.'),
    scopes: words.nullable().describe('Actions that the credential is good for; null: all that its subject may.'),
    rateExceeded: z.boolean(),
    broken: broken.exactOptional().describe('Left out where nothing broke.'),
    emergency: z.boolean(),
    mode: z.enum(GATE_MODES),
    canaryPercent: z.number().describe('Share of subjects, 0-100, for whom `enforce` counts whatever the mode.'),
    risk: z.number(),
    signals: z.array(inputSignal).readonly(),
    drift: z
      .int()
      .min(0)
      .max(100)
      .exactOptional()
      .describe('Of the memory, as far as it counts for whoever asks; left out where nothing measures it.'),
    riskHold: z.number().describe('The score from which an approval is needed.'),
    riskDeny: z.number().describe('The score from which nothing helps.'),
    approval: z.string().nullable().describe('Id of the approval of exactly this, where there is one.'),
    ownWork: z.literal(true).exactOptional().describe('Left out for what somebody asks for.'),
    bundle: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('Digest of the policies.'),
  })
  .readonly()
export type DecisionInput = z.output<typeof decisionInput>
