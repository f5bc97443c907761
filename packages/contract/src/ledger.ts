import { z } from 'zod'
import { timestamp, uuid } from './capsule.ts'
import { jsonValue, page, wholeNumber } from './parameters.ts'

export const LEDGER_LIMITS = {
  nameLengthMax: 300,
  verifyEntriesMax: 1_000_000,
  /** A checkpoint with the signatures of a dozen keys of ML-DSA-44, and a proof. */
  submissionBytesMax: 64 * 1024,
  witnessesMax: 100,
  overlapDaysMax: 365,
  changeBytesMax: 1000,
} as const

const size = wholeNumber(0, Number.MAX_SAFE_INTEGER)
// In JSON every hash is hex, whatever it is of; in the texts of C2SP, which are handed on as they are, it is base64.
const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256, hex.')
const hashes = z.array(hash).describe('Sibling hashes from the leaf upward, hex; in a C2SP text they are base64.')

export const ledgerEntry = z
  .object({
    index: z.int().min(0),
    leaf_hash: hash,
    canonical: z.string().describe('The bytes that the hash is over, as RFC 8785 writes them.'),
    entry: z.record(z.string(), jsonValue).describe('The same, parsed.'),
  })
  .meta({ id: 'LedgerEntry' })
export type LedgerEntry = z.infer<typeof ledgerEntry>

export const inclusionQuery = z.strictObject({
  index: size.describe('The entry that is proven, from 0.'),
  size: size.optional().describe('Of the tree it is proven in; that of the newest checkpoint when left out.'),
})

export const inclusionProof = z
  .object({
    index: z.int().min(0),
    size: z.int().min(1),
    leaf_hash: hash,
    root: hash,
    hashes,
    tlog_proof: z
      .string()
      .nullable()
      .describe('The proof with the signed checkpoint as one file (C2SP tlog-proof); null where the size was named.'),
  })
  .meta({ id: 'InclusionProof' })
export type InclusionProof = z.infer<typeof inclusionProof>

export const consistencyQuery = z.strictObject({
  from: size.describe('Size of the smaller tree.'),
  to: size.optional().describe('Size of the larger; that of the newest checkpoint when left out.'),
})

export const consistencyProof = z
  .object({ from: z.int().min(0), to: z.int().min(0), from_root: hash, to_root: hash, hashes })
  .meta({ id: 'ConsistencyProof' })

export const integrity = z
  .object({
    valid: z.boolean(),
    size: z.int().min(0).describe('Entries of the log.'),
    checked_from: z.int().min(0).describe('Index of the first entry that was looked at; 0: all of them were.'),
    checked_to: z.int().min(-1).describe('Index of the last entry that was looked at and is sound; -1 for none.'),
    checked_at: timestamp,
    contents: z
      .object({
        verified: z.int().min(0).describe('Versions whose content and title give the digests that were recorded.'),
        erased: z
          .int()
          .min(0)
          .describe('Versions of capsules that were erased: the key of their digest went with them.'),
        archived: z.int().min(0).describe('Versions whose content lies in the archive, outside of the store.'),
      })
      .optional()
      .describe('Versions of capsules that the entries tell of; absent where none were looked at, as at a start.'),
    first_bad: z
      .int()
      .min(0)
      .optional()
      .describe('Index of the first entry that is not as it was written, or of which the version is not.'),
    reason: z.string().optional().describe('What is wrong.'),
    stopped: z
      .string()
      .optional()
      .describe('Why nothing is signed any more, such as a checkpoint elsewhere that this log does not contain.'),
  })
  .meta({ id: 'LedgerIntegrity' })
export type LedgerIntegrity = z.infer<typeof integrity>

/** A line of a verification: how far it is, or, last, what it came to. */
export const verifyLine = z
  .union([z.object({ checked: z.int().min(0), of: z.int().min(0) }), integrity])
  .meta({ id: 'LedgerVerifyLine' })
export type VerifyLine = z.infer<typeof verifyLine>

export const verifyQuery = z.strictObject({
  newest: wholeNumber(1, LEDGER_LIMITS.verifyEntriesMax)
    .optional()
    .describe('Only so many of the newest entries, and the newest checkpoint; everything when left out.'),
})

