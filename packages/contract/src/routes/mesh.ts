import { deadLetterChoice, deadLetterPage, deadLettersDone, deadLettersQuery, meshState } from '../mesh.ts'
import { json, type RouteDefinition } from './route.ts'

const EVENT_ID = '01939b42-0000-7000-8000-000000000007'
const LETTER_ID = `${EVENT_ID}.changes.ops`
const STATE = {
  found: true,
  digest: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  problem: null,
  validators: true,
  lanes: [
    {
      ...{ route: 'changes', sink: 'ops', kind: 'log', state: 'delivering' as const, reason: null },
      ...{ position: 4711, lag: 0, unsettled: 0, retrying: 0, delivered: 12, dead: 0 },
    },
  ],
}
const LETTER = {
  ...{ id: LETTER_ID, route: 'changes', sink: 'ops', subject: 'capsule/01939b3e-6f9a-7d2c-8c51-0f2f4b6f3f10' },
  event: { id: EVENT_ID, type: 'cascade.capsule.created', sequence: 4711 },
  ...{ attempts: 8, cause: 'delivery' as const, reason: 'it answered 500', replaying: false },
  ...{ first_at: '2026-03-01T09:00:00.000Z', last_at: '2026-03-01T09:12:00.000Z' },
}

/** Routes of events, and what could not be delivered. */
export const MESH = [
  {
    id: 'getMesh',
    method: 'GET',
    path: '/v2/mesh',
    tag: 'Mesh',
    summary: 'The routes of events, and how far each is',
    access: { action: 'mesh.read' },
    responses: { 200: json('How they stand.', meshState, STATE) },
  },
  {
    id: 'listDeadLetters',
    method: 'GET',
    path: '/v2/mesh/dead-letters',
    tag: 'Mesh',
    summary: 'Events that were given up, in the order of the log',
    access: { action: 'mesh.read' },
    query: deadLettersQuery,
    responses: { 200: json('A page.', deadLetterPage, { items: [LETTER], next_cursor: null }) },
    errors: ['CURSOR_INVALID'],
  },
  {
    id: 'replayDeadLetters',
    method: 'POST',
    path: '/v2/mesh/dead-letters:replay',
    tag: 'Mesh',
    summary: 'Have events that were given up delivered again',
    description: 'In the order of the log. One that fails again is given up again.',
    access: { action: 'mesh.replay' },
    body: { schema: deadLetterChoice, example: { ids: [LETTER_ID] } },
    responses: { 200: json('They are on their way.', deadLettersDone, { events: 1 }) },
    errors: ['NOT_FOUND', 'CONFLICT', 'STORAGE_FULL'],
  },
  {
    id: 'discardDeadLetters',
    method: 'POST',
    path: '/v2/mesh/dead-letters:discard',
    tag: 'Mesh',
    summary: 'Give dead letters up for good',
    description: 'The events stay in the log.',
    access: { action: 'mesh.discard' },
    body: { schema: deadLetterChoice, example: { route: 'changes' } },
    responses: { 200: json('They are gone.', deadLettersDone, { events: 3 }) },
    errors: ['NOT_FOUND', 'CONFLICT', 'STORAGE_FULL'],
  },
] as const satisfies readonly RouteDefinition[]
