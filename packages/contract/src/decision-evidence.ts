import { z } from 'zod'
import { evidenceVerdict } from './evidence.ts'
import { GATE_STEPS } from './reasons.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** What an entry of the log says of a decision; whatever else it says is passed over. */
const told = {
  action: z.string(),
  resource: z.string(),
  decision: z.string(),
  mode: z.string(),
  reasons: z.array(z.object({ step: z.string(), code: z.string(), policy_id: z.string().nullable() })),
  trust: z.number().nullable(),
  risk: z.number(),
  bundle: hash,
}

/** An entry of the log that tells of decisions. */
export const decisionEntry = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('decision.made'),
    subject: z.string().startsWith('decision/'),
    digests: z.object({ inputs: hash }),
    payload: z.object(told),
  }),
  z.object({
    type: z.literal('decision.gathered'),
    payload: z.object({
      decisions: z.array(z.object({ ...told, first: z.string(), count: z.int().min(1), inputs: hash })),
    }),
  }),
])

const stepResult = z.enum(['passed', 'held', 'stopped', 'failed', 'unreached'])
const effect = z.enum(['allow', 'deny', 'hold'])

/** What a decision came to, beside what its entry says. */
export const decisionOutcome = z.strictObject({
  effect: effect.describe('What the steps said.'),
  applied: effect.describe('What was done: what the mode does not enforce is allowed.'),
  obligations: z.array(z.strictObject({ kind: z.literal('approval'), policy_id: z.string().nullable() })),
  steps: z.array(z.strictObject({ step: z.enum(GATE_STEPS), result: stepResult })),
})

/** `decisions/<n>.json` of a bundle: what the decisions of entry n were made from, in their order there. */
export const carriedDecisions = z.strictObject({
  v: z.literal(1),
  entry: z.int().min(0),
  decisions: z.array(
    z.strictObject({
      id: z.string().describe('Of the first of them; the others count up from it in their last 32 bits.'),
      count: z.int().min(1).describe('How many were made from this.'),
      digest: hash.describe('What the entry has of the input: HMAC-SHA-256 over its canonical JSON.'),
      kept: z
        .strictObject({
          key: hash.describe('Of the digest.'),
          input: z.looseObject({}).describe('Everything that it was decided from.'),
          outcome: decisionOutcome,
        })
        .nullable()
        .describe('Null: it has expired, or was erased with what it spoke of.'),
    }),
  ),
})
export type CarriedDecisions = z.output<typeof carriedDecisions>

/** `policies/<digest>.json` of a bundle: all that the policies of this digest were read from, the schema as well. */
export const carriedPolicies = z.strictObject({
  v: z.literal(1),
  files: z.array(z.strictObject({ path: z.string(), text: z.string() })),
})

const decisions = z.int().min(0)

/** What `cascade gate replay` prints. */
export const replayReport = z
  .object({
    verified: evidenceVerdict.describe('What the bundle itself came to; what is not valid is not decided again.'),
    decisions: decisions.describe('That its entries tell of, equal ones counted one by one.'),
    same: decisions.describe('That come to the same: word, effect, what is done, mode, reasons, steps, obligations.'),
    differs: decisions.describe('That come to something else, or are not what their entry says.'),
    no_input: decisions.describe('Whose input has expired or was erased: the log has its digest alone.'),
    no_policies: decisions.describe('Whose policies are not in the bundle, or are not sound here.'),
    unreadable: decisions.describe('Whose input this program does not know how to read.'),
    findings: z
      .array(
        z.object({
          id: z.string().describe('Of the first decision.'),
          count: z.int().min(1).describe('How many were made from the same.'),
          ledger_index: z.int().min(0),
          differs: z.array(z.string()).describe('What is not as it was; empty where it was not made again.'),
          reason: z.string(),
        }),
      )
      .describe(
        'The first of those that differ, and of those that could not be made again though their input is there.',
      ),
  })
  .meta({ id: 'ReplayReport' })
export type ReplayReport = z.output<typeof replayReport>
