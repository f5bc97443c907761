import { z } from 'zod'
import {
  CAPSULE_LIMITS,
  CAPSULE_STATUSES,
  CAPSULE_TYPES,
  LICENCES,
  TRUST_LEVELS,
  type TrustLevel,
} from './vocabulary.ts'

export {
  CAPSULE_LIMITS,
  CAPSULE_STATUSES,
  CAPSULE_TYPES,
  type CapsuleStatus,
  type CapsuleType,
  LICENCES,
  LINK_KINDS,
  type Licence,
  type LinkKind,
  TRUST_LEVELS,
  type TrustLevel,
} from './vocabulary.ts'

import { isShallow, jsonValue, TOO_DEEP } from './parameters.ts'
import { textOf, utf8Bytes, wellFormed } from './text.ts'

const L = CAPSULE_LIMITS

/** A label: one line, no control characters, not blank at the ends. */
const label = (max: number) =>
  wellFormed(z.string().min(1).max(max)).regex(/^(?!\s)[^\p{Cc}\p{Zl}\p{Zp}]*[^\p{Cc}\s]$/u, {
    error: 'must be one line without control characters and not blank at its ends',
  })

export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, {
    error: 'must be a lower-case UUID',
  })
  .meta({ format: 'uuid', examples: ['01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'] })

export const semver = z
  .string()
  .regex(/^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/, { error: 'must be MAJOR.MINOR.PATCH' })
  .meta({ examples: ['1.2.0'] })

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** True for a time of RFC 3339 on a day that the calendar has: `Date` would take 30 February for 2 March. */
function isTimestamp(text: string): boolean {
  const parts = RFC_3339.exec(text)
  if (!parts || Number.isNaN(Date.parse(text))) return false
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

export const timestamp = z
  .string()
  .max(40)
  .refine(isTimestamp, { error: 'must be a time in RFC 3339, such as 2026-03-01T09:00:00Z' })
  .meta({ format: 'date-time', examples: ['2026-03-01T09:00:00.000Z'] })

export const content = wellFormed(z.string())
  .refine((text) => text.trim().length > 0, { error: 'must not be blank' })
  .refine((text) => utf8Bytes(text) <= L.contentBytesMax, {
    error: `must be at most ${L.contentBytesMax} bytes of UTF-8`,
  })

export const title = label(L.titleLengthMax)
export const tag = label(L.tagLengthMax)
export const scopeName = label(L.scopeLengthMax)
export const tags = z.array(tag).max(L.tagsMax)
export const trustScore = z.int().min(0).max(100)

export const metadata = z
  .record(z.string(), jsonValue)
  .refine((value) => isShallow(value), TOO_DEEP)
  .refine((value) => utf8Bytes(JSON.stringify(value)) <= L.metadataBytesMax, {
    error: `must be at most ${L.metadataBytesMax} bytes of JSON`,
  })

export const parentInput = z.object({
  id: uuid,
  version: semver.optional().describe('The version it was taken from; the newest when left out.'),
  reason: wellFormed(z.string().min(1).max(L.reasonLengthMax)).describe('Why this was derived from that.'),
  changes: jsonValue
    .refine((value) => isShallow(value), TOO_DEEP)
    .optional()
    .describe('A structured diff of what was changed on the way.'),
})

const at = timestamp.optional()
const sourceKinds = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    path: textOf(2000).describe('Path inside the folder or repository, with forward slashes.'),
    root: textOf(2000).optional().describe('The folder or repository it was imported from.'),
    heading: textOf(1000).optional(),
    start_line: z.int().min(1).optional(),
    end_line: z.int().min(1).optional(),
    commit: textOf(64).optional(),
    author: textOf(300).optional(),
    at,
    previous_path: textOf(2000).optional().describe('Where the file was before it was renamed.'),
    index: z.int().min(0).optional().describe('Order among the chunks of one document.'),
  }),
  z.object({
    kind: z.literal('url'),
    url: textOf(4000),
    title: textOf(500).optional(),
    author: textOf(300).optional(),
    at,
  }),
  z.object({
    kind: z.literal('chat'),
    conversation: textOf(300),
    session: z.union([textOf(300), z.int()]).optional(),
    index: z.int().min(0).optional().describe('Order of the turn in its session; neighbours differ by one.'),
    speaker: textOf(300).optional(),
    at,
  }),
  z.object({ kind: z.literal('skill'), skill: textOf(300), at }),
  z.object({ kind: z.literal('overlay'), overlay: textOf(300), at }),
  z.object({ kind: z.literal('person'), name: textOf(300), at }),
  z.object({ kind: z.literal('agent'), name: textOf(300), session: textOf(300).optional(), at }),
])

export const source = sourceKinds.refine((value) => utf8Bytes(JSON.stringify(value)) <= L.sourceBytesMax, {
  error: `must be at most ${L.sourceBytesMax} bytes of JSON`,
})

export type Source = z.infer<typeof source>

export const embeddingInput = z
  .union([
    z.array(z.number()).min(1).max(L.embeddingDimensionsMax),
    z.base64().max(Math.ceil((L.embeddingDimensionsMax * 4) / 3) * 4),
  ])
  .describe('Numbers, or base64 of little-endian float32.')

