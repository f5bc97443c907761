import type { RecordPayload } from '@forge-cascade/contract/records'
import type { Grant } from '#store'
import { type Telling, tellOf } from '../use-cases/tell.ts'

/** A row of a segment was written. */
export type SegmentRowType = 'segment.begun' | 'segment.rewritten' | 'segment.erasure_waits'
type SegmentRecordType = SegmentRowType | 'segment.stored' | 'segment.dropped'

/** Tells of a segment as a whole. */
export const tellArchive = <T extends SegmentRecordType>(
  grant: Grant,
  type: T,
  segment: string,
  payload: RecordPayload<T>,
): Telling => tellOf<SegmentRecordType>(grant, type, `segment/${segment}`, payload)
