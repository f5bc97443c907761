import type { Command, Grant } from '#store'

/** Tells of an erasure as a whole: `erasure.begun`, `erasure.completed`. */
export function tellErasure(
  grant: Grant,
  type: `erasure.${string}`,
  id: string,
  payload: Readonly<Record<string, unknown>>,
): Pick<Command, 'records' | 'events'> {
  const subject = `erasure/${id}`
  return {
    records: [
      {
        category: 'governance',
        type,
        actor: grant.subject,
        correlationId: grant.correlationId,
        subject,
        digests: {},
        payload: { ...payload, decision_id: grant.decisionId },
      },
    ],
    events: [{ type: `cascade.${type}`, subject, data: { id, ...payload } }],
  }
}
