import { z } from 'zod'
import { parent, timestamp, uuid } from './capsule.ts'
import { auditQuery, auditRow } from './ledger.ts'
import { citation } from './search.ts'

export const EVIDENCE_LIMITS = {
  entriesMax: 20_000,
  bytesMax: 256 * 1024 * 1024,
  filesMax: 60_100,
  pathLengthMax: 100,
  keysMax: 100,
  reportRowsMax: 10_000,
} as const

/** Which entries of the log: all members that are given must match. */
export const evidenceQuery = auditQuery
  .omit({ limit: true, cursor: true })
  .extend({
    decisions: z
      .boolean()
      .optional()
      .describe(
        'True adds what the decisions among them were made from, and the policies, so that they can be decided again; takes `governance.read` as well.',
      ),
  })
  .meta({ id: 'EvidenceQuery' })
export type EvidenceQuery = z.output<typeof evidenceQuery>

const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256, hex.')

const manifestMembers = {
  format: z.literal('cascade-evidence'),
  made_at: timestamp,
  made_by: z.string().max(EVIDENCE_LIMITS.pathLengthMax).describe('Name and version of the program.'),
  origin: z.string().min(1).describe('Which log.'),
  checkpoint: z.strictObject({
    size: z.int().min(1).describe('Entries that the checkpoint covers.'),
    root: sha256.describe('Root of their tree.'),
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
  root: sha256.describe('Of the RFC 6962 tree whose leaves are `<sha256>  <path>` of each file, with a newline.'),
}

/**
 * `manifest.json` of a bundle: version 2 where it carries what decisions were made from, else version 1, so that whoever
 * reads version 1 alone reads all that it can.
 */
export const evidenceManifest = z
  .discriminatedUnion('v', [
    z.strictObject({ v: z.literal(1), ...manifestMembers }),
    z.strictObject({
      v: z.literal(2),
      ...manifestMembers,
      decisions: z
        .strictObject({
          entries: z.int().min(0).describe('Entries that tell of decisions; `decisions/<n>.json` belongs to each.'),
          policies: z.int().min(0).describe('Sets of policies that they were decided by, as `policies/<digest>.json`.'),
        })
        .describe('What is there to decide them again.'),
    }),
  ])
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
    not_cosigned_by: z
      .string()
      .optional()
      .describe(
        'Verifier key of a witness that was asked for and did not cosign the checkpoint of what else is sound.',
      ),
    size: z.int().optional().describe('Entries that the checkpoint covers.'),
    entries: z.int().optional().describe('Entries that the bundle holds.'),
    files: z.int().optional(),
    decisions: z
      .int()
      .optional()
      .describe('Entries of these that tell of decisions, where it carries what they were made from.'),
    made_at: timestamp.optional(),
    bad: z.string().optional().describe('The first file that is not as it was written.'),
    reason: z.string().optional().describe('What is wrong.'),
    own_key: z
      .string()
      .optional()
      .describe(
        'Verifier key that it names as its own, where it is whole by that and no key that was given signed it.',
      ),
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

/** The salted digest of a version in the log, opened with the key that lies beside the content. */
export const openedDigest = z
  .object({
    id: uuid,
    version: z.string(),
    algorithm: z.literal('HMAC-SHA-256').describe('Over the content as UTF-8.'),
    key: z
      .string()
      .describe(
        'Hex. Whoever has it can tell whether a text is this content, after an erasure too: give it with care.',
      ),
    computed: sha256.describe('Of the content that is stored.'),
    recorded: sha256.nullable().describe('What the log says; null where it has no entry of this version.'),
    ledger_index: z.int().min(0).nullable().describe('The entry that says it.'),
    leaf_hash: sha256.nullable(),
    actor: z.string().nullable().describe('Subject id of who wrote the version, as that entry says.'),
    decision_id: z.string().nullable().describe('The decision of the gate that allowed it, as that entry says.'),
    matches: z.boolean(),
  })
  .meta({ id: 'OpenedDigest' })
export type OpenedDigest = z.infer<typeof openedDigest>

const treeHead = z.object({ size: z.int().min(1), root: sha256 })

/** What `cascade evidence changes` prints. */
export const changesReport = z
  .object({
    origin: z.string(),
    kept: z
      .boolean()
      .describe(
        'Whether the root of `from` is that of a checkpoint that was kept and signed; false: the instance told it just now, so only its word says that nothing was altered before.',
      ),
    from: treeHead,
    to: treeHead,
    proof: z.array(sha256).describe('Consistency proof (RFC 6962 section 2.1.2).'),
    consistent: z.boolean().describe('Whether the larger tree goes on the smaller one.'),
    counts: z.record(z.string(), z.int()).describe('Entries of each kind.'),
    entries: z.array(auditRow).describe('Oldest first.'),
  })
  .meta({ id: 'ChangesReport' })
export type ChangesReport = z.infer<typeof changesReport>

/** What `cascade evidence history` prints. */
export const historyReport = z
  .object({
    id: uuid,
    reads: z.literal('not recorded').describe('Who read it: reads have no entries.'),
    entries: z.array(auditRow).describe('Oldest first.'),
  })
  .meta({ id: 'HistoryReport' })
export type HistoryReport = z.infer<typeof historyReport>

/** What `cascade evidence explain` prints. */
export const explanation = z
  .object({
    question: z.string().nullable().describe('As it was told: a saved answer does not hold it.'),
    answer: z.string(),
    mode: z.string().describe('`extractive`: quotes, no language model.'),
    embedder: z.string().describe('The model that finds what is near in meaning, as it is now.'),
    correlation_id: z.string(),
    sequence: z.int().describe('Every change up to this entry of the log was known to the answer.'),
    composed: z.boolean().describe('Whether the answer is its quotes and nothing else.'),
    sound: z
      .boolean()
      .describe(
        'Whether the answer is its quotes, and every quote, title, source and digest is as cited and recorded.',
      ),
    citations: z.array(
      citation.pick({ capsule_id: true, version: true, title: true, quote: true, where: true, trust: true }).extend({
        quoted: z.boolean().describe('Whether the quote stands in the stored version where the citation says.'),
        named: z.boolean().describe('Whether title and source are those of the stored version.'),
        known: z.boolean().describe('Whether the log had the version when the answer says that it was given.'),
        digest: openedDigest.omit({ key: true }).nullable(),
        parents: z
          .array(parent.omit({ changes: true }))
          .describe('What this version derives from: other capsules, each with the version of it that was used.'),
        problem: z
          .string()
          .nullable()
          .describe('Why nothing can be shown of it: erased, in the archive, or not of this store.'),
      }),
    ),
  })
  .meta({ id: 'Explanation' })
export type Explanation = z.infer<typeof explanation>
