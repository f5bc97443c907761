import type { RecordDigests, RecordPayload, RecordSubject, StatedRecord } from '@forge-cascade/contract/records'
import { RECORD_CATEGORIES, type RecordType } from '@forge-cascade/contract/vocabulary'
import type { Grant } from './grant.ts'

/** The record of a change: of one kind, by whom and on which decision the grant says. */
export const toRecord = <T extends RecordType>(
  grant: Grant,
  type: T,
  subject: RecordSubject<T>,
  payload: RecordPayload<T>,
  digests: RecordDigests<T>,
): StatedRecord<T> => ({
  category: RECORD_CATEGORIES[type],
  type,
  actor: grant.subject,
  correlationId: grant.correlationId,
  subject,
  digests,
  payload: { ...payload, decision_id: grant.decisionId },
})
