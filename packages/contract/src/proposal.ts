import { z } from 'zod'
import { councilComment } from './analysis.ts'
import { timestamp, trustScore, uuid } from './capsule.ts'
import { policyFile } from './governance.ts'
import { page, paged } from './parameters.ts'
import { wellFormed } from './text.ts'

export const PROPOSAL_LIMITS = {
  titleLengthMax: 200,
  descriptionLengthMax: 10_000,
  /** JSON of what is to be done. */
  actionBytesMax: 128 * 1024,
  filesMax: 100,
  /** Settings that one proposal changes. */
  settingsMax: 20,
  /** Clauses of the constitution that one proposal changes. */
  amendmentsMax: 20,
  /** Clauses of the constitution that are the instance's own. */
  clausesMax: 50,
  /** One of them, in Cedar. */
  clauseBytesMax: 8 * 1024,
  /** Proposals of one subject that are not closed. */
  openMax: 20,
  /** People who vote on one proposal. */
  votersMax: 1000,
  /** Ballots of one voter on one proposal: it changes its mind so often. */
  ballotsOfVoterMax: 20,
} as const

/** What proposals are about; each kind has its own quorum, threshold, voting time and timelock. */
export const PROPOSAL_KINDS = ['policy', 'trust', 'configuration', 'constitution'] as const
export type ProposalKind = (typeof PROPOSAL_KINDS)[number]
export const PROPOSAL_STATUSES = ['DRAFT', 'ACTIVE', 'VOTING', 'CLOSED'] as const
export type ProposalStatus = (typeof PROPOSAL_STATUSES)[number]
export const PROPOSAL_OUTCOMES = ['passed', 'rejected', 'no_quorum', 'vetoed', 'withdrawn'] as const
export type ProposalOutcome = (typeof PROPOSAL_OUTCOMES)[number]
export const VOTES = ['for', 'against', 'abstain'] as const
/** What a delegation is for: proposals of one kind, or all. */
export const DELEGATION_TOPICS = [...PROPOSAL_KINDS, 'all'] as const
export type DelegationTopic = (typeof DELEGATION_TOPICS)[number]

const idOrName = z.string().min(1).max(200)
const files = z
  .array(policyFile)
  .min(1)
  .max(PROPOSAL_LIMITS.filesMax)
  .nullable()
  .describe('As in `PUT /v2/governance/policies`; null for those that come with the program.')

const settingKey = z
  .string()
  .min(1)
  .max(100)
  .describe('A key of the configuration that takes effect without a restart.')
const setting = z.union([z.string().max(16_384), z.number(), z.boolean()]).nullable()
const clauseId = z
  .string()
  .max(100)
  .regex(/^const(?:\.[a-z0-9_-]+)+$/, { error: 'must be an id that begins with `const.`' })
const clauseText = z.string().min(1).nullable()

/** What is done when the proposal is passed: these bytes, and nothing else. */
const proposalAction = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('policy_change'), files }),
  z.strictObject({ type: z.literal('trust_change'), subject: uuid, trust: trustScore }),
  z.strictObject({
    type: z.literal('configuration_change'),
    changes: z.array(
      z.strictObject({
        key: settingKey,
        from: setting.describe('What counted when it was proposed; null for what was not set.'),
        value: setting.describe('Null: what is configured counts again.'),
      }),
    ),
  }),
  z.strictObject({
    type: z.literal('constitution_amendment'),
    clauses: z.array(
      z.strictObject({
        id: clauseId,
        from: clauseText.describe('The clause when this was proposed; null where there was none.'),
        text: clauseText.describe('In Cedar; null takes it away.'),
      }),
    ),
  }),
])

export const proposalBody = z.strictObject({
  title: wellFormed(z.string().min(1).max(PROPOSAL_LIMITS.titleLengthMax)),
  description: wellFormed(z.string().max(PROPOSAL_LIMITS.descriptionLengthMax)).default(''),
  action: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('policy_change'), files }),
    z.strictObject({
      type: z.literal('trust_change'),
      subject: idOrName.describe('Id or name.'),
      trust: trustScore,
    }),
    z.strictObject({
      type: z.literal('configuration_change'),
      changes: z
        .array(z.strictObject({ key: settingKey, value: setting.describe('Null: what is configured counts again.') }))
        .min(1)
        .max(PROPOSAL_LIMITS.settingsMax),
    }),
    z.strictObject({
      type: z.literal('constitution_amendment'),
      clauses: z
        .array(z.strictObject({ id: clauseId, text: clauseText.describe('One forbid in Cedar; null takes it away.') }))
        .min(1)
        .max(PROPOSAL_LIMITS.amendmentsMax),
    }),
    z.strictObject({
      type: z.literal('revert'),
      proposal: uuid.describe('One that was carried out: what was before it is proposed.'),
    }),
  ]),
})

const ratio = z.number().min(0).max(1)
const weight = z.int().min(0)

const listed = {
  id: uuid,
  title: z.string().describe('Empty where the proposer was erased.'),
  kind: z.enum(PROPOSAL_KINDS),
  proposer_id: uuid,
  proposer_name: z.string().nullable(),
  status: z.enum(PROPOSAL_STATUSES),
  outcome: z.enum(PROPOSAL_OUTCOMES).nullable().describe('Null until it is closed.'),
  digest: z.string().describe('SHA-256 of the action as canonical JSON: what is voted on, and what is carried out.'),
  votes_for: weight,
  votes_against: weight,
  votes_abstain: weight,
  weight_for: weight.describe('With the weight of those for whom they speak.'),
  weight_against: weight,
  approval_ratio: ratio.describe('Weight for ÷ (for + against); 0 without votes.'),
  quorum: ratio.describe('The part of the weight of all voters that has to be cast.'),
  participation: ratio.describe('The part that is cast.'),
  created_at: timestamp,
  closes_at: timestamp.nullable().describe('Null until voting is open.'),
  timelock_until: timestamp.nullable().describe('When it is carried out; null for what is not passed.'),
  execution: z
    .object({
      state: z.enum(['executed', 'failed']),
      at: timestamp,
      code: z.string().nullable().describe('Why it failed.'),
      detail: z.string().nullable(),
    })
    .nullable()
    .describe('Null as long as nothing was tried.'),
}

