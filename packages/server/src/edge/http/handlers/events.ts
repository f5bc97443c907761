import { type CloudEvent, EVENT_LIMITS, type EventQuery, type RouteRow } from '@forge-cascade/contract'
import { CascadeError } from '#base'
import { type EventPosition, formatPosition, parsePosition, publishEvent } from '#events'
import { requireAllowed } from '#governance'
import type { Credential } from '#identity'
import type { CheckReader } from '../event-streams.ts'
import type { Answer, AnyAnswer, HandlersFor, OperationsOf } from '../handler.ts'
import type { HandlerContext } from './handler-context.ts'

const POSITION = /^\d{1,15}(?:\.\d{1,6})?$/
const STREAM_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }

/** What happened, told to others, and what others tell. */
export function eventHandlers(context: HandlerContext): HandlersFor<OperationsOf<'Events'>> {
  const { capsules, events } = context
  return {
    listEvents: async ({ query, headers, getCredential, correlationId, signal }) => {
      const { type, subject, actor, limit } = query
      const filter = { type, subject, actor }
      const credential = getCredential()
      if (!wantsStream(headers.accept)) {
        const after = query.after === undefined ? { sequence: -1 } : parsePosition(query.after)
        requireReached(after, events.feed.head())
        const { items, next, more } = await events.feed.read(credential, filter, after, {
          limit,
          bytes: EVENT_LIMITS.pageBytes,
        })
        const shown = items.map(({ event }) => event as CloudEvent) // its data is JSON
        return { status: 200, body: { items: shown, next: next.sequence < 0 ? null : formatPosition(next), more } }
      }
      const after = startOf(query, headers['last-event-id'], events.feed.head())
      requireReached(after, events.feed.head())
      const check = stillMay(context, credential, correlationId)
      const { id, owner } = credential.subject
      const stream = events.open({ subject: id, person: owner ?? id, check, filter, after, signal })
      // The row's schema describes a page; a stream has the same events one by one.
      const answer: AnyAnswer = { status: 200, headers: STREAM_HEADERS, stream }
      return answer as Answer<RouteRow<'listEvents'>>
    },
    publishEvent: async ({ call, body }) => {
      const { id, type, position } = await publishEvent(capsules, call, body)
      return { status: 201, body: { id, type, position: formatPosition(position) } }
    },
  }
}

const wantsStream = (accept: string | undefined): boolean => /\btext\/event-stream\b/i.test(accept ?? '')

/** What a reader of before has seen last counts more than what its address says. @throws CascadeError VALIDATION_FAILED. */
function startOf({ after }: EventQuery, last: string | string[] | undefined, head: number): EventPosition {
  if (last === undefined || last === '') return after === undefined ? { sequence: head } : parsePosition(after)
  if (typeof last === 'string' && POSITION.test(last)) return parsePosition(last)
  throw new CascadeError('VALIDATION_FAILED', 'The header Last-Event-ID is no position of an event.', {
    errors: [{ pointer: '#/header/last-event-id', code: 'invalid_format', message: 'such as 4712.0' }],
  })
}

/** What is behind no record that there is would never be told. @throws CascadeError CURSOR_INVALID. */
function requireReached(after: EventPosition, head: number): void {
  if (after.sequence <= head) return
  throw new CascadeError(
    'CURSOR_INVALID',
    `The position ${formatPosition(after)} is beyond the newest record (${head}): this is another instance, or one that goes on from an earlier state. Begin anew.`,
  )
}

/** Who it is now, and whether the gate would let it in again. */
function stillMay(
  { capsules, tokens, governance }: HandlerContext,
  { subject: { id }, tokenId, scopes }: Credential,
  correlationId: string,
): CheckReader {
  return async () => {
    const subject = await capsules.subjects.findWhoMayEnter(id)
    const isActive = tokenId === null || (await tokens.isActive(tokenId))
    if (!subject || !isActive)
      throw new CascadeError('UNAUTHENTICATED', 'The token that this stream was opened with lets nobody in any more.')
    const asked = { action: 'event.read', resource: '*', subject, scopes, correlationId } as const
    if (governance.gate.preview(asked).verdict.applied !== 'allow') requireAllowed(governance.gate.evaluate(asked))
    return { subject, scopes }
  }
}