const name = z.string().min(1).max(LEDGER_LIMITS.nameLengthMax)

export const auditQuery = z.strictObject({
  operation: name.optional().describe('What happened: `capsule.created`.'),
  category: name.optional().describe('Kind of record: `capsule`, `trust`, `system`, …'),
  entity_type: name.optional().describe('Kind of what it is about: `capsule`.'),
  entity_id: name.optional().describe('What it is about; needs `entity_type`.'),
  user_id: uuid.optional().describe('Who acted.'),
  correlation_id: name.optional().describe('All that one request came to.'),
  since: timestamp.optional().describe('At or after this moment.'),
  until: timestamp.optional().describe('Before this moment, which is not before `since`.'),
  ...page,
})

const change = z
  .object({ from: jsonValue.optional().describe('Absent where nothing says it.'), to: jsonValue })
  .describe(
    `What a member was and became; null: it had no value. \`{ bytes }\` in place of content, and of whatever is longer than ${LEDGER_LIMITS.changeBytesMax} bytes.`,
  )

export const auditRow = z
  .object({
    id: z.string().describe('Leaf hash: names the entry for good.'),
    operation: z.string(),
    category: z.string(),
    entity_type: z.string(),
    entity_id: z.string().nullable(),
    user_id: z.string(),
    changes: z
      .record(z.string(), change)
      .nullable()
      .describe('By member, from the versions; null when they are erased or lie in an archive.'),
    payload: z.record(z.string(), jsonValue).describe('What the entry itself says.'),
    correlation_id: z.string(),
    timestamp,
    ledger_index: z.int().min(0),
  })
  .meta({ id: 'AuditRow' })
export type AuditRow = z.infer<typeof auditRow>

export const checkpointQuery = z.strictObject({
  cosigned: wholeNumber(1, LEDGER_LIMITS.witnessesMax)
    .optional()
    .describe('The newest that at least so many witnesses cosigned, with their cosignatures.'),
})

const cosignedAt = timestamp.nullable().describe('Null while nothing was cosigned.')
const cosignedSize = z.int().min(0).describe('Entries of the newest checkpoint that was cosigned; 0 for none.')

export const ledgerWitness = z
  .object({
    witness: z
      .object({
        keys: z.array(z.string()).describe('Verifier keys that cosign, to hand to the logs that are witnessed.'),
        logs: z.array(
          z.object({
            origin: z.string(),
            keys: z.array(z.string()).describe('Verifier keys that may sign for it.'),
            size: cosignedSize,
            cosigned_at: cosignedAt,
            trouble: z.string().nullable().describe('Why nothing is cosigned for it.'),
          }),
        ),
      })
      .nullable()
      .describe('Null where this instance witnesses no logs.'),
    witnesses: z.array(
      z.object({
        url: z.string(),
        size: cosignedSize,
        cosigned_at: cosignedAt,
        trouble: z.string().nullable().describe('Why it does not cosign now.'),
      }),
    ),
    cosigner: z
      .string()
      .nullable()
      .describe('Verifier key (ML-DSA-44) with which the log cosigns its own checkpoints; null where it does not.'),
    fork: z.string().nullable().describe('Why nothing more is signed of this log.'),
  })
  .meta({ id: 'LedgerWitness' })
export type LedgerWitness = z.infer<typeof ledgerWitness>

export const rotateBody = z.strictObject({
  overlap_days: z
    .int()
    .min(0)
    .max(LEDGER_LIMITS.overlapDaysMax)
    .optional()
    .describe(
      'Days for which the key of before signs as well; `ledger.key_overlap_days` when left out. 0 where others may have it: it signs no more at once.',
    ),
})

export const ledgerKeys = z
  .object({
    origin: z.string(),
    keys: z.array(z.string()).describe('Verifier keys that sign or signed, the active one first.'),
    previous_until: timestamp.nullable().describe('Until when the key before signs as well; null where one key signs.'),
  })
  .meta({ id: 'LedgerKeys' })
export type LedgerKeys = z.infer<typeof ledgerKeys>
