import { z } from 'zod'
import { timestamp } from './capsule.ts'
import { auditQuery } from './ledger.ts'

export const EVIDENCE_LIMITS = {
  entriesMax: 20_000,
  bytesMax: 256 * 1024 * 1024,
  filesMax: 40_100,
  pathLengthMax: 100,
  keysMax: 100,
} as const

/** Which entries of the log: all members that are given must match. */
export const evidenceQuery = auditQuery.omit({ limit: true, cursor: true }).meta({ id: 'EvidenceQuery' })
export type EvidenceQuery = z.output<typeof evidenceQuery>

const base64Hash = z.base64().length(44)

/** `manifest.json` of a bundle. */
export const evidenceManifest = z
  .strictObject({
    format: z.literal('cascade-evidence'),
    v: z.literal(1),
    made_at: timestamp,
    made_by: z.string().max(EVIDENCE_LIMITS.pathLengthMax).describe('Name and version of the program.'),
    origin: z.string().min(1).describe('Which log.'),
    checkpoint: z.strictObject({
      size: z.int().min(1).describe('Entries that the checkpoint covers.'),
      root: base64Hash.describe('Root of their tree.'),
    }),
    query: evidenceQuery.describe('What was asked for.'),
    entries: z.int().min(0).max(EVIDENCE_LIMITS.entriesMax),
    files: z
      .array(
        z.strictObject({
          path: z.string().max(EVIDENCE_LIMITS.pathLengthMax),
          bytes: z.int().min(0).max(EVIDENCE_LIMITS.bytesMax),
          sha256: z.string().regex(/^[0-9a-f]{64}$/),
        }),
      )
      .max(EVIDENCE_LIMITS.filesMax)
      .describe('All files but the manifest and its note.'),
    root: base64Hash.describe('Of the RFC 6962 tree whose leaves are `<sha256>  <path>` of each file, with a newline.'),
  })
  .meta({ id: 'EvidenceManifest' })
export type EvidenceManifest = z.infer<typeof evidenceManifest>

/** What a verification of a bundle came to. */
export const evidenceVerdict = z
  .object({
    valid: z.boolean(),
    key: z
      .enum(['given', 'bundle'])
      .describe('Whose keys it was held against; `bundle`: its own, which say nothing of who made it.'),
    origin: z.string().optional().describe('Which log; once its signature is verified.'),
    signed_by: z.string().optional().describe('Verifier key of the log.'),
    cosigned_by: z.array(z.string()).optional().describe('Verifier keys of others that signed the checkpoint as well.'),
    size: z.int().optional().describe('Entries that the checkpoint covers.'),
    entries: z.int().optional().describe('Entries that the bundle holds.'),
    files: z.int().optional(),
    made_at: timestamp.optional(),
    bad: z.string().optional().describe('The first file that is not as it was written.'),
    reason: z.string().optional().describe('What is wrong.'),
  })
  .meta({ id: 'EvidenceVerdict' })
export type EvidenceVerdict = z.infer<typeof evidenceVerdict>

/** What `cascade evidence export --json` prints. */
export const evidenceWrittenAnswer = z
  .object({
    path: z.string(),
    bytes: z.int(),
    sha256: z.string().describe('Of the archive.'),
    manifest: z.string().describe('SHA-256 of the manifest, as the entry `evidence.exported` of the log names it.'),
    entries: z.int(),
    origin: z.string(),
    size: z.int().describe('Entries that the checkpoint covers.'),
    key: z.string().describe('The verifier key to hand over by another way.'),
  })
  .meta({ id: 'EvidenceWritten' })
