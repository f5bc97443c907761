import { LEDGER_LIMITS } from '@forge-cascade/contract'
import type { Limits } from './limit.ts'

const invalid = { error: 'VALIDATION_FAILED' } as const

/** What is asked of the log. */
export const LEDGER_ROWS = {
  auditFilter: {
    what: 'A filter of the audit log',
    value: LEDGER_LIMITS.nameLengthMax,
    unit: 'characters',
    beyond: invalid,
  },
  auditChange: {
    what: 'JSON of what a member was or became, in a row of the audit log',
    value: LEDGER_LIMITS.changeBytesMax,
    unit: 'bytes',
    beyond: { cut: 'its length stands there' },
  },
  verifiedEntries: {
    what: 'Newest entries that a verification can be cut down to; all are verified where none are named',
    value: LEDGER_LIMITS.verifyEntriesMax,
    unit: 'items',
    beyond: invalid,
  },
} as const satisfies Limits
