import { z } from 'zod'
import { semver, source, timestamp, trustScore, uuid } from './capsule.ts'
import { flag, isShallow, jsonValue, TOO_DEEP } from './parameters.ts'
import { textOf, utf8Bytes } from './text.ts'
import { CAPSULE_LIMITS, CAPSULE_TYPES, LICENCES, LINK_KINDS } from './vocabulary.ts'

/** Name and version of the format. A reader refuses another name, and a higher version. */
export const EXPORT_FORMAT = 'forge-cascade-export'
export const EXPORT_FORMAT_VERSION = 1

export const EXPORT_LIMITS = {
  /** UTF-16 units of a title or a label. */
  labelLengthMax: 2000,
  /** UTF-16 units of the place of a chunk in its document. */
  placeLengthMax: 100_000,
  /** Links in one line of an export; what a capsule has beyond that follows in further lines. */
  linksMax: 10_000,
  /** Entries of a trust history in one line, likewise. */
  trustEntriesMax: 1000,
} as const

const L = CAPSULE_LIMITS
const label = textOf(EXPORT_LIMITS.labelLengthMax)
const subjectName = textOf(L.ownerLengthMax).min(1)
const digest = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be a SHA-256 in hex' })

/** A DERIVED_FROM edge of a version. */
export const exportedParent = z.strictObject({
  id: uuid,
  version: semver,
  reason: textOf(L.reasonLengthMax),
  timestamp,
  changes: jsonValue.refine((value) => isShallow(value), TOO_DEEP).optional(),
})

/** What a version says and when, without its words: members of the head of a file. */
export const exportedVersionFields = {
  id: uuid,
  version: semver,
  version_reason: textOf(L.reasonLengthMax).nullable(),
  type: z.enum(CAPSULE_TYPES),
  title: label.nullable(),
  author: subjectName.describe('Name of the subject who wrote it.'),
  valid_from: timestamp,
  valid_to: timestamp.nullable(),
  tags: z.array(label).max(L.tagsMax),
  category: label.nullable(),
  licence: z.enum(LICENCES),
  licence_terms: textOf(L.licenceTermsLengthMax).nullable(),
  identity: label.nullable(),
  lane: label.nullable(),
  fold: label.nullable(),
  source: source.nullable(),
  parents: z.array(exportedParent).max(L.parentsMax),
  part_of: z
    .strictObject({ id: uuid, place: textOf(EXPORT_LIMITS.placeLengthMax), index: z.int().min(0) })
    .nullable()
    .describe('The document of a chunk.'),
  found_by_chunks: z.boolean().describe('True for a document that is searched by its chunks alone.'),
  metadata: z.record(z.string(), jsonValue).refine((value) => isShallow(value), TOO_DEEP),
} as const

export const exportedVersion = z
  .strictObject({
    kind: z.literal('version'),
    ...exportedVersionFields,
    content: textOf(L.contentBytesMax).refine((text) => utf8Bytes(text) <= L.contentBytesMax, {
      error: `must be at most ${L.contentBytesMax} bytes of UTF-8`,
    }),
    recorded_at: timestamp.describe('When the exporting instance recorded it; no part of the digest.'),
    vector: z
      .strictObject({ model: z.string().min(1).max(L.embeddingModelLengthMax), base64: z.base64() })
      .optional()
      .describe('Little-endian float32; with `vectors=true`; no part of the digest.'),
  })
  .meta({ id: 'ExportedVersion' })
export type ExportedVersion = z.infer<typeof exportedVersion>

export const exportedLink = z.strictObject({ to: uuid, link: z.enum(LINK_KINDS), weight: z.number().min(0).max(1) })

export const exportedTrustEntry = z.strictObject({
  what: z.enum(['changed', 'quarantined', 'released']),
  old: trustScore,
  new: trustScore,
  reason: textOf(L.reasonLengthMax),
  at: timestamp,
  actor: subjectName,
})
export type ExportedTrustEntry = z.infer<typeof exportedTrustEntry>

const exportedBonds = {
  links: z.array(exportedLink).max(EXPORT_LIMITS.linksMax).describe('Those that leave it.'),
  trust_history: z.array(exportedTrustEntry).max(EXPORT_LIMITS.trustEntriesMax).describe('Newest first.'),
} as const