const descriptive = {
  title: title.nullable().optional(),
  tags: tags.nullable().optional(),
  category: label(L.categoryLengthMax).nullable().optional(),
  licence: z.enum(LICENCES).optional().describe('Who may use it; private when left out.'),
  licence_terms: wellFormed(z.string().min(1).max(L.licenceTermsLengthMax)).nullable().optional(),
  identity: scopeName.nullable().optional(),
  lane: scopeName.nullable().optional(),
  fold: scopeName.nullable().optional(),
  metadata: metadata.nullable().optional(),
  source: source.nullable().optional(),
  valid_from: timestamp.optional(),
  embedding: embeddingInput.optional(),
  embedding_model: z.string().min(1).max(L.embeddingModelLengthMax).optional(),
}

/** Body of `POST /v2/capsules` and a line of `POST /v2/capsules/batch`. */
export const capsuleCreate = z.strictObject({
  content,
  type: z.enum(CAPSULE_TYPES),
  parents: z.array(parentInput).max(L.parentsMax).optional(),
  owner: label(L.ownerLengthMax)
    .optional()
    .describe('Subject id, or a name: the administrator may use any, others their own.'),
  trust: trustScore.optional().describe('Never above the author’s; the lower of 60 and the author’s when left out.'),
  dedupe: z
    .enum(['scope', 'none'])
    .optional()
    .describe('`scope` (default) returns the capsule that holds the same text.'),
  ...descriptive,
})
export type CapsuleCreate = z.infer<typeof capsuleCreate>

/** Body of `PUT /v2/capsules/{id}`: a field left out keeps its value, null clears it. */
export const capsuleUpdate = z.strictObject({
  content: content.optional(),
  type: z.enum(CAPSULE_TYPES).optional(),
  parents: z.array(parentInput).max(L.parentsMax).nullable().optional(),
  version: semver.optional().describe('A higher version than the rule would give; needs `reason`.'),
  reason: wellFormed(z.string().min(1).max(L.reasonLengthMax)).optional(),
  ...descriptive,
})
export type CapsuleUpdate = z.infer<typeof capsuleUpdate>

/** Body of `POST /v2/capsules/{id}/fork`: what the child has otherwise than its parent. */
export const capsuleFork = z.strictObject({
  reason: wellFormed(z.string().min(1).max(L.reasonLengthMax)),
  version: semver.optional().describe('Which version of the parent; the newest when left out.'),
  content: content.optional(),
  type: z.enum(CAPSULE_TYPES).optional(),
  owner: label(L.ownerLengthMax).optional(),
  trust: trustScore.optional(),
  ...descriptive,
})
export type CapsuleFork = z.infer<typeof capsuleFork>

export const parent = z.object({
  id: uuid,
  version: semver,
  reason: z.string(),
  timestamp,
  changes: jsonValue.optional(),
})

const trustLevel = z.enum(Object.keys(TRUST_LEVELS) as [TrustLevel, ...TrustLevel[]])

/** A capsule at one of its versions, as every answer shows it. */
export const capsule = z
  .object({
    id: uuid,
    version: semver,
    revision: z.int().min(1).describe('Raised by every change of the capsule; with the version it makes the ETag.'),
    type: z.enum(CAPSULE_TYPES),
    title: z.string().nullable(),
    content: z.string(),
    parents: z.array(parent),
    parent_id: uuid.nullable().describe('Id of the first parent.'),
    owner: uuid,
    owner_name: z.string().nullable(),
    author: uuid.describe('Subject who wrote this version.'),
    trust: trustScore,
    trust_level: trustLevel,
    effective_trust: trustScore.describe(
      'The least of its own and its parents’ effective trust; what `min_trust` filters.',
    ),
    effective_trust_level: trustLevel,
    tags: z.array(z.string()),
    category: z.string().nullable(),
    licence: z.enum(LICENCES),
    licence_terms: z.string().nullable(),
    identity: z.string().nullable(),
    lane: z.string().nullable(),
    fold: z.string().nullable(),
    metadata: z.record(z.string(), jsonValue),
    source: z.union([sourceKinds, z.null()]),
    part_of: z
      .object({ id: uuid, place: z.string(), index: z.int().min(0) })
      .nullable()
      .describe('The document of a chunk.'),
    embedding_model: z.string().nullable(),
    status: z.enum(CAPSULE_STATUSES),
    archived_in: uuid
      .nullable()
      .describe('The segment of the archive that holds what it says; then the content is empty here, in lists.'),
    created_at: timestamp.describe('When this version was recorded.'),
    updated_at: timestamp.describe('When the capsule last changed.'),
    valid_from: timestamp,
    valid_to: timestamp.nullable(),
  })
  .meta({ id: 'Capsule' })
export type Capsule = z.infer<typeof capsule>

export const receipt = z
  .object({
    command_id: z.string(),
    outcome: z.enum(['created', 'existing', 'updated']),
    id: uuid.nullable(),
    version: semver.nullable(),
    sequence: z.int().min(-1),
    near_duplicates: z.array(z.object({ id: uuid, similarity: z.number().min(0).max(1) })),
  })
  .meta({ id: 'Receipt' })

export const capsuleWithReceipt = capsule.extend({ receipt }).meta({ id: 'CapsuleWithReceipt' })
