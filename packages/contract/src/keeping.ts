import { z } from 'zod'
import { CAPSULE_LIMITS, CAPSULE_TYPES, scopeName, tag, timestamp, uuid } from './capsule.ts'
import { textOf, wellFormed } from './text.ts'

export const KEEPING_LIMITS = {
  reasonLengthMax: 1000,
  legalBasisLengthMax: 100,
  /** Holds that are in force at once. */
  holdsMax: 1000,
  /** Capsules by others that an answer names as staying. */
  staysMax: 1000,
} as const
const L = KEEPING_LIMITS

/** An owner by id or name, or an `identity`. */
const subjectName = wellFormed(z.string().min(1).max(CAPSULE_LIMITS.ownerLengthMax)).describe(
  'Whom it is about: an owner, by id or name, or an `identity`.',
)

export const holdTarget = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('capsule'), capsule: uuid.describe('With the chunks of a document.') }),
    z.strictObject({ kind: z.literal('subject'), subject: subjectName }),
    z.strictObject({
      kind: z.literal('scope'),
      identity: scopeName.optional(),
      lane: scopeName.optional(),
      fold: scopeName.optional(),
      type: z.enum(CAPSULE_TYPES).optional(),
      tag: tag.optional(),
    }),
  ])
  .refine((target) => target.kind !== 'scope' || Object.keys(target).length > 1, {
    error: 'must name at least one of identity, lane, fold, type and tag',
  })
export type HoldTarget = z.infer<typeof holdTarget>

const reason = wellFormed(z.string().min(1).max(L.reasonLengthMax))
export const holdBody = z.strictObject({
  target: holdTarget,
  reason: reason.describe('Shown to whoever is refused because of it.'),
})
export const liftBody = z.strictObject({ reason })

export const hold = z
  .object({
    id: uuid,
    state: z.enum(['placed', 'lifted']),
    target: holdTarget,
    reason: z.string(),
    placed_by: uuid,
    placed_by_name: z.string().nullable(),
    placed_at: timestamp,
    lifted: z.object({ by: uuid, at: timestamp, reason: z.string() }).nullable(),
  })
  .meta({ id: 'LegalHold' })
export type LegalHold = z.infer<typeof hold>

/** A short word that stays in the log for good: no sentence about a person fits into it. */
export const legalBasis = textOf(L.legalBasisLengthMax)
  .regex(/^[a-z0-9][a-z0-9 .:/()-]*$/i, {
    error: 'must be a short word such as gdpr-17, of letters, digits and .:/()-',
  })
  .describe('On what ground; it stays in the log and in the tombstone, so that no name belongs in it.')
const dryRun = z
  .boolean()
  .default(false)
  .describe('True says what would be erased and what would stay, and erases nothing.')

export const eraseBody = z.strictObject({ legal_basis: legalBasis, dry_run: dryRun })
export const erasureBody = z.strictObject({ subject: subjectName, legal_basis: legalBasis, dry_run: dryRun })

export const erasure = z
  .object({
    id: uuid.nullable().describe('Null for a dry run.'),
    state: z.enum(['planned', 'running', 'completed']),
    target: z.object({
      kind: z.enum(['capsule', 'subject', 'capsules']).describe('`capsules`: those of a bulk change.'),
      capsule: uuid.nullable(),
      subject_digest: z
        .string()
        .nullable()
        .describe('HMAC-SHA-256 of the subject under `subject_key`, hex: who knows the subject can check it.'),
      subject_key: z.string().nullable(),
    }),
    legal_basis: z.string(),
    requested_by: uuid,
    begun_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    capsules: z.int().describe('Documents and other capsules that are no chunks.'),
    chunks: z.int(),
    versions: z.int(),
    capsule_ids: z.array(uuid).describe(`At most ${L.staysMax} of them; the certificate has all.`),
    stays: z
      .array(z.object({ id: uuid, derived_from: uuid, owner: uuid }))
      .describe('Forks and merges that were made of the erased: they stay, and are named.'),
    holds: z.array(uuid).describe('Legal holds that forbid it; empty once it was carried out.'),
    places: z
      .array(z.object({ place: z.string(), outcome: z.string(), detail: z.string() }))
      .describe('Where copies were, and what was done there.'),
    outside: z.array(z.string()).describe('What no instance can reach.'),
    sequence: z.int().nullable().describe('Index of the last leaf that tells of an erased capsule.'),
    certificate: z.string().nullable().describe('The file that holds this receipt, on the machine of the instance.'),
    certificate_sha256: z.string().nullable(),
  })
  .meta({ id: 'Erasure' })
export type Erasure = z.infer<typeof erasure>

/** What is left of an erased capsule, in the problem that answers for it. */
export const tombstone = z
  .object({
    capsule_id: uuid,
    erased_at: timestamp,
    legal_basis: z.string(),
    sequence: z.int().describe('Index of the leaf in the log.'),
    parents: z.array(uuid),
    children: z.array(uuid),
  })
  .meta({ id: 'Tombstone' })
export type Tombstone = z.infer<typeof tombstone>
