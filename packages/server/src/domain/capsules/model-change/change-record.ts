import type { RecordPayload } from '@forge-cascade/contract/records'
import { type Grant, toRecord } from '#store'
import type { Telling } from '../use-cases/tell.ts'

/** Where the newest change of the model is kept. */
export const MODEL_COLLECTION = { name: 'embedding', indexes: [] } as const
export const CHANGE_KEY = 'change'

/** What a change of the model is kept as; what is done of it the spaces themselves say. */
export interface ChangeRecord {
  /** The model to come, and the one before. */
  readonly model: string
  readonly from: string
  /** superseded: another model was configured before it was complete. */
  readonly state: 'running' | 'paused' | 'cancelled' | 'superseded' | 'completed'
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly updatedAt: number
}

/** Where a change of the model begins, turns and ends. */
export type ChangeEvent =
  | 'embedding.started'
  | 'embedding.paused'
  | 'embedding.resumed'
  | 'embedding.cancelled'
  | 'embedding.superseded'
  | 'embedding.completed'

/** Steps that bring the vectors of a store forward. */
export type ChangeStep = 'embedding.adopted' | 'embedding.filled' | 'embedding.removed'

/** Steps are records; the beginnings and ends of a change are events as well. */
const QUIET: ReadonlySet<string> = new Set<ChangeStep>(['embedding.adopted', 'embedding.filled', 'embedding.removed'])

export function tellChange<T extends ChangeEvent | ChangeStep>(
  grant: Grant,
  type: T,
  payload: RecordPayload<T>,
): Telling {
  const data: RecordPayload<ChangeEvent | ChangeStep> = payload
  const subject = `embedding/${encodeURIComponent(data.model)}` as const
  return {
    records: [toRecord<ChangeEvent | ChangeStep>(grant, type, subject, data, {})],
    events: QUIET.has(type) ? [] : [{ type: `cascade.${type}`, subject, data: { ...data } }],
  }
}
