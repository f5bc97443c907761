import type { RecordPayload } from '@forge-cascade/contract/records'
import type { Grant } from '#store'
import { type Telling, tellOf } from '../use-cases/tell.ts'

type ErasureRecordType = 'erasure.begun' | 'erasure.purged' | 'erasure.completed'

/** Tells of an erasure as a whole. */
export const tellErasure = <T extends ErasureRecordType>(
  grant: Grant,
  type: T,
  id: string,
  payload: RecordPayload<T>,
): Telling => tellOf<ErasureRecordType>(grant, type, `erasure/${id}`, payload)
