import { z } from 'zod'
import { timestamp } from './capsule.ts'
import type { ErrorCode } from './errors.ts'
import { jsonValue } from './parameters.ts'

/** RFC 9457 problem document with our members. */
export const problem = z
  .object({
    type: z.string().describe('Path of the page that explains the code.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    correlation_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })),
  })
  .extend({
    decision_id: z
      .uuid()
      .optional()
      .describe('The decision of the gate that refused it; whoever asked may have it explained.'),
    reasons: z.array(z.string()).optional().describe('Codes of the reasons of that decision.'),
  })
  .loose()
  .meta({ id: 'Problem' })

export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  instance: string
  code: ErrorCode
  correlation_id: string
  errors: readonly { pointer: string; code: string; message: string }[]
  decision_id?: string
  reasons?: readonly string[]
}

export const probeAnswer = z
  .object({
    status: z.enum(['ok', 'degraded', 'failed']).describe('503 when failed, else 200.'),
    checks: z.array(
      z.object({
        name: z.string(),
        status: z.enum(['ok', 'degraded', 'failed']),
        detail: z.string(),
        age_ms: z.number().min(0).describe('How old the finding is.'),
      }),
    ),
  })
  .meta({ id: 'Probe' })

export const systemHealth = z
  .object({
    status: z.enum(['ready', 'degraded', 'failed']),
    version: z.string(),
    uptime_s: z.number(),
    sequence: z.int(),
    boot: z.object({
      started_at: timestamp,
      took_ms: z.number(),
      chunks: z.array(
        z.object({
          name: z.string(),
          priority: z.number(),
          status: z.enum(['started', 'failed', 'skipped']),
          took_ms: z.number(),
          reason: z.string().nullable(),
        }),
      ),
    }),
    store: z.object({ name: z.string(), ready: z.boolean() }),
    embedder: z.object({ model: z.string(), dimensions: z.int() }),
    event_loop_lag_p99_ms: z.number(),
  })
  .meta({ id: 'SystemHealth' })
export type SystemHealth = z.infer<typeof systemHealth>

export const configRow = z
  .object({ key: z.string(), value: jsonValue, origin: z.string(), description: z.string() })
  .meta({ id: 'ConfigRow' })
export type ConfigRow = z.infer<typeof configRow>

/** What was made anew, and what a look through all of the store finds after that. */
export const repairAnswer = z
  .object({
    repaired: z.array(z.object({ check: z.string(), detail: z.string() })),
    ok: z.boolean(),
    findings: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: 'Repair' })
export type Repair = z.infer<typeof repairAnswer>

export const finding = z.object({ check: z.string(), ok: z.boolean(), detail: z.string() }).meta({ id: 'Finding' })

export const stats = z
  .object({
    capsules: z.int(),
    chunks: z.int(),
    versions: z.int(),
    content_bytes: z.int(),
    by_status: z.record(z.string(), z.int()),
    by_type: z.record(z.string(), z.int()),
    by_embedding_model: z
      .record(z.string(), z.int())
      .describe('Capsules by the model of the vector of their newest version.'),
    by_trust_level: z.record(z.string(), z.int()).describe('By effective trust.'),
    bytes: z
      .object({
        by_status: z.record(z.string(), z.int()),
        by_type: z.record(z.string(), z.int()),
        by_embedding_model: z.record(z.string(), z.int()),
        by_trust_level: z.record(z.string(), z.int()),
      })
      .describe('Bytes of content in place of capsules; of each capsule those of all its versions.'),
    scopes: z.int().describe('How many different scopes hold capsules.'),
    by_scope: z
      .array(
        z.object({
          identity: z.string().nullable(),
          lane: z.string().nullable(),
          fold: z.string().nullable(),
          capsules: z.int(),
          bytes: z.int(),
        }),
      )
      .describe('The largest of them.'),
    lineage: z
      .object({
        derived: z.int().describe('Capsules that derive from others.'),
        depth_mean: z.number().describe('Mean over all capsules but chunks; 0 for one that derives from none.'),
        depth_max: z.int(),
      })
      .describe('Depth is the number of steps to the farthest origin, along parents of any version.'),
    sequence: z.int(),
  })
  .meta({ id: 'Stats' })

export const backupBody = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('New file on the machine of the instance; one in the folder for backups when left out.'),
  key_path: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('New file for a copy of the key, to take along; the key lies in the folder of keys in any case.'),
})
export type BackupRequest = z.infer<typeof backupBody>
export const backupAnswer = z
  .object({
    path: z.string(),
    bytes: z.int(),
    sequence: z.int(),
    sha256: z.string().describe('Of the file.'),
    id: z.string().describe('Of the backup; it stays when the backup is rewritten.'),
    key_id: z.string(),
    keys: z.string().describe('Folder with the key, without which nobody can restore the backup.'),
    key_path: z.string().nullable().describe('File with a copy of the key, where one was asked for.'),
  })
  .meta({ id: 'Backup' })
export type Backup = z.infer<typeof backupAnswer>
