import { z } from 'zod'
import { ACTIONS } from './actions.ts'
import { timestamp, uuid } from './capsule.ts'
import { REASONS } from './reasons.ts'

export const ANALYSIS_LIMITS = {
  /** Recorded decisions that one analysis decides again, equal ones counted once. */
  decisionsMax: 1000,
} as const

export const COUNCIL_LIMITS = {
  /** Characters of what an adviser says. */
  textLengthMax: 2000,
  /** Reasons that an adviser gives, and characters of each. */
  reasonsMax: 8,
  reasonLengthMax: 300,
} as const

const DECISIONS_USUAL = 500

export const analysisQuery = z.strictObject({
  decisions: z.coerce
    .number()
    .int()
    .min(0)
    .max(ANALYSIS_LIMITS.decisionsMax)
    .default(DECISIONS_USUAL)
    .describe('How many recorded decisions are decided again, the newest first; equal ones count once.'),
  until: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Entry of the log up to which decisions count: `recorded.until` of an analysis gives the same again.'),
})

// Object.keys widens the keys of the tables to string; they are exactly their names.
const actionName = z.enum(Object.keys(ACTIONS) as [keyof typeof ACTIONS])
const reasonCode = z.enum(Object.keys(REASONS) as [keyof typeof REASONS])
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().min(0)
const word = z.enum(['allow', 'deny', 'require_approval', 'would_deny'])
const ids = z.array(z.string())
const example = z.string().describe('One of the requests, in words.')

/** In what the whole of an analysis ends, by rules alone. */
export const ANALYSIS_VERDICTS = ['kept', 'broken', 'not_executable'] as const

const clause = z.object({
  id: z.string(),
  says: z.string().nullable().describe('The rule in a plain sentence.'),
  kept: z.boolean(),
  stops: count.describe('Requests of the sample that it stops after the change.'),
  leaned_on: count.describe(
    'Of these: those that the change would permit, and that nothing but the constitution forbids.',
  ),
  example: example.nullable().describe('The request by which it is broken; else one that leans on it.'),
  reason: z.string().nullable().describe('Why it is broken, where no request shows it.'),
})

const conflict = z.object({
  permit: z.string().describe('Id of the policy that permits.'),
  forbid: z.string().describe('Id of the rule that forbids the same requests.'),
  kind: z
    .enum(['shadows', 'contradicts'])
    .describe('`shadows`: of the sample the policy permits nothing that the rule does not forbid.'),
  requests: count.describe('Requests of the sample that both reach.'),
  example,
})

const effect = z.object({
  role: z.string(),
  action: actionName,
  gained: count.describe('Requests of the sample that are allowed from then on.'),
  lost: count.describe('Requests that are allowed no longer.'),
  approvals_lost: count.describe('Of those gained: those that took an approval.'),
  approvals_added: count.describe('Requests that take an approval from then on.'),
  example,
})

const flip = z.object({
  id: uuid.describe('Of the decision; of several equal ones the first, from which the others count up.'),
  count: count.min(1),
  timestamp,
  subject: uuid.nullable(),
  subject_name: z.string().nullable(),
  action: actionName,
  resource: z.string(),
  from: word,
  to: word,
  code: reasonCode.nullable(),
  policy_id: z.string().nullable().describe('What stops it from then on, or stopped it until then.'),
})

export const proposalAnalysis = z
  .object({
    format: z.literal('forge.analysis/1'),
    proposal: uuid,
    digest: hash.describe('SHA-256 of everything that was analysed.'),
    verdict: z
      .enum(ANALYSIS_VERDICTS)
      .describe('`not_executable`: the constitution is kept, and the change would be refused when it is carried out.'),
    obstacle: z.string().nullable().describe('Why it would be refused.'),
    not_analysed: z
      .array(z.string())
      .describe('Settings by which the gate does not decide: nothing here says what they would do.'),
    policies: z.object({ before: hash, after: hash, added: ids, removed: ids, changed: ids }),
    trust: z
      .object({ subject: uuid, name: z.string().nullable(), before: count, after: count })
      .nullable()
      .describe('Null for a change that sets nobody’s trust.'),
    constitution: z.array(clause),
    conflicts: z.object({
      items: z.array(conflict).describe('Those that the change brings.'),
      standing: count.describe('How many there are already.'),
    }),
    effects: z.array(effect).describe('By role and action, where most changes first.'),
    subjects: z
      .array(z.object({ id: uuid.nullable(), name: z.string().nullable(), gained: count, lost: count, other: count }))
      .describe('Whose recorded decisions flip, of those that you may read.'),
    recorded: z.object({
      until: count.nullable().describe('The newest entry of the log that was looked at; null for none.'),
      decisions: count.describe('How many were looked at, equal ones counted one by one.'),
      flipped: count.describe('How many would come out otherwise.'),
      hidden: count.describe('Of these: those that you may not read.'),
      flips: z.array(flip).describe('Those that you may read, newest first.'),
      undecided: z
        .object({
          input_gone: count.describe('What they were made from was erased, or has expired.'),
          risk_near: count.describe('With another trust their risk would be too near to a threshold to say.'),
        })
        .describe('How many could not be decided again.'),
    }),
    sample: z.object({
      requests: count.describe('Requests that nobody made: every role, every action, and what the policies name.'),
      of: count.describe('How many there were to choose from.'),
      digest: hash,
    }),
    drift: z
      .object({
        score: z
          .int()
          .min(0)
          .max(100)
          .describe('0: moves away from nothing that guards; 100: breaks the constitution.'),
        parts: z.array(
          z.object({
            name: z.string(),
            says: z.string(),
            weight: count,
            part: count,
            whole: count,
            points: count.describe('Weight × √(part ÷ whole), rounded up.'),
          }),
        ),
      })
      .describe('Ethical drift.'),
  })
  .meta({ id: 'ProposalAnalysis' })
export type ProposalAnalysis = z.output<typeof proposalAnalysis>

export const OPINIONS = ['for', 'against', 'abstain'] as const
export type Opinion = (typeof OPINIONS)[number]

/** What came of asking one adviser. */
export const councilComment = z.object({
  adviser: z.string(),
  state: z.enum(['given', 'failed']),
  opinion: z.enum(OPINIONS).nullable().describe('Null for one that failed. Never counted.'),
  text: z.string(),
  reasons: z.array(z.string()),
  code: z.string().nullable().describe('Why it failed.'),
})

export const proposalAdvice = z
  .object({
    proposal: uuid,
    items: z.array(
      z.object({
        at: timestamp,
        analysis: hash
          .nullable()
          .describe('Digest of the analysis that was commented on; null where there could be none.'),
        digest: hash.describe('SHA-256 of the comments as canonical JSON; it is in the log.'),
        comments: z.array(councilComment),
      }),
    ),
  })
  .meta({ id: 'ProposalAdvice' })
export type ProposalAdvice = z.output<typeof proposalAdvice>
