import type { Grant } from '#store'
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

export type ChangeEvent =
  | 'adopted'
  | 'started'
  | 'paused'
  | 'resumed'
  | 'cancelled'
  | 'superseded'
  | 'filled'
  | 'completed'
  | 'removed'

/** Steps that only bring a change forward are records; its beginnings and ends are events as well. */
const QUIET: ReadonlySet<ChangeEvent> = new Set(['adopted', 'filled', 'removed'])

export function tellChange(
  grant: Grant,
  event: ChangeEvent,
  model: string,
  payload: Readonly<Record<string, unknown>> = {},
): Telling {
  const subject = `embedding/${encodeURIComponent(model)}`
  const data = { model, ...payload }
  return {
    records: [
      {
        category: 'system',
        type: `embedding.${event}`,
        actor: grant.subject,
        correlationId: grant.correlationId,
        subject,
        digests: {},
        payload: { ...data, decision_id: grant.decisionId },
      },
    ],
    events: QUIET.has(event) ? [] : [{ type: `cascade.embedding.${event}`, subject, data }],
  }
}
