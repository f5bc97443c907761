import { z } from 'zod'
import { CAPSULE_STATUSES, LINK_KINDS, timestamp, trustScore, uuid } from './capsule.ts'
import { jsonValue, wholeNumber } from './parameters.ts'
import { LINEAGE_LIMITS } from './vocabulary.ts'

export { LINEAGE_LIMITS }

export const lineageNode = z
  .object({
    id: uuid,
    version: z.string(),
    title: z.string().nullable(),
    status: z.enum(CAPSULE_STATUSES),
    trust: trustScore.describe('Effective trust.'),
    depth: z.int().min(0).describe('Least number of steps from the capsule that was asked for.'),
    created_at: timestamp,
  })
  .meta({ id: 'LineageNode' })

export const lineageEdge = z
  .object({
    from: uuid.describe('The child: derived from `to`.'),
    from_version: z.string(),
    to: uuid.describe('The parent.'),
    version: z.string().describe('The version of the parent it was taken from.'),
    kind: z.literal('DERIVED_FROM'),
    reason: z.string(),
    timestamp,
    current: z.boolean().describe('False when only an older version of the child names this parent.'),
  })
  .meta({ id: 'LineageEdge' })

export const lineageAnswer = z
  .object({
    nodes: z.array(lineageNode).describe('Oldest first, the capsule itself among them.'),
    edges: z.array(lineageEdge),
    truncated: z.boolean().describe('True when `limit` cut the answer.'),
  })
  .meta({ id: 'Lineage' })
export type LineageAnswer = z.infer<typeof lineageAnswer>

export const lineageQuery = z.strictObject({
  direction: z.enum(['ancestors', 'descendants', 'both']).default('ancestors'),
  depth: wholeNumber(0, LINEAGE_LIMITS.depthMax).optional().describe('Steps, at most; all when left out.'),
  limit: wholeNumber(1, LINEAGE_LIMITS.nodesMax).default(LINEAGE_LIMITS.nodesDefault),
})

const WALKED = `a lineage of more than ${LINEAGE_LIMITS.nodesMax} capsules is not walked to its end.`

export const pathAnswer = z
  .object({
    found: z.boolean(),
    nodes: z
      .array(lineageNode)
      .describe('From the capsule to the other one, step by step; empty when there is no path.'),
    edges: z.array(lineageEdge),
    truncated: z.boolean().describe(`True when there may be a path all the same: ${WALKED}`),
  })
  .meta({ id: 'LineagePath' })

export const commonAncestorAnswer = z
  .object({
    nearest: lineageNode
      .nullable()
      .describe('The common ancestor with the fewest steps to both; null when there is none.'),
    common: z.array(lineageNode).describe('All common ancestors, nearest first.'),
    truncated: z.boolean().describe(`True when there may be more: ${WALKED}`),
  })
  .meta({ id: 'CommonAncestors' })

export const versionSummary = z
  .object({
    version: z.string(),
    title: z.string().nullable(),
    author: uuid.describe('Subject who wrote this version into the store.'),
    author_name: z.string().nullable(),
    by: z
      .string()
      .nullable()
      .describe('Whose words these are: the person that the source names, else the name of the subject.'),
    reason: z.string().nullable(),
    commit: z.string().nullable(),
    where: z.string().nullable(),
    fingerprint: z.string(),
    created_at: timestamp,
    valid_from: timestamp,
    valid_to: timestamp.nullable(),
  })
  .meta({ id: 'VersionSummary' })

const hunk = z.object({
  old_start: z.int(),
  old_lines: z.int(),
  new_start: z.int(),
  new_lines: z.int(),
  lines: z.array(z.object({ op: z.enum([' ', '+', '-']), text: z.string() })),
})

export const diffAnswer = z
  .object({
    from: z.string().nullable().describe('Null where `to` is the first version: everything in it is new.'),
    to: z.string(),
    hunks: z.array(hunk),
    added: z.int(),
    removed: z.int(),
    approximate: z.boolean().describe('True when the texts were too different to compare line by line.'),
    fields: z.array(
      z.object({
        path: z.string(),
        op: z.enum(['add', 'remove', 'replace']),
        from: jsonValue.optional(),
        to: jsonValue.optional(),
      }),
    ),
    unified: z.string().describe('The same as a unified diff.'),
  })
  .meta({ id: 'Diff' })

export const blameAnswer = z
  .object({
    version: z.string(),
    lines: z.array(
      z.object({
        line: z.int().min(1),
        text: z.string(),
        version: z.string().describe('The version that introduced this line.'),
        at: timestamp,
        author: z.string(),
        commit: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Blame' })

export const link = z
  .object({ from: uuid, to: uuid, kind: z.enum(LINK_KINDS), weight: z.number().min(0).max(1), created_at: timestamp })
  .meta({ id: 'Link' })

export const trustAnswer = z
  .object({
    id: uuid,
    trust: trustScore,
    trust_level: z.string(),
    effective_trust: trustScore,
    effective_trust_level: z.string(),
    explanation: z.string(),
    limited_by: z
      .array(z.object({ id: uuid, effective_trust: trustScore }))
      .describe('Parents that hold the effective trust down.'),
    history: z
      .array(
        z.object({
          what: z.enum(['changed', 'quarantined', 'released']),
          old: trustScore,
          new: trustScore.describe('0 while it is quarantined.'),
          reason: z.string(),
          at: timestamp,
          actor: uuid,
        }),
      )
      .describe('Newest first.'),
  })
  .meta({ id: 'Trust' })
