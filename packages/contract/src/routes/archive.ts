import { z } from 'zod'
import {
  archiveBody,
  archiveOutcome,
  archiveRestoreBody,
  archiveRestored,
  archiveSegment,
  archiveVerified,
  archiveVerifyBody,
} from '../archive.ts'
import { uuid } from '../capsule.ts'
import { page, paged } from '../parameters.ts'
import { EXAMPLE_ID } from './examples.ts'
import { ARCHIVE_OUTCOME_EXAMPLE, SEGMENT_EXAMPLE } from './examples-archive.ts'
import { json, type RouteDefinition } from './route.ts'

const id = z.object({ id: uuid })

/** Segments of the archive: what moves into them, and comes back. */
export const ARCHIVE = [
  {
    id: 'archiveCapsules',
    method: 'POST',
    path: '/v2/archive',
    tag: 'Archive',
    summary: 'Move capsules out of the store into segments',
    description:
      'All versions, metadata and the history of trust go; title, scope, tags, place in the lineage and the name of the segment stay. Nothing leaves the store before its segment was read back from its place. What is quarantined or under a legal hold stays and is named.',
    access: { action: 'capsule.offload' },
    body: { schema: archiveBody, example: { older_than_days: 365, lane: 'chat', dry_run: true } },
    responses: { 200: json('What moved, or would.', archiveOutcome, ARCHIVE_OUTCOME_EXAMPLE) },
    errors: ['CONFLICT', 'UNPROCESSABLE', 'STORAGE_FULL', 'ARCHIVE_DAMAGED'],
    unhurried: true,
  },
  {
    id: 'restoreArchived',
    method: 'POST',
    path: '/v2/archive/restore',
    tag: 'Archive',
    summary: 'Bring capsules back from their segments',
    description:
      'Each is again what it was when it moved. The segment stays as it is. A chunk brings its document, and a document its chunks.',
    access: { action: 'capsule.reload' },
    body: { schema: archiveRestoreBody, example: { ids: [EXAMPLE_ID] } },
    responses: {
      200: json('What came back.', archiveRestored, { capsules: 1, chunks: 0, versions: 3, here: [] }),
    },
    errors: ['NOT_FOUND', 'ERASED', 'CONFLICT', 'STORAGE_FULL', 'ARCHIVE_DAMAGED'],
    unhurried: true,
  },
  {
    id: 'verifyArchive',
    method: 'POST',
    path: '/v2/archive/verify',
    tag: 'Archive',
    summary: 'Read segments whole and compare them with what was put there',
    description: 'Opens all that is out of the store, and names objects that belong to no segment of this store.',
    access: { action: 'capsule.offload' },
    body: { schema: archiveVerifyBody, example: {} },
    responses: {
      200: json('What was found.', archiveVerified, {
        ok: true,
        place: SEGMENT_EXAMPLE.place,
        segments: [{ segment: SEGMENT_EXAMPLE.id, ok: true, detail: '2 units, 2 opened' }],
        unknown: [],
      }),
    },
    errors: ['NOT_FOUND'],
    unhurried: true,
  },
  {
    id: 'listSegments',
    method: 'GET',
    path: '/v2/archive',
    tag: 'Archive',
    summary: 'List segments, newest first',
    access: { action: 'capsule.read' },
    query: z.strictObject(page),
    responses: {
      200: json('A page.', paged(archiveSegment, 'ArchiveSegmentPage'), {
        items: [SEGMENT_EXAMPLE],
        next_cursor: null,
      }),
    },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'getSegment',
    method: 'GET',
    path: '/v2/archive/{id}',
    tag: 'Archive',
    summary: 'One segment',
    access: { action: 'capsule.read' },
    params: id,
    responses: { 200: json('The segment.', archiveSegment, SEGMENT_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
] as const satisfies readonly RouteDefinition[]
