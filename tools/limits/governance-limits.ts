import { EMERGENCY_LIMITS } from '@forge-cascade/contract'
import type { Limits } from './limit.ts'

/** What decides about what may happen. */
export const GOVERNANCE_ROWS = {
  emergencyReason: {
    what: 'Reason of an emergency; of a longer one in the file EMERGENCY the beginning counts',
    value: EMERGENCY_LIMITS.reasonLengthMax,
    unit: 'characters',
    beyond: { error: 'VALIDATION_FAILED' },
  },
} as const satisfies Limits
