import { z } from 'zod'
import type { Action } from './actions.ts'
import {
  CAPSULE_STATUSES,
  CAPSULE_TYPES,
  capsule,
  capsuleCreate,
  capsuleFork,
  capsuleUpdate,
  capsuleWithReceipt,
  LINK_KINDS,
  receipt,
  scopeName,
  semver,
  tag,
  timestamp,
  trustScore,
  uuid,
} from './capsule.ts'
import type { ErrorCode } from './errors.ts'
import { IMPORT_FILE_STATES, IMPORT_LIMITS, importBody, importFile, importJob } from './import.ts'
import {
  blameAnswer,
  commonAncestorAnswer,
  diffAnswer,
  lineageAnswer,
  lineageQuery,
  link,
  pathAnswer,
  trustAnswer,
  versionSummary,
} from './lineage.ts'
import { askAnswer, askBody, searchAnswer, searchBody, searchQuery } from './search.ts'
import { backupAnswer, backupBody, configRow, finding, probeAnswer, stats, systemHealth } from './system.ts'

/** Why a route needs no token and no decision; the list of these is tested to be exactly what the specification allows. */
export type Exemption = 'probe' | 'metrics' | 'static'

export interface ResponseDefinition {
  readonly description: string
  readonly schema?: z.ZodType
  readonly contentType?: string
  readonly example?: unknown
}

/**
 * One route: what it is called, what it does, who may, what goes in and what comes out. The HTTP edge mounts these rows
 * and nothing else; OpenAPI, the reference page and the clients are made from the same rows.
 */
export interface RouteDefinition {
  /** Name of the operation, camelCase, unique. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** OpenAPI style: `/v2/capsules/{id}`. */
  readonly path: string
  readonly tag: 'Capsules' | 'Lineage' | 'Recall' | 'Import' | 'System' | 'Probes'
  readonly summary: string
  readonly description?: string
  readonly access:
    | { readonly action: Action; readonly risk?: 'low' | 'medium' | 'high' }
    | { readonly exempt: Exemption }
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: {
    readonly schema: z.ZodType
    readonly contentType?: 'application/json' | 'application/x-ndjson'
    readonly example?: unknown
  }
  /** Success first. Problems are listed in `errors`. */
  readonly responses: Readonly<Record<number, ResponseDefinition>>
  /** Beyond those every route can give. */
  readonly errors?: readonly ErrorCode[]
  /** Takes `If-Match`. */
  readonly ifMatch?: boolean
  /** Takes `Idempotency-Key`. */
  readonly idempotent?: boolean
}

/** Problems that any governed route can answer with. */
export const COMMON_ERRORS = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'VALIDATION_FAILED',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
] as const satisfies readonly ErrorCode[]

const id = z.object({ id: uuid })
const page = { limit: z.coerce.number().int().min(1).max(100).default(20), cursor: z.string().max(500).optional() }
const paged = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      items: z.array(item),
      next_cursor: z.string().nullable().describe('Hand it back as `cursor`; null on the last page.'),
    })
    .meta({ id: name })
const many = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).max(16)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.infer<T>[])
const reason = z.strictObject({ reason: z.string().min(1).max(1000) })
const json = (description: string, schema: z.ZodType, example?: unknown): ResponseDefinition => ({
  description,
  schema,
  example,
})

const EXAMPLE_ID = '01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10'
const CREATE_EXAMPLE = {
  content: 'We chose SQLite for the embedded store because one file is easy to back up.',
  type: 'decision',
  title: 'Embedded store',
  tags: ['storage', 'adr'],
  source: { kind: 'person', name: 'Ada' },
}

