import { MESH_LIMITS } from '@forge-cascade/contract'
import { MESH_FILE_LIMITS } from '../../packages/server/src/platform/mesh/mesh-form.ts'
import { MESH_WINDOW_MAX } from '../../packages/server/src/platform/mesh/window.ts'
import type { Limits } from './limit.ts'

/** What brings events to their routes. */
export const MESH_ROWS = {
  meshFile: {
    what: 'A file with the routes of events',
    value: MESH_FILE_LIMITS.bytesMax,
    unit: 'bytes',
    beyond: { cut: 'the routes before it count' },
  },
  meshWindow: {
    what: 'Events of a route that are not settled, with those after them',
    value: MESH_WINDOW_MAX,
    unit: 'items',
    beyond: { cut: 'the route reads on when they are' },
  },
  deadLettersNamed: {
    what: 'Dead letters that one request names',
    value: MESH_LIMITS.lettersMax,
    unit: 'items',
    beyond: { error: 'VALIDATION_FAILED' },
  },
} as const satisfies Limits
