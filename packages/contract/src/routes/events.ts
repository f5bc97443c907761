import { eventPage, eventQuery, publishBody, publishedEvent } from '../event.ts'
import { EXAMPLE_ID } from './examples.ts'
import { json, type RouteDefinition } from './route.ts'

const EVENT = {
  specversion: '1.0' as const,
  id: '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e',
  source: '/instances/01939b3e-0000-7000-8000-000000000000',
  type: 'cascade.capsule.archived',
  subject: `capsule/${EXAMPLE_ID}`,
  time: '2026-03-01T09:00:00.000Z',
  datacontenttype: 'application/json' as const,
  actor: '01939b3e-0000-7000-8000-000000000001',
  correlationid: '01939b3e-0000-7000-8000-00000000000a',
  decisionid: '01939b3e-0000-7000-8000-00000000000b',
  sequence: 4711,
  data: { id: EXAMPLE_ID },
}

/** What happened, told to others, and what others tell. */
export const EVENTS = [
  {
    id: 'listEvents',
    method: 'GET',
    path: '/v2/events',
    tag: 'Events',
    summary: 'Read or follow what happened',
    description:
      'A page of events in the order of the log, of what whoever asks may see. With `Accept: text/event-stream` it is a stream of server-sent events that goes on: each has its CloudEvent as data and its position as id, from where a reader that comes again with `Last-Event-ID` (or `after`) goes on; without either it begins with what comes next. A comment comes every 15 s. An event named `end` says why a stream is over: another state of the token or of the rights, an emergency, a reader that is too slow, a stop.',
    access: { action: 'event.read' },
    query: eventQuery,
    responses: { 200: json('A page, oldest first.', eventPage, { items: [EVENT], next: '4711.0', more: false }) },
    errors: ['CURSOR_INVALID'],
    unhurried: true,
  },
  {
    id: 'publishEvent',
    method: 'POST',
    path: '/v2/events',
    tag: 'Events',
    summary: 'Publish an event of your own',
    description:
      'It stands in the same order as all others, and is told to everybody who may read events, or, where it is about a capsule, to who may read that. Its actor is whoever publishes it. What it says is kept for 90 days beside the log, which has a digest of it.',
    access: { action: 'event.publish' },
    body: { schema: publishBody, example: { type: 'shop.order.placed', payload: { order: 4711 } } },
    idempotent: true,
    responses: {
      201: json('Published.', publishedEvent, {
        id: '01939b3e-7a12-7b01-9d44-0a4f5b6c7d8e',
        type: 'shop.order.placed',
        position: '4712.0',
      }),
    },
    errors: ['NOT_FOUND', 'ERASED', 'STORAGE_FULL'],
  },
] as const satisfies readonly RouteDefinition[]