/** What belongs to a capsule as a whole. */
export const exportedCapsuleFields = {
  id: uuid,
  owner: subjectName,
  trust: trustScore,
  status: z.enum(['ACTIVE', 'ARCHIVED', 'QUARANTINED']),
} as const

export const exportedCapsule = z
  .strictObject({
    kind: z.literal('capsule'),
    ...exportedCapsuleFields,
    chunk: z.boolean().describe('True when its newest version is a part of a document.'),
    title: label.nullable().describe('Of the newest version.'),
    versions: z.array(semver).min(1).describe('Oldest first; a `version` line for each follows.'),
    ...exportedBonds,
  })
  .meta({ id: 'ExportedCapsule' })
export type ExportedCapsule = z.infer<typeof exportedCapsule>

export const exportedMore = z
  .strictObject({ kind: z.literal('more'), id: uuid, ...exportedBonds })
  .describe('More links and trust history than the line of the capsule before it holds.')
  .meta({ id: 'ExportedMore' })
export type ExportedMore = z.infer<typeof exportedMore>

export const exportStart = z
  .strictObject({
    kind: z.literal('export'),
    format: z.literal(EXPORT_FORMAT),
    format_version: z.literal(EXPORT_FORMAT_VERSION),
    instance: z.string().max(300).describe('The program and its version.'),
    exported_at: timestamp,
  })
  .meta({ id: 'ExportStart' })
export type ExportStart = z.infer<typeof exportStart>

const count = z.int().min(0)
export const exportCounts = z
  .strictObject({
    capsules: count.describe('Without chunks.'),
    chunks: count,
    versions: count.describe('Of both.'),
    edges: count,
    links: count,
    trust_entries: count,
  })
  .meta({ id: 'ExportCounts' })
export type ExportCounts = z.infer<typeof exportCounts>

export const exportEnd = z
  .strictObject({
    kind: z.literal('end'),
    counts: exportCounts,
    in_archive: z
      .int()
      .min(1)
      .optional()
      .describe('Capsules that lie in an archive and are not in the export; absent where there are none.'),
    digest: digest.describe(
      'SHA-256 over everything that an import brings back; two instances with equal digests hold the same knowledge.',
    ),
  })
  .meta({ id: 'ExportEnd' })
export type ExportEnd = z.infer<typeof exportEnd>

/** One line of an export: the start, then each capsule with what its line does not hold and its versions, then the end. */
const EXPORT_LINES = [exportStart, exportedCapsule, exportedMore, exportedVersion, exportEnd] as const
export const exportLine = z.discriminatedUnion('kind', EXPORT_LINES)
export type ExportLine = z.infer<typeof exportLine>

export const exportBroken = z
  .strictObject({ kind: z.literal('broken'), code: z.string().max(100), detail: z.string() })
  .describe('The last line of an export that came to no end, and why.')
  .meta({ id: 'ExportBroken' })
export type ExportBroken = z.infer<typeof exportBroken>

/** What an instance sends of an export, the word of its failure with it. */
export const exportSentLine = z.discriminatedUnion('kind', [...EXPORT_LINES, exportBroken]).meta({ id: 'ExportLine' })

/** A file of an export as its manifest lists it. */
export const exportFile = z.strictObject({
  path: z.string().min(1).max(1000),
  sha256: digest,
  bytes: count,
  id: uuid.optional().describe('The capsule that begins here.'),
})
export type ExportFile = z.infer<typeof exportFile>

/** `manifest.json` of an export folder. */
export const exportManifest = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  format_version: z.literal(EXPORT_FORMAT_VERSION),
  instance: z.string().max(300),
  exported_at: timestamp,
  counts: exportCounts,
  digest,
  files_digest: digest.describe('SHA-256 over the lines `sha256  path` of all files, in their order.'),
  files: z.array(exportFile),
})
export type ExportManifest = z.infer<typeof exportManifest>

export const exportQuery = z.strictObject({
  vectors: flag.default(false).describe('Sends the vector of each version along.'),
})

/** PROV-JSON has members named by the identifiers of what they describe. */
export const provDocument = z
  .looseObject({ prefix: z.record(z.string(), z.string()) })
  .describe('PROV-JSON, a W3C Member Submission of 24 April 2013.')
  .meta({ id: 'ProvDocument' })
