import { z } from 'zod'
import { CAPSULE_STATUSES, CAPSULE_TYPES, receipt, scopeName, tag, timestamp, trustScore, uuid } from './capsule.ts'
import { erasure, legalBasis } from './keeping.ts'
import { SEARCH_LIMITS } from './search.ts'

export const BULK_OPERATIONS = ['tag', 'archive', 'restore', 'erase'] as const
export type BulkOperation = (typeof BULK_OPERATIONS)[number]

export const BULK_LIMITS = {
  /** Ids that a request names. */
  idsMax: 10_000,
  /** Capsules that one bulk change is about. */
  capsulesMax: 100_000,
  /** Tags that are added, and as many that are removed. */
  tagsMax: 32,
  /** Previews that are kept; a newer one takes the place of the oldest. */
  previewsMax: 32,
  sampleMax: 10,
} as const
const L = BULK_LIMITS

const filter = z
  .strictObject({
    type: z.array(z.enum(CAPSULE_TYPES)).max(CAPSULE_TYPES.length).optional(),
    tag: z.array(tag).max(SEARCH_LIMITS.tagsMax).optional().describe('All of them must be present.'),
    owner: z.string().min(1).max(200).optional().describe('Subject id or name.'),
    identity: scopeName.optional(),
    lane: scopeName.optional(),
    fold: scopeName.optional(),
    status: z
      .array(z.enum(CAPSULE_STATUSES))
      .max(CAPSULE_STATUSES.length)
      .optional()
      .describe('ACTIVE when left out; ARCHIVED for `restore`; every status for `erase`.'),
    min_trust: trustScore.optional().describe('Least effective trust; any when left out.'),
  })
  .refine((members) => Object.values(members).some((member) => member !== undefined), {
    error: 'must name something: what means everything is said by `status`',
  })

const tags = z.array(tag).min(1).max(L.tagsMax)

/** Body of `POST /v2/capsules/bulk`. */
export const bulkBody = z
  .strictObject({
    operation: z.enum(BULK_OPERATIONS),
    ids: z.array(uuid).min(1).max(L.idsMax).optional(),
    filter: filter.optional().describe('Instead of `ids`. Chunks are not counted: they go with their documents.'),
    add: tags.optional().describe('For `tag`: tags that each has afterwards.'),
    remove: tags.optional().describe('For `tag`: tags that none has afterwards.'),
    legal_basis: legalBasis.optional(),
  })
  .refine(({ ids, filter: by }) => (ids === undefined) !== (by === undefined), {
    error: 'needs either `ids` or a `filter`',
  })
  .refine(({ operation, add, remove }) => (operation === 'tag') === (add !== undefined || remove !== undefined), {
    path: ['add'],
    error: '`tag` needs tags to `add` or to `remove`, and nothing else takes them',
  })
  .refine(({ add = [], remove = [] }) => !add.some((one) => remove.includes(one)), {
    path: ['remove'],
    error: 'adds a tag and removes it',
  })
  .refine(({ operation, legal_basis }) => (operation === 'erase') === (legal_basis !== undefined), {
    path: ['legal_basis'],
    error: '`erase` needs its `legal_basis`, and nothing else takes one',
  })
  .meta({ id: 'BulkRequest' })
export type BulkRequest = z.infer<typeof bulkBody>

export const bulkPreview = z
  .object({
    token: uuid.describe('Carries out what was previewed, and goes on with it when it was cut off.'),
    operation: z.enum(BULK_OPERATIONS),
    count: z.int().describe('Capsules that it is about, those that are already as they shall be among them.'),
    sample: z
      .array(
        z.object({ id: uuid, version: z.string(), title: z.string().nullable(), status: z.enum(CAPSULE_STATUSES) }),
      )
      .describe(`The first of them, at most ${L.sampleMax}.`),
    held: z.int().describe('For `erase`: those that a legal hold keeps as things are.'),
    expires_at: timestamp,
  })
  .meta({ id: 'BulkPreview' })
export type BulkPreview = z.infer<typeof bulkPreview>

const problemOfLine = z.object({ code: z.string(), detail: z.string() }).loose()
const ofCapsule = { line: z.int().min(1), id: uuid }

/** A line of the answer to a bulk change. */
export const bulkLine = z
  .union([
    z.object({ ...ofCapsule, receipt: receipt.describe('`existing` where it was as it shall be.') }),
    z.object({ ...ofCapsule, problem: problemOfLine.describe('Why this one was left as it is.') }),
    z.object({
      end: z.object({
        changed: z.int(),
        unchanged: z.int(),
        failed: z.int(),
        erasure: erasure.nullable().describe('The receipt of what was erased.'),
      }),
    }),
    z.object({ problem: problemOfLine.describe('What broke it off: the same token goes on.') }),
  ])
  .meta({ id: 'BulkLine' })
export type BulkLine = z.infer<typeof bulkLine>