const CAPSULES: readonly RouteDefinition[] = [
  {
    id: 'createCapsule',
    method: 'POST',
    path: '/v2/capsules',
    tag: 'Capsules',
    summary: 'Add a capsule',
    description:
      'With several parents it is a merge. The same text in the same place returns the capsule that is there, with 200.',
    access: { action: 'capsule.create' },
    body: { schema: capsuleCreate, example: CREATE_EXAMPLE },
    responses: {
      201: json('Created; durable before this answer.', capsuleWithReceipt),
      200: json('It was there already.', capsuleWithReceipt),
    },
    errors: [
      'PAYLOAD_TOO_LARGE',
      'UNPROCESSABLE',
      'EMBEDDING_MISMATCH',
      'IDEMPOTENCY_KEY_REUSED',
      'IN_FLIGHT',
      'STORAGE_FULL',
      'OUTCOME_UNKNOWN',
      'EMBEDDER_UNAVAILABLE',
    ],
    idempotent: true,
  },
  {
    id: 'createCapsules',
    method: 'POST',
    path: '/v2/capsules/batch',
    tag: 'Capsules',
    summary: 'Add many capsules',
    description:
      'NDJSON in, NDJSON out: for each line, in order, its receipt or its problem. A bad line does not stop the others.',
    access: { action: 'capsule.create' },
    body: { schema: capsuleCreate, contentType: 'application/x-ndjson', example: CREATE_EXAMPLE },
    responses: {
      200: {
        description: 'A line for each line.',
        contentType: 'application/x-ndjson',
        schema: z
          .object({ line: z.int().min(1), receipt: receipt.optional(), problem: z.object({}).loose().optional() })
          .meta({ id: 'BatchLine' }),
      },
    },
    errors: ['UNSUPPORTED_MEDIA_TYPE'],
    idempotent: true,
  },
  {
    id: 'listCapsules',
    method: 'GET',
    path: '/v2/capsules',
    tag: 'Capsules',
    summary: 'List capsules, newest first',
    access: { action: 'capsule.read', risk: 'low' },
    query: z.strictObject({
      ...page,
      type: many(z.enum(CAPSULE_TYPES)).optional(),
      tag: many(tag).optional(),
      owner: z.string().min(1).max(200).optional(),
      identity: scopeName.optional(),
      lane: scopeName.optional(),
      fold: scopeName.optional(),
      status: many(z.enum(CAPSULE_STATUSES)).optional(),
      min_trust: z.coerce.number().pipe(trustScore).optional(),
      part_of: uuid.optional().describe('Chunks of this document.'),
      chunks: z.stringbool().default(false).describe('True: chunks of documents are listed too.'),
    }),
    responses: { 200: json('A page.', paged(capsule, 'CapsulePage')) },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'capsuleStats',
    method: 'GET',
    path: '/v2/capsules/stats',
    tag: 'Capsules',
    summary: 'Counts and bytes by type, status and embedding model',
    access: { action: 'system.read', risk: 'low' },
    responses: { 200: json('Counts.', stats) },
  },
  {
    id: 'getCapsule',
    method: 'GET',
    path: '/v2/capsules/{id}',
    tag: 'Capsules',
    summary: 'Read a capsule: its newest version, or the one valid at a time',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    query: z.strictObject({ as_of: timestamp.optional(), known_at: timestamp.optional() }),
    responses: { 200: json('The capsule; the ETag is `"<version>-<revision>"`.', capsule) },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'updateCapsule',
    method: 'PUT',
    path: '/v2/capsules/{id}',
    tag: 'Capsules',
    summary: 'Add a version',
    description:
      'A field left out keeps its value, null clears it. New content raises the minor number, the rest the patch; nothing is overwritten. A body that changes nothing answers with the version that is there.',
    access: { action: 'capsule.update' },
    params: id,
    body: {
      schema: capsuleUpdate,
      example: { content: 'We chose SQLite because one file is easy to back up and to copy.' },
    },
    responses: { 200: json('The new version.', capsuleWithReceipt) },
    errors: [
      'NOT_FOUND',
      'ERASED',
      'PRECONDITION_REQUIRED',
      'REVISION_MISMATCH',
      'CONFLICT',
      'LINEAGE_CYCLE',
      'UNPROCESSABLE',
      'EMBEDDING_MISMATCH',
      'PAYLOAD_TOO_LARGE',
      'STORAGE_FULL',
      'OUTCOME_UNKNOWN',
    ],
    ifMatch: true,
  },
  {
    id: 'archiveCapsule',
    method: 'DELETE',
    path: '/v2/capsules/{id}',
    tag: 'Capsules',
    summary: 'Archive a capsule',
    description: 'Out of search and lists, still readable by id; repeating it changes nothing. Undone by restore.',
    access: { action: 'capsule.archive' },
    params: id,
    responses: { 204: { description: 'Archived.' } },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT'],
  },
  {
    id: 'restoreCapsule',
    method: 'POST',
    path: '/v2/capsules/{id}/restore',
    tag: 'Capsules',
    summary: 'Bring an archived capsule back',
    access: { action: 'capsule.restore' },
    params: id,
    responses: { 200: json('Active again.', capsule) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT'],
    idempotent: true,
  },
  {
    id: 'forkCapsule',
    method: 'POST',
    path: '/v2/capsules/{id}/fork',
    tag: 'Capsules',
    summary: 'Make a child with a life of its own',
    access: { action: 'capsule.create' },
    params: id,
    body: {
      schema: capsuleFork,
      example: { reason: 'Adapted to the mobile team', content: 'We chose SQLite on phones too.' },
    },
    responses: { 201: json('The child.', capsuleWithReceipt) },
    errors: [
      'NOT_FOUND',
      'ERASED',
      'UNPROCESSABLE',
      'EMBEDDING_MISMATCH',
      'IDEMPOTENCY_KEY_REUSED',
      'IN_FLIGHT',
      'STORAGE_FULL',
      'OUTCOME_UNKNOWN',
    ],
    idempotent: true,
  },
  {
    id: 'listVersions',
    method: 'GET',
    path: '/v2/capsules/{id}/versions',
    tag: 'Capsules',
    summary: 'History: all versions, newest first',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    query: z.strictObject(page),
    responses: { 200: json('A page.', paged(versionSummary, 'VersionPage')) },
    errors: ['NOT_FOUND', 'ERASED', 'CURSOR_INVALID'],
  },
  {
    id: 'getVersion',
    method: 'GET',
    path: '/v2/capsules/{id}/versions/{version}',
    tag: 'Capsules',
    summary: 'Read one version, and the passage a citation means',
    access: { action: 'capsule.read', risk: 'low' },
    params: z.object({ id: uuid, version: semver }),
    query: z.strictObject({
      start: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .describe('UTF-16 units; with `end`, `passage` shows the quote and what stands around it.'),
      end: z.coerce.number().int().min(0).optional(),
    }),
    responses: {
      200: json(
        'The version.',
        capsule
          .extend({
            passage: z
              .object({
                before: z.string(),
                quote: z.string(),
                after: z.string(),
                start_line: z.int(),
                end_line: z.int(),
              })
              .optional(),
          })
          .meta({ id: 'CapsuleVersion' }),
      ),
    },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'getTrust',
    method: 'GET',
    path: '/v2/capsules/{id}/trust',
    tag: 'Capsules',
    summary: 'Trust, what limits it, and how it came about',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    responses: { 200: json('Trust.', trustAnswer) },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'setTrust',
    method: 'PUT',
    path: '/v2/capsules/{id}/trust',
    tag: 'Capsules',
    summary: 'Change the trust of a capsule',
    description:
      'A lowering counts for everything derived from it before this answer; a rise follows in the background.',
    access: { action: 'capsule.trust', risk: 'high' },
    params: id,
    body: {
      schema: z.strictObject({ trust: trustScore, reason: z.string().min(1).max(1000) }),
      example: { trust: 80, reason: 'Reviewed by two people' },
    },
    responses: { 200: json('Trust now.', trustAnswer) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT'],
  },
  {
    id: 'quarantineCapsule',
    method: 'POST',
    path: '/v2/capsules/{id}/quarantine',
    tag: 'Capsules',
    summary: 'Quarantine a capsule: effective trust 0 for it, less for what derives from it',
    access: { action: 'capsule.trust', risk: 'high' },
    params: id,
    body: { schema: reason, example: { reason: 'The source was retracted' } },
    responses: { 200: json('Trust now.', trustAnswer) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT'],
  },
  {
    id: 'releaseCapsule',
    method: 'POST',
    path: '/v2/capsules/{id}/release',
    tag: 'Capsules',
    summary: 'Lift a quarantine',
    access: { action: 'capsule.trust', risk: 'high' },
    params: id,
    body: { schema: reason, example: { reason: 'Checked against the new edition' } },
    responses: { 200: json('Trust now.', trustAnswer) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT'],
  },
]

const LINEAGE: readonly RouteDefinition[] = [
  {
    id: 'getLineage',
    method: 'GET',
    path: '/v2/capsules/{id}/lineage',
    tag: 'Lineage',
    summary: 'Where a capsule comes from, or what came of it',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    query: lineageQuery,
    responses: { 200: json('Nodes oldest first, and the edges between them.', lineageAnswer) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'getLineagePath',
    method: 'GET',
    path: '/v2/capsules/{id}/lineage/path',
    tag: 'Lineage',
    summary: 'The shortest way from a capsule to one of its ancestors or descendants',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    query: z.strictObject({ to: uuid }),
    responses: { 200: json('The path, or none.', pathAnswer) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'getCommonAncestors',
    method: 'GET',
    path: '/v2/capsules/{id}/lineage/common',
    tag: 'Lineage',
    summary: 'What two capsules both derive from',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    query: z.strictObject({ with: uuid }),
    responses: { 200: json('Common ancestors, nearest first.', commonAncestorAnswer) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'getDiff',
    method: 'GET',
    path: '/v2/capsules/{id}/diff',
    tag: 'Lineage',
    summary: 'What changed between two versions',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    query: z.strictObject({
      from: semver.optional().describe('The one before `to` when left out.'),
      to: semver.optional().describe('The newest when left out.'),
    }),
    responses: { 200: json('Lines and fields.', diffAnswer) },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'getBlame',
    method: 'GET',
    path: '/v2/capsules/{id}/blame',
    tag: 'Lineage',
    summary: 'Which version introduced which line',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    query: z.strictObject({ version: semver.optional() }),
    responses: { 200: json('Line by line.', blameAnswer) },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'listLinks',
    method: 'GET',
    path: '/v2/capsules/{id}/links',
    tag: 'Lineage',
    summary: 'Links of a capsule in both directions',
    access: { action: 'capsule.read', risk: 'low' },
    params: id,
    query: z.strictObject({ kind: many(z.enum(LINK_KINDS)).optional() }),
    responses: { 200: json('Links.', z.object({ items: z.array(link) }).meta({ id: 'Links' })) },
    errors: ['NOT_FOUND', 'ERASED'],
  },
  {
    id: 'addLink',
    method: 'POST',
    path: '/v2/capsules/{id}/links',
    tag: 'Lineage',
    summary: 'Connect two capsules',
    access: { action: 'capsule.link' },
    params: id,
    body: {
      schema: z.strictObject({ to: uuid, kind: z.enum(['RELATED_TO', 'SIMILAR_TO']) }),
      example: { to: EXAMPLE_ID, kind: 'RELATED_TO' },
    },
    responses: { 201: json('The link.', link), 200: json('It was there already.', link) },
    errors: ['NOT_FOUND', 'ERASED', 'UNPROCESSABLE'],
    idempotent: true,
  },
  {
    id: 'removeLink',
    method: 'DELETE',
    path: '/v2/capsules/{id}/links/{kind}/{to}',
    tag: 'Lineage',
    summary: 'Disconnect two capsules',
    access: { action: 'capsule.link' },
    params: z.object({ id: uuid, kind: z.enum(['RELATED_TO', 'SIMILAR_TO']), to: uuid }),
    responses: { 204: { description: 'Gone; repeating it changes nothing.' } },
    errors: ['NOT_FOUND'],
  },
]

const RECALL: readonly RouteDefinition[] = [
  {
    id: 'searchCapsules',
    method: 'GET',
    path: '/v2/capsules/search',
    tag: 'Recall',
    summary: 'Search by words, meaning and neighbourhood',
    access: { action: 'capsule.search', risk: 'low' },
    query: searchQuery,
    responses: { 200: json('Hits, best first.', searchAnswer) },
    errors: ['EMBEDDER_UNAVAILABLE', 'DEADLINE_EXCEEDED'],
  },
  {
    id: 'searchCapsulesByBody',
    method: 'POST',
    path: '/v2/capsules/search',
    tag: 'Recall',
    summary: 'Search with a body: a mode, or your own vector',
    access: { action: 'capsule.search', risk: 'low' },
    body: { schema: searchBody, example: { q: 'why did we choose SQLite?', limit: 5, mode: 'hybrid', explain: true } },
    responses: { 200: json('Hits, best first.', searchAnswer) },
    errors: ['EMBEDDING_MISMATCH', 'EMBEDDER_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'UNPROCESSABLE'],
  },
  {
    id: 'ask',
    method: 'POST',
    path: '/v2/ask',
    tag: 'Recall',
    summary: 'Ask a question; the answer quotes its sources',
    access: { action: 'capsule.search', risk: 'low' },
    body: { schema: askBody, example: { question: 'Why did we choose SQLite?' } },
    responses: { 200: json('An answer with citations, or that nothing was found.', askAnswer) },
    errors: ['EMBEDDER_UNAVAILABLE', 'DEADLINE_EXCEEDED'],
  },
]

const IMPORTS: readonly RouteDefinition[] = [
  {
    id: 'startImport',
    method: 'POST',
    path: '/v2/imports',
    tag: 'Import',
    summary: 'Read a folder, a git repository or an NDJSON file',
    description:
      'Continues where an interrupted import of the same source stopped; what has not changed is not written again.',
    access: { action: 'import.run', risk: 'high' },
    body: { schema: importBody, example: { path: '/home/ada/handbook' } },
    responses: { 202: json('Begun; follow it at `Location`.', importJob) },
    errors: ['SOURCE_UNREADABLE', 'CONFLICT'],
    idempotent: true,
  },
  {
    id: 'listImports',
    method: 'GET',
    path: '/v2/imports',
    tag: 'Import',
    summary: 'List imports, newest first',
    access: { action: 'import.read', risk: 'low' },
    query: z.strictObject(page),
    responses: { 200: json('A page.', paged(importJob, 'ImportPage')) },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'getImport',
    method: 'GET',
    path: '/v2/imports/{id}',
    tag: 'Import',
    summary: 'Progress of an import',
    access: { action: 'import.read', risk: 'low' },
    params: id,
    responses: { 200: json('Progress.', importJob) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'listImportFiles',
    method: 'GET',
    path: '/v2/imports/{id}/files',
    tag: 'Import',
    summary: 'What became of each file, and why',
    access: { action: 'import.read', risk: 'low' },
    params: id,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(IMPORT_LIMITS.filesPageMax).default(100),
      cursor: z.string().max(6000).optional(),
      state: z.enum(IMPORT_FILE_STATES).optional(),
    }),
    responses: { 200: json('A page.', paged(importFile, 'ImportFilePage')) },
    errors: ['NOT_FOUND', 'CURSOR_INVALID'],
  },
  {
    id: 'cancelImport',
    method: 'POST',
    path: '/v2/imports/{id}/cancel',
    tag: 'Import',
    summary: 'Stop an import after the file it is reading',
    access: { action: 'import.run' },
    params: id,
    responses: { 200: json('Where it stands.', importJob) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'removeImport',
    method: 'POST',
    path: '/v2/imports/{id}/remove',
    tag: 'Import',
    summary: 'Archive everything an import brought in',
    access: { action: 'import.run', risk: 'high' },
    params: id,
    responses: { 200: json('What was archived.', z.object({ archived: z.int() }).meta({ id: 'ImportRemoval' })) },
    errors: ['NOT_FOUND', 'CONFLICT'],
  },
]

const SYSTEM: readonly RouteDefinition[] = [
  {
    id: 'getSystemHealth',
    method: 'GET',
    path: '/v2/system/health',
    tag: 'System',
    summary: 'The boot report and how things are',
    access: { action: 'system.read', risk: 'low' },
    responses: { 200: json('Health.', systemHealth) },
  },
  {
    id: 'getConfig',
    method: 'GET',
    path: '/v2/system/config',
    tag: 'System',
    summary: 'Configuration with the origin of each value; secrets hidden',
    access: { action: 'system.read' },
    responses: { 200: json('Rows.', z.object({ items: z.array(configRow) }).meta({ id: 'Config' })) },
  },
  {
    id: 'runDoctor',
    method: 'POST',
    path: '/v2/system/doctor',
    tag: 'System',
    summary: 'Look for damage in the store',
    access: { action: 'system.read' },
    body: {
      schema: z.strictObject({ depth: z.enum(['quick', 'full']).default('quick') }),
      example: { depth: 'quick' },
    },
    responses: {
      200: json('Findings.', z.object({ ok: z.boolean(), findings: z.array(finding) }).meta({ id: 'DoctorReport' })),
    },
  },
  {
    id: 'createBackup',
    method: 'POST',
    path: '/v2/system/backup',
    tag: 'System',
    summary: 'Write a backup while the instance goes on',
    access: { action: 'system.backup', risk: 'high' },
    body: { schema: backupBody, example: { path: '/var/backups/cascade-2026-11-21.backup' } },
    responses: { 201: json('Written and checked.', backupAnswer) },
    errors: ['UNPROCESSABLE', 'STORAGE_FULL'],
  },
]

const probe = (idOf: string, path: string, summary: string): RouteDefinition => ({
  id: idOf,
  method: 'GET',
  path,
  tag: 'Probes',
  summary,
  access: { exempt: 'probe' },
  responses: { 200: json('Well.', probeAnswer), 503: json('Not well.', probeAnswer) },
})
const page200 = (description: string, contentType: string): Readonly<Record<number, ResponseDefinition>> => ({
  200: { description, contentType },
})

const PROBES: readonly RouteDefinition[] = [
  probe('health', '/health', 'All in one word'),
  probe('healthLive', '/health/live', 'The process runs'),
  probe('healthReady', '/health/ready', 'Requests are answered'),
  probe('healthStartup', '/health/startup', 'The start is over'),
  {
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    tag: 'Probes',
    summary: 'Metrics for Prometheus; no content, no names',
    access: { exempt: 'metrics' },
    responses: page200('Metrics.', 'text/plain'),
  },
  {
    id: 'openapi',
    method: 'GET',
    path: '/v2/openapi.json',
    tag: 'Probes',
    summary: 'This description',
    access: { exempt: 'static' },
    responses: page200('OpenAPI 3.1.', 'application/json'),
  },
  {
    id: 'reference',
    method: 'GET',
    path: '/reference',
    tag: 'Probes',
    summary: 'Interactive reference page',
    access: { exempt: 'static' },
    responses: page200('The page.', 'text/html'),
  },
  {
    id: 'referenceAsset',
    method: 'GET',
    path: '/reference/{asset}',
    tag: 'Probes',
    summary: 'Scripts and styles of the reference page',
    access: { exempt: 'static' },
    params: z.object({ asset: z.string().max(100) }),
    responses: page200('The file.', 'application/octet-stream'),
    errors: ['NOT_FOUND'],
  },
  {
    id: 'errorPage',
    method: 'GET',
    path: '/errors/{code}',
    tag: 'Probes',
    summary: 'What an error code means and what to do',
    access: { exempt: 'static' },
    params: z.object({ code: z.string().max(60) }),
    responses: page200('The page.', 'text/html'),
    errors: ['NOT_FOUND'],
  },
  {
    id: 'favicon',
    method: 'GET',
    path: '/favicon.ico',
    tag: 'Probes',
    summary: 'The icon',
    access: { exempt: 'static' },
    responses: page200('The icon.', 'image/svg+xml'),
  },
]

/** Every route there is. */
export const ROUTES: readonly RouteDefinition[] = [...RECALL, ...CAPSULES, ...LINEAGE, ...IMPORTS, ...SYSTEM, ...PROBES]
