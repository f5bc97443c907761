import { CAPSULE_ROWS } from './capsule-limits.ts'
import { IMPORT_ROWS } from './import-limits.ts'
import { INSTANCE_LIMITS } from './instance-limits.ts'
import { REQUEST_LIMITS } from './request-limits.ts'

export type { Beyond, Limit, Unit } from './limit.ts'

/** The limits by what they are about, under the words that head their table. */
export const LIMIT_TABLES = {
  'Requests and connections': REQUEST_LIMITS,
  'Capsules and questions': CAPSULE_ROWS,
  'Imports and exports': IMPORT_ROWS,
  'The instance': INSTANCE_LIMITS,
} as const

/** All limits, once each, with the numbers of the code that keeps them. */
export const LIMITS = { ...REQUEST_LIMITS, ...CAPSULE_ROWS, ...IMPORT_ROWS, ...INSTANCE_LIMITS } as const
export type LimitName = keyof typeof LIMITS
