import type { AnyRecord, LedgerRecord } from '#ledger'

/**
 * A record of a kind that no product writes. What keeps records does not look at what they say, so its tests need not go by
 * the kinds that there are.
 */
export const asRecord = (record: AnyRecord): LedgerRecord => record as LedgerRecord
