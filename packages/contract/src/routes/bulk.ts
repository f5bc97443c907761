import { z } from 'zod'
import { bulkBody, bulkLine, bulkPreview } from '../bulk.ts'
import { uuid } from '../capsule.ts'
import { BULK_LINE_EXAMPLE, BULK_PREVIEW_EXAMPLE } from './examples-answers.ts'
import { json, type RouteDefinition } from './route.ts'

/** Many capsules at once: previewed, then changed. */
export const BULK = [
  {
    id: 'previewBulk',
    method: 'POST',
    path: '/v2/capsules/bulk',
    tag: 'Bulk',
    summary: 'Preview a change of many capsules: how many, and the first of them',
    description:
      'Tag, archive, restore or erase, by ids or by filter. It changes no capsule; what it found is kept for a day under the token that it answers with.',
    access: { action: 'capsule.bulk' },
    body: { schema: bulkBody, example: { operation: 'tag', filter: { lane: 'storage' }, add: ['reviewed'] } },
    responses: { 200: json('What would be changed.', bulkPreview, BULK_PREVIEW_EXAMPLE) },
    errors: ['UNPROCESSABLE', 'STORAGE_FULL', 'OUTCOME_UNKNOWN'],
    unhurried: true,
  },
  {
    id: 'runBulk',
    method: 'POST',
    path: '/v2/capsules/bulk/{token}',
    tag: 'Bulk',
    summary: 'Carry out what was previewed',
    description:
      'The gate decides once, on the action that the preview was of, and refuses single capsules by what they are. For each capsule, in order, a line with its receipt or its problem; what was changed after the preview, or is under a legal hold that forbids it, is left as it is and says so. The last line has the numbers: without it the answer was cut off, and the same token goes on and answers as if it had not been. When the client goes away it stops; an erasure that has begun is completed all the same.',
    access: { action: 'capsule.bulk' },
    params: z.object({ token: uuid }),
    responses: {
      200: {
        description: 'A line for each capsule, and one at the end.',
        contentType: 'application/x-ndjson',
        schema: bulkLine,
        example: BULK_LINE_EXAMPLE,
      },
    },
    errors: ['NOT_FOUND', 'IN_FLIGHT'],
    unhurried: true,
  },
] as const satisfies readonly RouteDefinition[]
