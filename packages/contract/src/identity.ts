import { z } from 'zod'
import { ACTIONS } from './actions.ts'
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
    revision: z.int().min(1).describe('Raised by every change and every new token; the ETag is `"<revision>"`.'),
  })
  .meta({ id: 'Subject' })
export type SubjectAnswer = z.infer<typeof subject>

export const TOKEN_LIMITS = {
  nameLengthMax: 100,
  scopesMax: 64,
  daysMax: 365,
  daysDefault: 90,
} as const

const SCOPES: ReadonlySet<string> = new Set([
  '*',
  ...Object.keys(ACTIONS).flatMap((action) => [action, `${action.slice(0, action.indexOf('.'))}.*`]),
])

/** The longest scope that there is; nothing longer is looked at. */
const SCOPE_LENGTH = Math.max(...[...SCOPES].map(({ length }) => length))

export const tokenScope = z
  .string()
  .refine((text) => text.length <= SCOPE_LENGTH && SCOPES.has(text), {
    error: 'must be the name of an action such as capsule.search, a family such as capsule.*, or *',
  })
  .meta({ examples: ['capsule.search'] })

export const tokenName = wellFormed(z.string().min(1).max(TOKEN_LIMITS.nameLengthMax)).regex(
  /^(?!\s)[^\p{Cc}\p{Zl}\p{Zp}]*[^\p{Cc}\s]$/u,
  { error: 'must be one line without control characters and not blank at its ends' },
)

export const tokenBody = z.strictObject({
  subject: subjectRef.describe('Who comes in with it, by id or name.'),
  name: tokenName.describe('What you call it, to know it again in the list.'),
  scopes: z
    .array(tokenScope)
    .min(1)
    .max(TOKEN_LIMITS.scopesMax)
    .optional()
    .describe('What it may be used for, within what its subject may; everything of that when left out.'),
  expires_in_days: z.int().min(1).max(TOKEN_LIMITS.daysMax).default(TOKEN_LIMITS.daysDefault),
})

const tokenFields = {
  id: uuid,
  name: z.string(),
  subject: uuid,
  subject_name: z.string().nullable(),
  scopes: z.array(z.string()).nullable().describe('Null: all that its subject may.'),
  state: z.enum(['active', 'expired', 'revoked']),
  created_by: uuid,
  created_at: timestamp,
  expires_at: timestamp,
  revoked_at: timestamp.nullable().describe('Null also where it ended with the access of its subject.'),
}
export const accessToken = z.object(tokenFields).meta({ id: 'AccessToken' })
export type AccessTokenAnswer = z.infer<typeof accessToken>

export const newAccessToken = z
  .object({ ...tokenFields, token: z.string().describe('Shown this once; only its SHA-256 is stored.') })
  .meta({ id: 'NewAccessToken' })

/** Who one is here. */
export const selfAnswer = z
  .object({
    subject,
    token: accessToken.nullable().describe('What one came in with; null for the token in the data folder.'),
    instance: z.object({
      version: z.string(),
      log: z.string().describe('Name of its signed log, by which instances are told apart.'),
    }),
  })
  .meta({ id: 'Self' })
export type SelfAnswer = z.infer<typeof selfAnswer>

export const OWN_AGENT_LIMITS = {
  agentsMax: 50,
  /** Of one agent, those that are over and still listed among them. */
  tokensMax: 100,
} as const

export const ownAgentBody = z.strictObject({
  name: subjectBody.shape.name,
  trust: trustScore.optional().describe('At most your own; 60, or your own where that is less, when left out.'),
})

export const ownTokenBody = tokenBody.omit({ subject: true })

export const ownAgents = z
  .object({
    items: z
      .array(z.object({ agent: subject, tokens: z.array(accessToken) }))
      .describe('In the order of their registration.'),
  })
  .meta({ id: 'OwnAgents' })
export type OwnAgents = z.infer<typeof ownAgents>