const rule = z.object({
  id: z.string(),
  effect: z.enum(['permit', 'forbid']),
  says: z.string().nullable().describe('The rule in a plain sentence, which whoever wrote it chose.'),
  text: z.string().describe('In Cedar: what counts.'),
})

export const proposal = z
  .object({
    ...listed,
    description: z.string(),
    action: proposalAction,
    rules: z
      .object({
        added: z.array(rule),
        removed: z.array(rule),
        changed: z.array(rule.extend({ before: rule })),
      })
      .nullable()
      .describe(
        'What a policy_change differs in from the policies in force, or from those before it was carried out; null for others, and for what would change the constitution.',
      ),
    own_vote: z.enum(VOTES).nullable().describe('What whoever asks has voted last; null for nothing.'),
    opens_at: timestamp.nullable().describe('When voting opens, or opened.'),
    advice: z.array(councilComment).describe('What the council said last; it is never counted.'),
    voters: weight.nullable().describe('How many may vote; null until voting is open.'),
    election: z
      .string()
      .nullable()
      .describe('SHA-256 of what was fixed when voting opened: rules, weights, delegations.'),
    veto: z
      .object({ clause: z.string().describe('Id of the rule of the constitution.'), reason: z.string() })
      .nullable(),
  })
  .meta({ id: 'Proposal' })
export type Proposal = z.output<typeof proposal>

export const proposalPage = paged(z.object(listed).meta({ id: 'ListedProposal' }), 'Proposals')
export type ProposalPage = z.output<typeof proposalPage>

export const proposalsQuery = z.strictObject({ status: z.enum(PROPOSAL_STATUSES).optional(), ...page })

export const voteBody = z.strictObject({ vote: z.enum(VOTES) })

export const vote = z
  .object({
    voter: uuid,
    vote: z.enum(VOTES),
    weight: weight.describe('Its own; who delegated to it comes on top when the votes are counted.'),
    timestamp,
  })
  .meta({ id: 'Vote' })
export type VoteAnswer = z.output<typeof vote>

const topic = z.enum(DELEGATION_TOPICS)

export const delegation = z
  .object({
    from: uuid,
    from_name: z.string().nullable(),
    to: uuid,
    to_name: z.string().nullable(),
    topic,
    created_at: timestamp,
  })
  .meta({ id: 'Delegation' })
export type DelegationAnswer = z.output<typeof delegation>

export const delegationList = z.object({ items: z.array(delegation) }).meta({ id: 'Delegations' })
export const delegationBody = z.strictObject({ to: idOrName.describe('Id or name.'), topic: topic.default('all') })
export const delegationQuery = z.strictObject({ topic: topic.default('all') })

const votes = z.object({ for: weight, against: weight, abstain: weight })
const milliseconds = z.int().min(0)

/** Everything that a result is worked out from, and the result: whoever has it counts again. */
export const electionExport = z
  .object({
    format: z.literal('forge.election/1'),
    proposal: uuid,
    kind: z.enum(PROPOSAL_KINDS),
    action: z.string().describe('Digest of what was voted on.'),
    digest: z
      .string()
      .describe(
        'SHA-256 of the canonical JSON of `proposal`, `action`, `rules`, `opens_at`, `closes_at`, `voters` and `delegations`; it is in the log.',
      ),
    rules: z.object({
      quorum_percent: z.int(),
      threshold: z.object({ numerator: z.int(), denominator: z.int(), is_beyond: z.boolean() }),
      delegate_share_max_percent: z.int(),
      late_ms: milliseconds,
      extension_ms: milliseconds,
    }),
    opens_at: milliseconds.describe('Milliseconds since 1970, as all moments here.'),
    closes_at: milliseconds.describe('Unless a late quorum extends it.'),
    voters: z.array(z.object({ id: uuid, weight: weight })),
    delegations: z.array(z.object({ from: uuid, to: uuid })),
    ballots: z.array(
      z.object({
        sequence: z.int().min(0),
        voter: uuid,
        vote: z.enum(VOTES),
        at: milliseconds,
        leaf_index: z.int().min(0).nullable().describe('Its entry in the log.'),
      }),
    ),
    result: z
      .object({
        outcome: z.enum(['passed', 'rejected', 'no_quorum']),
        votes,
        weight: votes,
        cast: weight,
        total: weight,
        beyond_share: weight.describe('Weight that goes with nobody, as its delegate carries all it may.'),
        has_quorum: z.boolean(),
        quorum_at: milliseconds.nullable(),
        closes_at: milliseconds,
      })
      .describe('As it is now; final once the proposal is closed.'),
  })
  .meta({ id: 'Election' })
export type ElectionExport = z.output<typeof electionExport>

/** The constitution in force: what comes with the program, and what the instance added by vote. */
export const constitution = z
  .object({
    digest: z.string().describe('SHA-256 of all policies in force, the constitution among them.'),
    clauses: z.array(
      z.object({
        id: z.string(),
        says: z.string().nullable(),
        origin: z.enum(['program', 'instance']).describe('`program`: no vote changes it.'),
        file: z.string(),
        line: z.int().min(1),
        text: z.string().describe('In Cedar.'),
      }),
    ),
  })
  .meta({ id: 'Constitution' })
export type Constitution = z.output<typeof constitution>
