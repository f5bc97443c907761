import { z } from 'zod'
import { semver, uuid } from '../capsule.ts'
import { exportQuery, exportSentLine, provDocument } from '../export.ts'
import { EXPORT_LINE_EXAMPLE, PROV_EXAMPLE } from './examples-answers.ts'
import { json, type RouteDefinition } from './route.ts'

/** Taking knowledge away. */
export const EXPORTS = [
  {
    id: 'exportStore',
    method: 'GET',
    path: '/v2/export',
    tag: 'Export',
    summary: 'Everything there is, line by line',
    description:
      'The first line says what follows, the last holds the numbers and a digest; an answer without that line was cut off, or ends with a line of kind `broken` that says why (`DATA_CORRUPT` where a damaged store could not be read whole). Between them stands each capsule, and behind it each of its versions, oldest first. A capsule with more than 10000 links or 1000 changes of trust has the rest in lines of kind `more` right behind its own: nothing is left out. `cascade export` makes an open folder of it.',
    access: { action: 'capsule.export' },
    query: exportQuery,
    responses: {
      200: {
        description: 'Lines of JSON.',
        schema: exportSentLine,
        contentType: 'application/x-ndjson',
        example: EXPORT_LINE_EXAMPLE,
      },
    },
    unhurried: true,
  },
  {
    id: 'getProv',
    method: 'GET',
    path: '/v2/capsules/{id}/prov',
    tag: 'Export',
    summary: 'A capsule and what it derives from, as PROV-JSON',
    description:
      'Versions are entities, the next version is a revision of the one before, parents are what a version was derived from; authors are agents, commits and writes are activities. At most 1000 capsules, the nearest; where there are more, the entity of the capsule says `"cascade:lineageIsCut": true`.',
    access: { action: 'capsule.read' },
    params: z.object({ id: uuid }),
    responses: { 200: json('PROV-JSON.', provDocument, PROV_EXAMPLE) },
    errors: ['NOT_FOUND', 'ERASED'],
    unhurried: true,
  },
  {
    id: 'getCapsulePage',
    method: 'GET',
    path: '/v2/capsules/{id}/page',
    tag: 'Export',
    summary: 'A capsule on one page that can be read, printed and sent on',
    description:
      'Content, trust with its reasons, versions, and the chain of sources (Isnad) down to the origins. The page holds everything it needs, runs nothing and loads nothing.',
    access: { action: 'capsule.read' },
    params: z.object({ id: uuid }),
    query: z.strictObject({ version: semver.optional().describe('The newest when left out.') }),
    responses: { 200: { description: 'The page.', contentType: 'text/html' } },
    errors: ['NOT_FOUND', 'ERASED'],
  },
] as const satisfies readonly RouteDefinition[]
