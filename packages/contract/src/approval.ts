import { z } from 'zod'
import { ACTIONS } from './actions.ts'
import { timestamp, uuid } from './capsule.ts'
import { flag, jsonValue, page } from './parameters.ts'
import { wellFormed } from './text.ts'

export const APPROVAL_LIMITS = {
  reasonLengthMax: 1000,
  /** Requests of one subject that wait at once. */
  waitingMax: 20,
  /** JSON of what is to be done: parameters, query and body. */
  operationBytesMax: 192 * 1024,
} as const

export const APPROVAL_STATES = ['waiting', 'approved', 'rejected', 'expired', 'executed', 'failed'] as const
export type ApprovalState = (typeof APPROVAL_STATES)[number]

/** Why what was approved is not what may be done any more. Any other code of an outcome is one of an error. */
export const APPROVAL_OBSTACLES = {
  CAPSULE_CHANGED: 'The capsule was changed since it was asked for.',
  POLICIES_CHANGED: 'Other policies are in force by now.',
  REQUESTER_CHANGED: 'Whoever asked belongs to somebody else by now.',
  REQUEST_CHANGED: 'What is to be done is not what was approved.',
  SUBJECT_INACTIVE: 'Whoever asked may not come in any more: it is not active, or the person behind it is not.',
  TOKEN_OVER: 'The token that it was asked with was revoked, or has expired.',
} as const
export type ApprovalObstacle = keyof typeof APPROVAL_OBSTACLES

const reason = wellFormed(z.string().min(1).max(APPROVAL_LIMITS.reasonLengthMax))

export const approvalDecisionBody = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('approve'), reason: reason.optional() }),
  z.strictObject({ decision: z.literal('reject'), reason: reason.describe('Shown to whoever asked.') }),
])

export const approval = z
  .object({
    id: uuid,
    state: z
      .enum(APPROVAL_STATES)
      .describe('`approved`: about to be carried out; `failed`: approved, and not carried out.'),
    action: z.enum(Object.keys(ACTIONS) as [keyof typeof ACTIONS]),
    resource: z.string().describe('`capsule/<id>`; `*` where it comes into being, or is no single one.'),
    requester: uuid,
    requester_name: z.string().nullable(),
    operation: z.object({
      id: z.string().describe('Id of the operation.'),
      params: z.record(z.string(), jsonValue),
      query: jsonValue,
      body: jsonValue,
    }),
    version: z.string().nullable().describe('The version of the capsule that the request is about; null for none.'),
    decision_id: uuid.describe('The decision that held it; then the one by which it was approved or rejected.'),
    digest: z
      .string()
      .nullable()
      .describe(
        'SHA-256 of everything that is approved: another digest takes another approval; null once that is erased.',
      ),
    reasons: z.array(z.object({ code: z.string(), message: z.string(), policy_id: z.string().nullable() })),
    created_at: timestamp,
    expires_at: timestamp,
    decided: z
      .object({ by: uuid, by_name: z.string().nullable(), at: timestamp, reason: z.string().nullable() })
      .nullable(),
    outcome: z
      .object({
        at: timestamp,
        code: z.string().nullable().describe('Why it was not carried out, or not to its end; null where it was.'),
        detail: z.string().nullable(),
        id: z.string().nullable().describe('Id of what came into being or was changed, where the answer has one.'),
      })
      .nullable(),
  })
  .meta({ id: 'Approval' })
export type Approval = z.infer<typeof approval>

export const approvalPage = z
  .object({
    items: z.array(approval),
    groups: z
      .array(
        z.object({
          requester: uuid,
          requester_name: z.string().nullable(),
          action: z.string(),
          waiting: z.int().min(1),
        }),
      )
      .describe('How many requests of whom wait for which action; on the first page, empty on others.'),
    next_cursor: z.string().nullable().describe('Hand it back as `cursor`; null on the last page.'),
  })
  .meta({ id: 'ApprovalPage' })
export type ApprovalPage = z.infer<typeof approvalPage>

export const approvalsQuery = z.strictObject({
  state: z.enum(APPROVAL_STATES).optional(),
  mine: flag.default(false).describe('Only what you asked for.'),
  ...page,
})

/** The answer to a request that is held: nothing was done yet. */
export const heldAnswer = z.object({ approval }).meta({ id: 'Held' })
export type HeldAnswer = z.infer<typeof heldAnswer>
