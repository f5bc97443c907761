import { APPROVAL_LIMITS, EMERGENCY_LIMITS } from '@forge-cascade/contract'
import type { Limits } from './limit.ts'

/** What decides about what may happen. */
export const GOVERNANCE_ROWS = {
  emergencyReason: {
    what: 'Reason of an emergency; of a longer one in the file EMERGENCY the beginning counts',
    value: EMERGENCY_LIMITS.reasonLengthMax,
    unit: 'characters',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  approvalReason: {
    what: 'Reason of an approval or a rejection',
    value: APPROVAL_LIMITS.reasonLengthMax,
    unit: 'characters',
    beyond: { error: 'VALIDATION_FAILED' },
  },
  approvalsWaiting: {
    what: 'Requests of one subject that wait for an approval at once',
    value: APPROVAL_LIMITS.waitingMax,
    unit: 'items',
    beyond: { error: 'RATE_LIMITED' },
  },
  approvalBytes: {
    what: 'What waits for an approval: parameters, query and body as JSON',
    value: APPROVAL_LIMITS.operationBytesMax,
    unit: 'bytes',
    beyond: { error: 'PAYLOAD_TOO_LARGE' },
  },
} as const satisfies Limits
