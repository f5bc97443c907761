import { z } from 'zod'
import { CAPSULE_TYPES, scopeName, tag, timestamp, uuid } from './capsule.ts'

export const ARCHIVE_LIMITS = {
  /** Capsules named in one request. */
  idsMax: 1000,
  /** The most days that an age is given in: a hundred years. */
  daysMax: 36_500,
  /** Capsules that an answer names as staying. */
  refusedMax: 100,
  /** Names that belong to no segment, in the answer of a look. */
  unknownMax: 1000,
} as const
const L = ARCHIVE_LIMITS

const ids = z.array(uuid).min(1).max(L.idsMax)

export const archiveBody = z
  .strictObject({
    ids: ids.optional().describe('These; a document moves with its chunks.'),
    older_than_days: z
      .int()
      .min(0)
      .max(L.daysMax)
      .optional()
      .describe('Those whose newest version was recorded longer ago, in the scope that the members below name.'),
    due: z.literal(true).optional().describe('Those that have reached their retention, as configured.'),
    identity: scopeName.optional(),
    lane: scopeName.optional(),
    fold: scopeName.optional(),
    type: z.enum(CAPSULE_TYPES).optional(),
    tag: tag.optional(),
    dry_run: z.boolean().default(false).describe('True says what would move and what would stay, and moves nothing.'),
  })
  .refine(
    ({ ids, older_than_days, due }) => [ids, older_than_days, due].filter((one) => one !== undefined).length === 1,
    {
      error: 'must have one of ids, older_than_days and due',
      path: ['ids'],
    },
  )
  .refine(
    ({ older_than_days, identity, lane, fold, type, tag }) => {
      const scope = [identity, lane, fold, type, tag]
      return older_than_days !== undefined || scope.every((member) => member === undefined)
    },
    { error: 'is needed with a scope: identity, lane, fold, type, tag', path: ['older_than_days'] },
  )
export type ArchiveRequest = z.infer<typeof archiveBody>

export const archiveSegment = z
  .object({
    id: uuid,
    state: z.enum(['writing', 'stored']),
    reason: z.enum(['asked', 'retention']),
    requested_by: uuid,
    made_at: timestamp,
    place: z.string().describe('The folder or bucket, without credentials.'),
    generation: z.int().describe('Raised by each erasure that wrote it anew.'),
    bytes: z.int(),
    sha256: z.string(),
    capsules: z.int().describe('Documents and other capsules that are no chunks, when it was made.'),
    chunks: z.int(),
    versions: z.int(),
    content_bytes: z.int().describe('Bytes of what all versions say.'),
    first_sequence: z.int().nullable().describe('The first entry of the log that tells of one of its capsules.'),
    last_sequence: z.int().describe('The newest entry of the log when it was made.'),
    away: z.int().describe('Capsules that are out of the store for this segment now; others came back or were erased.'),
  })
  .meta({ id: 'ArchiveSegment' })
export type ArchiveSegment = z.infer<typeof archiveSegment>

export const archiveOutcome = z
  .object({
    dry_run: z.boolean(),
    segments: z.array(archiveSegment),
    capsules: z.int(),
    chunks: z.int(),
    versions: z.int(),
    content_bytes: z.int(),
    refused: z
      .array(z.object({ id: uuid, code: z.string(), detail: z.string() }))
      .describe(`What stays, and why; at most ${L.refusedMax} of them.`),
    more: z.boolean().describe('True when more are due than one request moves: ask again.'),
  })
  .meta({ id: 'ArchiveOutcome' })
export type ArchiveOutcome = z.infer<typeof archiveOutcome>

export const archiveRestoreBody = z
  .strictObject({
    ids: ids.optional(),
    segment: uuid.optional().describe('All that is away for this segment.'),
  })
  .refine(({ ids, segment }) => (ids === undefined) !== (segment === undefined), {
    error: 'must have ids or segment, and not both',
    path: ['ids'],
  })

export const archiveRestored = z
  .object({
    capsules: z.int(),
    chunks: z.int(),
    versions: z.int(),
    here: z.array(uuid).describe('Those that were asked for and are in the store already.'),
  })
  .meta({ id: 'ArchiveRestored' })
export type ArchiveRestored = z.infer<typeof archiveRestored>

export const archiveVerifyBody = z.strictObject({ segment: uuid.optional().describe('All of them when left out.') })

export const archiveVerified = z
  .object({
    ok: z.boolean(),
    place: z.string(),
    segments: z.array(z.object({ segment: uuid, ok: z.boolean(), detail: z.string() })),
    unknown: z
      .array(z.string())
      .describe(`Objects that belong to no segment of this store, at most ${L.unknownMax}; they are left alone.`),
  })
  .meta({ id: 'ArchiveVerified' })
export type ArchiveVerified = z.infer<typeof archiveVerified>
