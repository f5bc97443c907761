import { z } from 'zod'
import { CAPSULE_LIMITS, scopeName, timestamp, uuid } from './capsule.ts'
import { wellFormed } from './text.ts'

export const SHARE_LIMITS = {
  /** Shares that are in force with one subject. */
  sharesMax: 1000,
  /** Of these, from one giver. */
  sharesFromOneMax: 250,
  /** Capsules for sale whose terms one subject has accepted. */
  acceptancesMax: 1000,
} as const

export const SHARE_RIGHTS = ['read', 'write', 'fork'] as const
export type ShareRight = (typeof SHARE_RIGHTS)[number]

const given = {
  with: wellFormed(z.string().min(1).max(CAPSULE_LIMITS.ownerLengthMax)).describe(
    'The subject that it is shared with, by id or name.',
  ),
  right: z.enum(SHARE_RIGHTS).default('read').describe('`write` adds versions, `fork` makes children; both read.'),
  until: timestamp.optional().describe('When the share ends by itself; it lasts until it is revoked when left out.'),
}

const scope = { identity: scopeName.optional(), lane: scopeName.optional(), fold: scopeName.optional() }
const namespace = z
  .strictObject(scope)
  .refine((named) => Object.keys(named).length > 0, { error: 'must name at least one of identity, lane and fold' })
  .describe('All that is named must match.')

export const shareBody = z.strictObject(given)
export const namespaceShareBody = z.strictObject({ namespace, ...given })

export const share = z
  .object({
    id: uuid,
    capsule: uuid.nullable().describe('With the chunks of a document; null where a namespace is shared.'),
    namespace: z
      .object({ owner: uuid.nullable().describe('Whose capsules alone; null for those of all.'), ...scope })
      .nullable(),
    with: uuid,
    with_name: z.string().nullable(),
    right: z.enum(SHARE_RIGHTS),
    granted_by: uuid,
    granted_by_name: z.string().nullable(),
    granted_at: timestamp,
    until: timestamp.nullable(),
  })
  .meta({ id: 'Share' })
export type Share = z.infer<typeof share>

const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the terms, hex.')

/** What is shown of a capsule that is for sale to who has not accepted its terms. */
export const saleCard = z
  .object({
    id: uuid,
    title: z.string().nullable(),
    licence: z.literal('for-sale'),
    terms: z.string().nullable(),
    terms_digest: digest,
  })
  .meta({ id: 'SaleCard' })
export type SaleCard = z.infer<typeof saleCard>

export const acceptanceBody = z.strictObject({ terms_digest: digest })
export const acceptance = z
  .object({ capsule: uuid, version: z.string(), terms_digest: digest, accepted_at: timestamp })
  .meta({ id: 'Acceptance' })
