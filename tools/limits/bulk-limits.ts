import { BULK_LIMITS } from '@forge-cascade/contract'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const

/** Many capsules at once. */
export const BULK_ROWS = {
  bulkIds: { what: 'Ids that a bulk change names', value: BULK_LIMITS.idsMax, unit: 'items', beyond: invalid },
  bulkCapsules: {
    what: 'Capsules that the filter of a bulk change finds',
    value: BULK_LIMITS.capsulesMax,
    unit: 'items',
    beyond: { error: 'UNPROCESSABLE' },
  },
  bulkTags: {
    what: 'Tags that a bulk change adds, and as many that it removes',
    value: BULK_LIMITS.tagsMax,
    unit: 'items',
    beyond: invalid,
  },
  bulkPreviews: {
    what: 'Bulk changes that can be carried out as they were shown',
    value: BULK_LIMITS.previewsMax,
    unit: 'items',
    beyond: { cut: 'the oldest is forgotten, and is shown anew' },
  },
} as const satisfies Limits
