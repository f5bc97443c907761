import { z } from 'zod'
import {
  CAPSULE_STATUSES,
  CAPSULE_TYPES,
  capsule,
  capsuleCreate,
  capsuleFork,
  capsuleUpdate,
  capsuleWithReceipt,
  receipt,
  scopeName,
  semver,
  tag,
  timestamp,
  trustScore,
  uuid,
} from '../capsule.ts'
import { versionSummary } from '../lineage.ts'
import { many, page, paged } from '../parameters.ts'
import { stats } from '../system.ts'
import {
  CAPSULE_EXAMPLE,
  CAPSULE_PAGE_EXAMPLE,
  CREATE_EXAMPLE,
  CREATED_EXAMPLE,
  EXISTING_EXAMPLE,
  FORKED_EXAMPLE,
  RECEIPT_EXAMPLE,
  STATS_EXAMPLE,
  UPDATED_EXAMPLE,
  VERSION_EXAMPLE,
  VERSION_PAGE_EXAMPLE,
} from './examples.ts'
import { json, type RouteDefinition } from './route.ts'

const id = z.object({ id: uuid })

/** Capsules: create, read, version, archive, trust. */
export const CAPSULES = [
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
      201: json('Created; durable before this answer.', capsuleWithReceipt, CREATED_EXAMPLE),
      200: json('It was there already.', capsuleWithReceipt, EXISTING_EXAMPLE),
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
    etag: true,
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
        example: { line: 1, receipt: RECEIPT_EXAMPLE },
      },
    },
    errors: ['UNSUPPORTED_MEDIA_TYPE'],
    idempotent: true,
    unhurried: true,
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
    responses: { 200: json('A page.', paged(capsule, 'CapsulePage'), CAPSULE_PAGE_EXAMPLE) },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'capsuleStats',
    method: 'GET',
    path: '/v2/capsules/stats',
    tag: 'Capsules',
    summary: 'Counts and bytes by type, status and embedding model',
    access: { action: 'system.read', risk: 'low' },
    responses: { 200: json('Counts.', stats, STATS_EXAMPLE) },
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
    responses: { 200: json('The capsule; the ETag is `"<version>-<revision>"`.', capsule, CAPSULE_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED'],
    etag: true,
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
    responses: { 200: json('The new version.', capsuleWithReceipt, UPDATED_EXAMPLE) },
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
    etag: true,
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
    responses: { 200: json('Active again.', capsule, CAPSULE_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT'],
    idempotent: true,
    etag: true,
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
    responses: { 201: json('The child.', capsuleWithReceipt, FORKED_EXAMPLE) },
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
    etag: true,
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
    responses: { 200: json('A page.', paged(versionSummary, 'VersionPage'), VERSION_PAGE_EXAMPLE) },
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
        VERSION_EXAMPLE,
      ),
    },
    errors: ['NOT_FOUND', 'ERASED'],
    etag: true,
  },
] as const satisfies readonly RouteDefinition[]
