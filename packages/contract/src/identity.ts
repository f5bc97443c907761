import { z } from 'zod'
import { timestamp, trustScore, uuid } from './capsule.ts'
import { wellFormed } from './text.ts'
import { CAPSULE_LIMITS } from './vocabulary.ts'

export const SUBJECT_KINDS = ['person', 'agent', 'service'] as const
export const SUBJECT_ROLES = ['administrator', 'steward', 'auditor', 'member'] as const

/** As long as the name of an owner: it is the same name. */
export const subjectRef = wellFormed(z.string().min(1).max(CAPSULE_LIMITS.ownerLengthMax)).describe(
  'A subject, by id or name.',
)

const roles = z
  .array(z.enum(SUBJECT_ROLES))
  .min(1)
  .refine((all) => new Set(all).size === all.length, { error: 'must name each role once' })
  .describe(
    '`administrator`: everything inside the constitution; `steward`: approves and looks after the knowledge of all; `auditor`: reads the log and evidence; `member`: works on its own.',
  )
const owner = subjectRef.describe('Of an agent: the person who answers for it, by id or name.')

export const subjectBody = z.strictObject({
  name: subjectRef.describe('One line, unique whatever its case, and no UUID.'),
  kind: z.enum(SUBJECT_KINDS),
  roles: roles.default(['member']),
  trust: trustScore.default(60).describe('At most that of whoever registers it.'),
  owner: owner.optional(),
})

export const subjectUpdate = z
  .strictObject({
    roles: roles.optional(),
    trust: trustScore.optional(),
    active: z.boolean().optional().describe('False ends all its tokens for good, and nobody comes in as it.'),
    owner: owner.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, { error: 'must name what is to change' })

export const subject = z
  .object({
    id: uuid,
    kind: z.enum(SUBJECT_KINDS),
    name: z.string(),
    roles: z.array(z.enum(SUBJECT_ROLES)),
    trust: trustScore,
    owner: uuid.nullable().describe('The person behind an agent.'),
    owner_name: z.string().nullable(),
    active: z.boolean(),
    created_at: timestamp,
    revision: z.int().min(1).describe('Raised by every change; the ETag is `"<revision>"`.'),
  })
  .meta({ id: 'Subject' })
export type SubjectAnswer = z.infer<typeof subject>
