import { exportLine, exportQuery } from '../export.ts'
import { EXPORT_LINE_EXAMPLE } from './examples-answers.ts'
import type { RouteDefinition } from './route.ts'

/** Taking knowledge away. */
export const EXPORTS = [
  {
    id: 'exportStore',
    method: 'GET',
    path: '/v2/export',
    tag: 'Export',
    summary: 'Everything there is, line by line',
    description:
      'The first line says what follows, the last holds the numbers and a digest; an answer without that line was cut off. Between them stands each capsule, and behind it each of its versions, oldest first. `cascade export` makes an open folder of it.',
    access: { action: 'capsule.export', risk: 'high' },
    query: exportQuery,
    responses: {
      200: {
        description: 'Lines of JSON.',
        schema: exportLine,
        contentType: 'application/x-ndjson',
        example: EXPORT_LINE_EXAMPLE,
      },
    },
    unhurried: true,
  },
] as const satisfies readonly RouteDefinition[]
