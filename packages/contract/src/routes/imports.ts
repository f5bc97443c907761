import { z } from 'zod'
import { uuid } from '../capsule.ts'
import { IMPORT_FILE_STATES, IMPORT_LIMITS, importBody, importFile, importJob } from '../import.ts'
import { page, paged, wholeNumber } from '../parameters.ts'
import { IMPORT_EXAMPLE, IMPORT_FILES_EXAMPLE, IMPORT_PAGE_EXAMPLE } from './examples-answers.ts'
import { json, type RouteDefinition } from './route.ts'

const id = z.object({ id: uuid })

/** Reading folders, repositories and files into the store. */
export const IMPORTS = [
  {
    id: 'startImport',
    method: 'POST',
    path: '/v2/imports',
    tag: 'Import',
    summary: 'Read a folder, a git repository or an NDJSON file',
    description:
      'Continues where an interrupted import of the same source stopped; what has not changed is not written again.',
    access: { action: 'import.run' },
    body: { schema: importBody, example: { path: '/srv/handbook' } },
    responses: { 202: json('Begun; follow it at `Location`.', importJob, IMPORT_EXAMPLE) },
    errors: ['SOURCE_UNREADABLE', 'CONFLICT'],
    idempotent: true,
    unhurried: true,
  },
  {
    id: 'listImports',
    method: 'GET',
    path: '/v2/imports',
    tag: 'Import',
    summary: 'List imports, newest first',
    access: { action: 'import.read' },
    query: z.strictObject(page),
    responses: { 200: json('A page.', paged(importJob, 'ImportPage'), IMPORT_PAGE_EXAMPLE) },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'getImport',
    method: 'GET',
    path: '/v2/imports/{id}',
    tag: 'Import',
    summary: 'Progress of an import',
    access: { action: 'import.read' },
    params: id,
    responses: { 200: json('Progress.', importJob, IMPORT_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'listImportFiles',
    method: 'GET',
    path: '/v2/imports/{id}/files',
    tag: 'Import',
    summary: 'What became of each file, and why',
    access: { action: 'import.read' },
    params: id,
    query: z.strictObject({
      limit: wholeNumber(1, IMPORT_LIMITS.filesPageMax).default(100),
      cursor: z.string().max(6000).optional(),
      state: z.enum(IMPORT_FILE_STATES).optional(),
    }),
    responses: { 200: json('A page.', paged(importFile, 'ImportFilePage'), IMPORT_FILES_EXAMPLE) },
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
    responses: { 200: json('Where it stands.', importJob, IMPORT_EXAMPLE) },
    errors: ['NOT_FOUND'],
  },
  {
    id: 'removeImport',
    method: 'POST',
    path: '/v2/imports/{id}/remove',
    tag: 'Import',
    summary: 'Archive everything the source of an import brought in, by whichever of its runs',
    access: { action: 'import.run' },
    params: id,
    responses: {
      200: json('What was archived.', z.object({ archived: z.int() }).meta({ id: 'ImportRemoval' }), { archived: 310 }),
    },
    errors: ['NOT_FOUND', 'CONFLICT'],
    unhurried: true,
  },
] as const satisfies readonly RouteDefinition[]
