import type { RecordDigests, RecordPayload, RecordSubject, StatedRecordOf } from '@forge-cascade/contract/records'
import { RECORD_CATEGORIES, type RecordType } from '@forge-cascade/contract/vocabulary'
import type { LedgerRecord } from '#ledger'
import type { Grant } from './grant.ts'

/** The record of a change: of one kind, by whom and on which decision the grant says. */
export function toRecord<T extends RecordType>(
  grant: Grant,
  type: T,
  subject: RecordSubject<T>,
  payload: RecordPayload<T>,
  digests: RecordDigests<T>,
): LedgerRecord {
  const record: StatedRecordOf<T> = {
    category: RECORD_CATEGORIES[type],
    type,
    actor: grant.subject,
    correlationId: grant.correlationId,
    subject,
    digests,
    payload: { ...payload, decision_id: grant.decisionId },
  }
  // A record of any one kind is one of all kinds; the compiler does not see that while it does not know which.
  return record as unknown as LedgerRecord
}
